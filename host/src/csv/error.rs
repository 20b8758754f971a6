//! What is wrong with an input file, and where.

/// Longest line that an error shows, in characters.
const EXCERPT_MAX: usize = 200;

/// A mistake in an input file, located.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct CsvError {
    /// Line from 1; 0 if the error is about the file as a whole.
    pub line: u32,
    /// Column from 1, in characters; 0 if the error is about the line or file as a whole.
    pub column: u32,
    /// The text of that line; empty if there is none or if it is too long to be of help.
    pub excerpt: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl CsvError {
    /// An error about the file as a whole.
    pub(super) fn in_file(message: impl Into<String>) -> Self {
        Self { line: 0, column: 0, excerpt: String::new(), message: message.into(), help: None }
    }

    /// An error about a line, or, if `place` lies inside it (a slice of `text`), about that part of the line.
    pub(super) fn in_line(line: u32, text: &str, place: Option<&str>, message: impl Into<String>) -> Self {
        let column = place.map_or(0, |place| {
            // Both are slices of one text, so the distance of their starts is the offset in the line.
            let offset = (place.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
            text.char_indices().take_while(|&(at, _)| at < offset).count() + 1
        });
        let shown = text.trim_end();
        let too_long = shown.chars().nth(EXCERPT_MAX).is_some();
        // What a file holds is not for the terminal to carry out.
        let printed = |c: char| if c.is_control() { ' ' } else { c };
        Self {
            line,
            column: u32::try_from(column).unwrap_or(u32::MAX),
            excerpt: if too_long { String::new() } else { shown.chars().map(printed).collect() },
            message: message.into(),
            help: None,
        }
    }

    /// The same error with advice.
    pub(super) fn with_help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}
