//! Date formats made of tokens, as the Python library arrow spells them (spec/scenario-format.md 7).
//!
//! ```text
//!   "YYYY-MM-DD [at] HH:mm" ─ parse ─▶ pieces ─┬─ read "2012-06-21 at 13:45" ─▶ Parts ─▶ seconds
//!    once per file              YYYY "-" MM …  └─ print seconds ─▶ "2012-06-21 at 13:45"
//! ```
//!
//! Invariants: a format names each token at most once, and texts over [`TEXT_MAX`] are no formats and no dates, so
//! reading takes bounded time for any text; no zone is involved, a date is what a clock on the wall shows.

mod parts;
mod token;

use super::wall;
use crate::scenario::report::quote;
use parts::Parts;
use token::Token;

/// Longest format, and longest text that is searched for a date, in bytes.
const TEXT_MAX: usize = 128;

/// The marks of which one may stand directly before and one directly after a date.
const MARKS: &[char] =
    &[',', '.', ';', ':', '?', '!', '"', '\'', '`', '[', ']', '{', '}', '(', ')', '<', '>'];

/// A compiled date format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DateFormat {
    pieces: Vec<Piece>,
}

/// A part of a format.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    /// Stands in the text as it is, in any case.
    Literal(String),
    /// Stands for a part of the date.
    Token(Token),
}

impl DateFormat {
    /// Compiles a format: tokens, `[literal text]`, and other characters, which stand for themselves.
    ///
    /// # Errors
    /// In words: a token that is written twice, a run of letters that looks like a token and is none (`YYY`,
    /// `dd`), or more than 128 bytes.
    pub fn parse(format: &str) -> Result<Self, String> {
        // Each `[` is searched for its end: without a limit, a long row of them would take the square of its length.
        if format.len() > TEXT_MAX {
            let format = quote(format);
            return Err(format!("the date format {format} has more than {TEXT_MAX} bytes"));
        }
        let mut pieces = Vec::new();
        let mut rest = format;
        while let Some(first) = rest.chars().next() {
            if let Some((literal, after)) = bracketed(rest) {
                push_literal(&mut pieces, literal);
                rest = after;
            } else if let Some((spelling, token)) = Token::at_start(rest)? {
                let again = |piece: &Piece| matches!(piece, Piece::Token(other) if other.collides(token));
                if pieces.iter().any(again) {
                    return Err(format!("`{spelling}` stands twice in the date format {}", quote(format)));
                }
                pieces.push(Piece::Token(token));
                rest = &rest[spelling.len()..];
            } else {
                let (character, after) = rest.split_at(first.len_utf8());
                push_literal(&mut pieces, character);
                rest = after;
            }
        }
        Ok(Self { pieces })
    }

    /// The date in `text`, in seconds of wall-clock time since 1970-01-01 00:00:00; `None` if there is none or
    /// if it does not exist (30 February, 25:00).
    ///
    /// The date may stand anywhere, set off by the ends of the text, by blanks, or by one punctuation mark.
    /// Parts that the format lacks are those of 0001-01-01 00:00:00. Fractions of a second are read and
    /// dropped; a zone is read and ignored.
    pub fn read(&self, text: &str) -> Option<i64> {
        if text.len() > TEXT_MAX {
            return None;
        }
        let mut parts = Parts::default();
        let starts = text.char_indices().map(|(at, _)| at).chain([text.len()]);
        starts
            .filter(|&at| may_start(text, at))
            .any(|at| match_pieces(&self.pieces, text, at, &mut parts))
            .then(|| parts.seconds())
            .flatten()
    }

    /// A date, given in seconds of wall-clock time since 1970-01-01 00:00:00, in this format. Zones are those
    /// of UTC.
    pub fn print(&self, seconds: i64) -> String {
        let date_time = wall::date_time(seconds);
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Literal(literal) => text.push_str(literal),
                Piece::Token(token) => token.print(date_time, &mut text),
            }
        }
        text
    }
}

/// `[text]` at the start: the text, and what follows it.
fn bracketed(format: &str) -> Option<(&str, &str)> {
    let (literal, after) = format.strip_prefix('[')?.split_once(']')?;
    (!literal.contains('[')).then_some((literal, after))
}

fn push_literal(pieces: &mut Vec<Piece>, text: &str) {
    match pieces.last_mut() {
        Some(Piece::Literal(literal)) => literal.push_str(text),
        _ => pieces.push(Piece::Literal(text.to_owned())),
    }
}

/// Whether a date may start at byte `at`: at most one character that is not blank stands directly before it,
/// and that one is a mark.
fn may_start(text: &str, at: usize) -> bool {
    let mut before = text[..at].chars().rev();
    let Some(previous) = before.next() else {
        return true;
    };
    let set_off = previous.is_whitespace()
        || (MARKS.contains(&previous) && before.next().is_none_or(char::is_whitespace));
    // Inside a text a date starts with a letter or digit, so that `.-5` is not searched for `5` twice.
    set_off && text[at..].chars().next().is_some_and(|next| next.is_alphanumeric() || next == '_')
}

/// Whether a date may end before `rest`.
fn may_end(rest: &str) -> bool {
    let blank = |rest: &str| rest.chars().next().is_none_or(char::is_whitespace);
    blank(rest) || rest.strip_prefix(MARKS).is_some_and(blank)
}

/// Matches all pieces from byte `at` on, longer matches first. After a success `parts` holds what was read.
fn match_pieces(pieces: &[Piece], text: &str, at: usize, parts: &mut Parts) -> bool {
    let rest = &text.as_bytes()[at..];
    match pieces.split_first() {
        None => may_end(&text[at..]),
        Some((Piece::Literal(literal), others)) => {
            rest.get(..literal.len()).is_some_and(|found| found.eq_ignore_ascii_case(literal.as_bytes()))
                && match_pieces(others, text, at + literal.len(), parts)
        }
        // A part that was set by an attempt that failed later is set again by the one that succeeds.
        Some((Piece::Token(token), others)) => token.lengths(rest, at == 0).rev().any(|length| {
            token.accept(&rest[..length], parts) && match_pieces(others, text, at + length, parts)
        }),
    }
}

#[cfg(test)]
mod tests;
