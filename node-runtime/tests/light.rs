//! What strips show: golden frames of every state, and what must hold for any flow.

mod light {
    mod golden;
    mod properties;
    mod table;
}
