//! The commands of `illuminator-node`.

pub(crate) mod pins;
pub(crate) mod serve;
pub(crate) mod settings;
pub(crate) mod strips;

use std::error::Error;

/// An error and the exit status it ends with: 2 wrong use, 1 anything else.
pub(crate) struct Failure {
    pub(crate) status: u8,
    pub(crate) error: Box<dyn Error>,
}

impl<E: Into<Box<dyn Error>>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self { status: 1, error: error.into() }
    }
}

/// An error that the user can mend in what was typed or written.
pub(crate) fn wrong_use(error: impl Into<Box<dyn Error>>) -> Failure {
    Failure { status: 2, error: error.into() }
}
