//! The commands of `illuminator-node`.

pub(crate) mod pins;
pub(crate) mod restart;
pub(crate) mod serve;
pub(crate) mod settings;
pub(crate) mod strips;

use std::error::Error;
use std::io::{self, Write};

/// An error and the exit status it ends with: 2 wrong use, 4 output that cannot be written, 1 anything else.
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

/// Writes to stdout. A reader who leaves early has seen enough: that is a clean end.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    check_printed(stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()))
}

/// Whether what was asked for has reached whoever asked.
pub(crate) fn check_printed(printed: io::Result<()>) -> Result<(), Failure> {
    match printed {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure { status: 4, error: format!("cannot write to the standard output: {error}").into() })
        }
        _ => Ok(()),
    }
}
