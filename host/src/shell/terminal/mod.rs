//! A terminal that a picture has: it is drawn, and keys are heard.

mod screen;
mod show;

pub use screen::{Screen, let_go};
pub use show::{Viewed, show};

use crate::terminal::Colours;
use std::env;

/// The colours of the terminal, as the environment says.
pub fn colours() -> Colours {
    Colours::of(env::var_os("NO_COLOR").as_deref(), env::var_os("COLORTERM").as_deref())
}
