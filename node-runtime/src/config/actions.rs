//! The section `[actions]` of `node.toml`: what a host may start on this machine.
//!
//! Invariants: nothing is allowed that the file does not name; a command is a program and its arguments, and no shell
//! reads it.

use super::{ConfigError, Place};
use crate::node::Offers;
use illuminator_protocol::message::{ACTION_NAME_MAX, ACTIONS_MAX};
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use toml::Spanned;

/// How long a command may take unless its entry says otherwise `[s]`.
pub const TIME_LIMIT_S: u32 = 30;
/// Permitted time limits `[s]`.
const TIME_LIMITS_S: RangeInclusive<u32> = 1..=3600;
/// Most words of a command.
const WORDS_MAX: usize = 64;

/// What a host may start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActionsEntry {
    /// The command that restarts the machine, if a host may ask for that.
    pub reboot: Option<CommandEntry>,
    /// The command that halts the machine, if a host may ask for that.
    pub shutdown: Option<CommandEntry>,
    /// The own actions, with their names, by number: in the order of their names.
    pub own: Vec<(String, CommandEntry)>,
}

/// A command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandEntry {
    /// The program; in the file relative to that, where it is a path.
    pub program: String,
    /// Its arguments, as they are.
    pub arguments: Vec<String>,
    /// How long it may take `[s]`, 1 to 3600.
    pub time_limit_s: u32,
}

impl ActionsEntry {
    /// What the host is told of this. That the program may be started anew is not written here.
    pub fn offers(&self) -> Offers {
        let actions = self.own.iter().map(|(name, _)| name.clone()).collect();
        let (reboot, shutdown) = (self.reboot.is_some(), self.shutdown.is_some());
        Offers { reboot, shutdown, actions, ..Offers::default() }
    }

    /// All commands with their names.
    pub fn named(&self) -> impl Iterator<Item = (&str, &CommandEntry)> {
        let machine = [("reboot", &self.reboot), ("shutdown", &self.shutdown)];
        let machine = machine.into_iter().filter_map(|(name, entry)| Some((name, entry.as_ref()?)));
        machine.chain(self.own.iter().map(|(name, entry)| (name.as_str(), entry)))
    }

    /// All commands.
    pub fn commands_mut(&mut self) -> impl Iterator<Item = &mut CommandEntry> {
        let own = self.own.iter_mut().map(|(_, entry)| entry);
        self.reboot.iter_mut().chain(&mut self.shutdown).chain(own)
    }
}

/// The section as it is written.
pub(super) type RawActions = BTreeMap<Spanned<String>, Spanned<RawCommand>>;

/// A command as it is written.
pub(super) enum RawCommand {
    /// Allowed with the usual command, or not.
    Usual(bool),
    Own(CommandEntry),
}

/// The section with all that was found to be right.
pub(super) fn checked_actions(raw: RawActions, place: Place<'_>) -> Result<ActionsEntry, ConfigError> {
    let mut actions = ActionsEntry::default();
    for (name, command) in raw {
        let (name_span, command_span) = (name.span(), command.span());
        let name = name.into_inner();
        match (name.as_str(), command.into_inner()) {
            ("reboot", command) => actions.reboot = command.or(&["systemctl", "reboot"]),
            ("shutdown", command) => actions.shutdown = command.or(&["systemctl", "poweroff"]),
            (_, RawCommand::Own(entry)) if is_name(&name) && actions.own.len() < ACTIONS_MAX => {
                actions.own.push((name, entry));
            }
            (_, RawCommand::Usual(_)) => {
                let message =
                    "only `reboot` and `shutdown` have a usual command: write [\"program\", \"argument\", …]";
                return Err(place.error(command_span, message));
            }
            _ if is_name(&name) => {
                return Err(place.error(name_span, &format!("a node has {ACTIONS_MAX} actions at most")));
            }
            _ => {
                let message = format!(
                    "the name of an action is of 1 to {ACTION_NAME_MAX} letters, digits, - and _, not `{name}`"
                );
                return Err(place.error(name_span, &message));
            }
        }
    }
    Ok(actions)
}

fn is_name(name: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=ACTION_NAME_MAX).contains(&name.len()) && name.bytes().all(letter)
}

impl RawCommand {
    /// The command, where it is allowed.
    fn or(self, usual: &[&str]) -> Option<CommandEntry> {
        match self {
            Self::Own(entry) => Some(entry),
            Self::Usual(allowed) => {
                let words = usual.iter().copied().map(str::to_owned).collect();
                allowed.then(|| CommandEntry::new(words, TIME_LIMIT_S)).flatten()
            }
        }
    }
}

impl CommandEntry {
    /// A command of these words, the first of which is the program; `None` if they are none.
    fn new(words: Vec<String>, time_limit_s: u32) -> Option<Self> {
        let no_word = |word: &String| word.contains('\0');
        if words.len() > WORDS_MAX || words.iter().any(no_word) {
            return None;
        }
        let mut words = words.into_iter();
        let program = words.next().filter(|program| !program.is_empty())?;
        Some(Self { program, arguments: words.collect(), time_limit_s })
    }
}

/// A command with more to say of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LongCommand {
    run: Vec<String>,
    time_limit_s: Option<u32>,
}

impl<'de> Deserialize<'de> for RawCommand {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        input.deserialize_any(CommandVisitor)
    }
}

struct CommandVisitor;

impl<'de> Visitor<'de> for CommandVisitor {
    type Value = RawCommand;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[\"program\", \"argument\", …] or { run = […], time_limit_s = 60 }")
    }

    fn visit_bool<E: Error>(self, allowed: bool) -> Result<RawCommand, E> {
        Ok(RawCommand::Usual(allowed))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, words: A) -> Result<RawCommand, A::Error> {
        own(Vec::deserialize(SeqAccessDeserializer::new(words))?, None)
    }

    fn visit_map<A: MapAccess<'de>>(self, table: A) -> Result<RawCommand, A::Error> {
        let LongCommand { run, time_limit_s } = LongCommand::deserialize(MapAccessDeserializer::new(table))?;
        own(run, time_limit_s)
    }
}

fn own<E: Error>(words: Vec<String>, time_limit_s: Option<u32>) -> Result<RawCommand, E> {
    let time_limit_s = time_limit_s.unwrap_or(TIME_LIMIT_S);
    if !TIME_LIMITS_S.contains(&time_limit_s) {
        return Err(E::custom(format!("time_limit_s is 1 to 3600, not {time_limit_s}")));
    }
    let entry = CommandEntry::new(words, time_limit_s);
    let entry = entry.ok_or_else(|| {
        E::custom(format!("a command is a program and its arguments, {WORDS_MAX} words at most, without NUL"))
    })?;
    Ok(RawCommand::Own(entry))
}

#[cfg(test)]
mod tests {
    use super::{ActionsEntry, CommandEntry};
    use crate::config::NodeConfig;

    fn entry(words: &[&str], time_limit_s: u32) -> CommandEntry {
        CommandEntry::new(words.iter().copied().map(str::to_owned).collect(), time_limit_s).unwrap()
    }

    #[test]
    fn nothing_is_allowed_that_is_not_named() {
        for text in ["", "[actions]", "[actions]\nreboot = false"] {
            assert_eq!(NodeConfig::parse(text).unwrap().actions, ActionsEntry::default(), "{text}");
        }
    }

    #[test]
    fn everything_can_be_said() {
        let text = "[actions]\nsay = ['logger', 'a b']\nreboot = true\nshutdown = ['sudo', 'halt']\n\
                    cal = { run = ['./cal.sh'], time_limit_s = 3600 }\n";
        let actions = NodeConfig::parse(text).unwrap().actions;
        assert_eq!(actions.reboot, Some(entry(&["systemctl", "reboot"], 30)));
        assert_eq!(actions.shutdown, Some(entry(&["sudo", "halt"], 30)));
        let own = [
            ("cal".to_owned(), entry(&["./cal.sh"], 3600)),
            ("say".to_owned(), entry(&["logger", "a b"], 30)),
        ];
        assert_eq!(actions.own, own, "by name");
        let offers = actions.offers();
        assert_eq!(
            (offers.reboot, offers.shutdown, offers.actions),
            (true, true, vec!["cal".into(), "say".into()])
        );
        assert_eq!(
            actions.named().map(|(name, _)| name).collect::<Vec<_>>(),
            ["reboot", "shutdown", "cal", "say"]
        );
    }

    #[test]
    fn errors_have_their_place() {
        let many: String = (0..17).map(|n| format!("a{n:02} = ['x']\n")).collect();
        for (text, place, message) in [
            ("[actions]\nsay = 'echo'", "2:7: ", "[\"program\", \"argument\", …]"),
            ("[actions]\nsay = []", "2:7: ", "a program and its arguments"),
            ("[actions]\nsay = ['']", "2:7: ", "a program and its arguments"),
            ("[actions]\nsay = ['a', 3]", "2:", "string"),
            ("[actions]\nsay = true", "2:7: ", "only `reboot` and `shutdown`"),
            ("[actions]\n'a b' = ['x']", "2:1: ", "not `a b`"),
            ("[actions]\nsay = { run = ['x'], time_limit_s = 0 }", "2:7: ", "1 to 3600, not 0"),
            ("[actions]\nsay = { ran = ['x'] }", "2:", "unknown field `ran`"),
            (&format!("[actions]\n{many}"), "18:1: ", "16 actions at most"),
        ] {
            let error = NodeConfig::parse(text).unwrap_err().to_string();
            assert!(error.starts_with(place) && error.contains(message), "{text}: {error}");
        }
    }
}
