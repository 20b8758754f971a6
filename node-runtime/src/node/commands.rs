//! What a node starts on its machine for its host: what is allowed here, and what is under way.
//!
//! ```text
//!   Control ─▶ allowed? free? ─▶ answer ─▶ acknowledged, or a second later ─▶ Request::Command ─▶ machine
//!                   └─▶ Refused, with a sentence                                                    │
//!   host ◀─ CommandEnded ◀──────────────────────────────────────────────────────────────────────────┘
//! ```
//!
//! To start the node's own program anew is taken on in the same way, and needs no command.
//!
//! Invariants: the host hears that a command is taken on before it is started, however fast the machine is down then;
//! one command of each kind is under way at most, so that one that hangs keeps nobody from restarting the machine.

use illuminator_protocol::message::{ACTION_NAME_MAX, ACTIONS_MAX};
use illuminator_protocol::{Control, Duration, Event, Instant};

/// How long a command waits for its answer to be acknowledged.
pub const ACT_WITHIN: Duration = Duration::from_secs(1);

/// What a node lets its host start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offers {
    /// Whether the node's program may be started anew.
    pub restart: bool,
    /// Whether the machine may be restarted.
    pub reboot: bool,
    /// Whether it may be halted.
    pub shutdown: bool,
    /// The names of its own actions, in the order of their numbers. Of more than [`ACTIONS_MAX`], and of names that are
    /// longer than [`ACTION_NAME_MAX`] bytes or hold a line feed, nobody hears.
    pub actions: Vec<String>,
}

/// What is allowed, and what is under way.
#[derive(Debug, Default)]
pub(super) struct Commands {
    offers: Offers,
    /// The names of the actions, each followed by a line feed.
    names: String,
    under_way: Vec<UnderWay>,
}

/// A command that was taken on and has not ended.
#[derive(Clone, Copy, Debug)]
struct UnderWay {
    control: Control,
    stage: Stage,
    /// It was asked for in the present session: its host waits for the end.
    awaited: bool,
}

#[derive(Clone, Copy, Debug)]
enum Stage {
    /// The host is being told, until the time given once that is known.
    Answering(Option<Instant>),
    /// The machine has it.
    Started,
}

impl Commands {
    /// These are allowed.
    pub(super) fn new(mut offers: Offers) -> Self {
        offers.actions.retain(|name| name.len() <= ACTION_NAME_MAX && !name.contains('\n'));
        offers.actions.truncate(ACTIONS_MAX);
        let names = offers.actions.iter().flat_map(|name| [name, "\n"]).collect();
        Self { offers, names, under_way: Vec::new() }
    }

    /// What the host is told of all this.
    pub(super) fn event(&self) -> Event<'_> {
        let Offers { reboot, shutdown, .. } = self.offers;
        Event::Offers { reboot, shutdown, actions: &self.names }
    }

    /// Whether the host is told before that that the node's program may be started anew.
    pub(super) const fn restart(&self) -> bool {
        self.offers.restart
    }

    /// Takes a command on, or says why not.
    pub(super) fn ask(&mut self, control: Control) -> Result<(), String> {
        let Offers { restart, reboot, shutdown, actions } = &self.offers;
        let not_allowed = |name| Err(format!("`{name}` is not allowed in `[actions]` of its node.toml"));
        match control {
            Control::Restart if !restart => {
                return Err("it runs within another program, and cannot start anew by itself".to_owned());
            }
            Control::Reboot if !reboot => return not_allowed("reboot"),
            Control::Shutdown if !shutdown => return not_allowed("shutdown"),
            Control::Action { action } if usize::from(action) >= actions.len() => {
                return Err("it has no such action".to_owned());
            }
            _ => {}
        }
        if let Some(other) =
            self.under_way.iter().find(|other| is_action(other.control) == is_action(control))
        {
            return Err(format!("`{}` is still under way there", self.name(other.control)));
        }
        self.under_way.push(UnderWay { control, stage: Stage::Answering(None), awaited: true });
        Ok(())
    }

    fn name(&self, control: Control) -> &str {
        match control {
            Control::Restart => "restart",
            Control::Reboot => "reboot",
            Control::Shutdown => "shutdown",
            Control::Action { action } => {
                self.offers.actions.get(usize::from(action)).map_or("", String::as_str)
            }
            _ => "",
        }
    }

    /// The next command to start, if its answer is `acknowledged` or has waited long enough.
    pub(super) fn due(&mut self, now: Instant, acknowledged: bool) -> Option<Control> {
        let mut answering = self.under_way.iter_mut().filter_map(|one| match one.stage {
            Stage::Answering(until) => Some((one, until.unwrap_or(now + ACT_WITHIN))),
            Stage::Started => None,
        });
        answering.find_map(|(one, until)| {
            let due = acknowledged || now >= until;
            one.stage = if due { Stage::Started } else { Stage::Answering(Some(until)) };
            due.then_some(one.control)
        })
    }

    /// When [`due`](Self::due) wants to be asked at the latest.
    pub(super) fn poll_timeout(&self) -> Instant {
        let waits = self.under_way.iter().filter_map(|one| match one.stage {
            Stage::Answering(until) => until,
            Stage::Started => None,
        });
        waits.min().unwrap_or(Instant::MAX)
    }

    /// Whether the host of the present session waits for the end of a command.
    pub(super) fn is_awaited(&self) -> bool {
        self.under_way.iter().any(|one| one.awaited)
    }

    /// Another session begins: whoever asked in the one before is told no more.
    pub(super) fn await_none(&mut self) {
        self.under_way.iter_mut().for_each(|one| one.awaited = false);
    }

    /// A command has ended.
    pub(super) fn ended(&mut self, control: Control) {
        self.under_way.retain(|one| one.control != control);
    }
}

/// Whether it is an own action; else it concerns the whole machine, or the node's program.
const fn is_action(control: Control) -> bool {
    matches!(control, Control::Action { .. })
}

#[cfg(test)]
mod tests {
    use super::{ACT_WITHIN, Commands, Offers};
    use illuminator_protocol::{Control, Duration, Event, Instant};

    const REBOOT: Control = Control::Reboot;
    const RESTART: Control = Control::Restart;

    fn action(action: u8) -> Control {
        Control::Action { action }
    }

    fn commands() -> Commands {
        let actions = ["dim", "say"].map(str::to_owned).to_vec();
        Commands::new(Offers { restart: true, reboot: true, shutdown: false, actions })
    }

    #[test]
    fn what_is_not_allowed_is_refused_with_a_reason() {
        let mut commands = commands();
        let refused = commands.ask(Control::Shutdown).unwrap_err();
        assert!(refused.contains("`shutdown` is not allowed"), "{refused}");
        assert!(commands.ask(action(2)).is_err() && Commands::default().ask(action(0)).is_err());
        let refused = Commands::default().ask(RESTART).unwrap_err();
        assert!(refused.contains("cannot start anew by itself"), "{refused}");
        assert_eq!(commands.event(), Event::Offers { reboot: true, shutdown: false, actions: "dim\nsay\n" });
        assert_eq!(commands.due(Instant::ZERO, true), None, "nothing was taken on");
    }

    #[test]
    fn a_command_starts_once_its_answer_is_there_or_a_second_later() {
        let at = |micros| Instant::from_micros(micros);
        let mut commands = commands();
        commands.ask(REBOOT).unwrap();
        assert_eq!((commands.due(at(5), false), commands.poll_timeout()), (None, at(5) + ACT_WITHIN));
        assert_eq!(commands.due(at(6), true), Some(REBOOT));
        assert_eq!((commands.due(at(7), true), commands.poll_timeout()), (None, Instant::MAX), "once");
        commands.ended(REBOOT);
        commands.ask(REBOOT).unwrap();
        assert_eq!(commands.due(at(10), false), None);
        let late = at(10) + ACT_WITHIN;
        assert_eq!(commands.due(at(late.as_micros() - 1), false), None);
        assert_eq!(commands.due(late, false), Some(REBOOT), "whether the host has heard of it or not");
    }

    #[test]
    fn an_action_that_hangs_keeps_nobody_from_restarting_the_machine() {
        let mut commands = commands();
        commands.ask(action(1)).unwrap();
        assert_eq!(commands.due(Instant::ZERO, true), Some(action(1)));
        let refused = commands.ask(action(0)).unwrap_err();
        assert!(refused.contains("`say` is still under way"), "{refused}");
        commands.ask(REBOOT).unwrap();
        assert_eq!(commands.due(Instant::ZERO + Duration::from_secs(9), true), Some(REBOOT));
        commands.ended(action(1));
        commands.ask(action(0)).unwrap();
    }

    #[test]
    fn the_program_starts_anew_once_its_host_knows_and_whatever_action_hangs() {
        let mut commands = commands();
        commands.ask(action(1)).unwrap();
        assert_eq!(commands.due(Instant::ZERO, true), Some(action(1)));
        commands.ask(RESTART).unwrap();
        assert_eq!(commands.due(Instant::ZERO, false), None, "the host has not heard of it");
        assert_eq!(commands.due(Instant::ZERO, true), Some(RESTART));
        for again in [RESTART, REBOOT] {
            let refused = commands.ask(again).unwrap_err();
            assert!(refused.contains("`restart` is still under way"), "{refused}");
        }
    }

    #[test]
    fn the_end_of_a_command_is_awaited_in_its_session_only() {
        let mut commands = commands();
        assert!(!commands.is_awaited());
        commands.ask(action(1)).unwrap();
        assert!(commands.is_awaited());
        commands.await_none();
        assert!(!commands.is_awaited(), "though it is under way");
        commands.ask(REBOOT).unwrap();
        assert!(commands.is_awaited());
        commands.ended(REBOOT);
        assert!(!commands.is_awaited());
    }

    #[test]
    fn what_a_host_is_told_is_bounded() {
        let long = "x".repeat(33);
        let names = [long, "a\nb".to_owned()].into_iter().chain((0..99).map(|n| format!("a{n}")));
        let commands = Commands::new(Offers { actions: names.collect(), ..Offers::default() });
        let Event::Offers { actions, .. } = commands.event() else { panic!("another event") };
        assert_eq!(actions.lines().count(), 16);
        assert!(actions.starts_with("a0\n"));
    }
}
