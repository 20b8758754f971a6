//! A message about an input file: where, what, and what to do.

use std::fmt;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The scenario cannot run.
    Error,
    /// It runs, perhaps not as meant.
    Warning,
}

impl Severity {
    /// `error` or `warning`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// One message about one place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// The file as the user named it.
    pub file: String,
    /// Line from 1; 0 if the message is about the file as a whole.
    pub line: u32,
    /// Column from 1, in characters; 0 if the message is about the line or file as a whole.
    pub column: u32,
    /// The text of that line, for the excerpt; empty if there is none.
    pub excerpt: String,
    /// How many characters the marker underlines, at least 1.
    pub width: u32,
    /// What is wrong.
    pub message: String,
    /// What to do about it: what was expected, the nearest name.
    pub help: Option<String>,
}

impl fmt::Display for Diagnostic {
    /// ```text
    /// scenario.yaml:14:9: error: unknown model type `Baterry`
    ///    14 |   type: Baterry
    ///       |         ^^^^^^^
    ///   help: did you mean `Battery`?
    /// ```
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
            if self.column > 0 {
                write!(f, ":{}", self.column)?;
            }
        }
        write!(f, ": {}: {}", self.severity.name(), self.message)?;
        if self.line > 0 && !self.excerpt.is_empty() {
            write!(f, "\n{:>6} | {}", self.line, self.excerpt)?;
            if self.column > 0 {
                let indent = self.column as usize - 1;
                let marker = "^".repeat(self.width.max(1) as usize);
                write!(f, "\n       | {:indent$}{marker}", "")?;
            }
        }
        if let Some(help) = &self.help {
            write!(f, "\n  help: {help}")?;
        }
        Ok(())
    }
}

/// One or more messages; as an error, at least one of them is [`Severity::Error`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics(pub Vec<Diagnostic>);

impl Diagnostics {
    /// One error about a file as a whole.
    pub fn of_file(file: &str, message: String) -> Self {
        Self(vec![Diagnostic {
            severity: Severity::Error,
            file: file.to_owned(),
            line: 0,
            column: 0,
            excerpt: String::new(),
            width: 0,
            message,
            help: None,
        }])
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.0.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{diagnostic}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}
