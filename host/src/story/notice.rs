//! Plugs that are where they do not belong.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Something to tell whoever stands at the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Notice {
    /// A node sees an id that is in no entry of `cables`.
    Unknown {
        /// The node.
        node: String,
        /// The id of the board.
        cable: u16,
    },
    /// A node sees a cable that does not belong there.
    WrongNode {
        /// The node.
        node: String,
        /// The cable.
        cable: u16,
        /// Where it belongs.
        ends: [String; 2],
    },
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { node, cable } => write!(
                f,
                "node `{node}` sees a cable {cable}, which is not in the scenario: add it to `cables`, or take it away"
            ),
            Self::WrongNode { node, cable, ends: [first, second] } => write!(
                f,
                "node `{node}` sees cable {cable}, which joins `{first}` and `{second}`: plug it in there"
            ),
        }
    }
}
