//! A run in the hands of somebody else: a page, a keyboard.
//!
//! ```text
//!   any thread ─▶ Conductor ─▶ Listener of the run ─┬▶ run on nodes ─▶ Coordinator
//!                                                   └▶ run in this process ─▶ Pacer, LiveTable
//! ```
//!
//! Invariants: a tempo is a state, not an event: whoever begins to listen late hears the latest one, and none is lost.
//! All else is asked of the run that goes on: what was asked before a run is nothing to it. What waits is bounded.

use illuminator_protocol::{Control, Duration};
use std::collections::VecDeque;
use tokio::sync::watch;

/// Most requests that wait for the run.
const ASKED_MAX: usize = 64;

/// How a run is to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tempo {
    /// Time from one co-simulation step to the next; zero: as fast as possible.
    pub pace: Duration,
    /// Whether no step is to start.
    pub held: bool,
}

/// Says how fast runs go, one run or one after the other. Clones say the same.
#[derive(Clone)]
pub struct Conductor(watch::Sender<Wanted>);

/// What is wanted of runs.
#[derive(Debug)]
struct Wanted {
    tempo: Tempo,
    /// How many single steps were asked for, ever.
    steps: u64,
    asked: VecDeque<Request>,
}

/// Something that is asked of a run once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Request {
    /// To force the phase of this name, or none.
    Phase(Option<String>),
    /// Something of the node of this name.
    Node(String, Control),
    /// Of the node of this name its action of that name.
    Action(String, String),
}

impl Conductor {
    /// Runs go at `pace`, until told otherwise.
    pub fn new(pace: Duration) -> Self {
        let tempo = Tempo { pace, held: false };
        Self(watch::Sender::new(Wanted { tempo, steps: 0, asked: VecDeque::new() }))
    }

    /// What is wanted now.
    pub fn tempo(&self) -> Tempo {
        self.0.borrow().tempo
    }

    /// Wants another tempo from now on. The run follows at once.
    pub fn set(&self, tempo: Tempo) {
        self.0.send_modify(|wanted| wanted.tempo = tempo);
    }

    /// Wants one more step, and that the run is held then. Several add up, to 64 that wait.
    pub fn step(&self) {
        self.0.send_modify(|wanted| {
            wanted.tempo.held = true;
            wanted.steps += 1;
        });
    }

    /// Forces the phase of this name from the next step on, or (`None`) lets the story find its phase by itself again.
    /// A notice of the run says so if there is no such phase. False, and nothing happens, if too much waits already.
    pub fn force_phase(&self, name: Option<&str>) -> bool {
        self.request(Request::Phase(name.map(str::to_owned)))
    }

    /// Asks something of the node of this name; a notice of the run says what became of it. False, and nothing happens,
    /// if too much waits already.
    pub fn ask(&self, node: &str, control: Control) -> bool {
        self.request(Request::Node(node.to_owned(), control))
    }

    /// Starts an own action of the node of this name, likewise.
    pub fn ask_action(&self, node: &str, action: &str) -> bool {
        self.request(Request::Action(node.to_owned(), action.to_owned()))
    }

    fn request(&self, request: Request) -> bool {
        self.0.send_if_modified(|wanted| {
            let room = wanted.asked.len() < ASKED_MAX;
            if room {
                wanted.asked.push_back(request);
            }
            room
        })
    }

    /// Hears of every change from now on, beginning with the present tempo.
    pub(super) fn listen(&self) -> Listener {
        let mut wanted = self.0.subscribe();
        wanted.mark_changed();
        let mut steps = 0;
        self.0.send_if_modified(|wanted| {
            wanted.asked.clear();
            steps = wanted.steps;
            false
        });
        Listener { conductor: self.clone(), wanted, steps }
    }
}

/// What a run hears of its conductor.
pub(super) struct Listener {
    conductor: Conductor,
    wanted: watch::Receiver<Wanted>,
    /// Steps that were asked for and heard of.
    steps: u64,
}

/// What a run is to do from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Orders {
    pub(super) tempo: Tempo,
    /// So many steps more, though it is held.
    pub(super) steps: u64,
    /// In this order.
    pub(super) asked: VecDeque<Request>,
}

impl Listener {
    /// What is new, if anything is.
    pub(super) fn poll(&mut self) -> Option<Orders> {
        self.wanted.has_changed().is_ok_and(|changed| changed).then(|| self.take())
    }

    /// Waits for something new.
    async fn next(&mut self) -> Orders {
        // It cannot fail: this conductor is there.
        let _ = self.wanted.changed().await;
        self.take()
    }

    fn take(&mut self) -> Orders {
        let (tempo, total) = {
            let wanted = self.wanted.borrow_and_update();
            (wanted.tempo, wanted.steps)
        };
        let steps = total - std::mem::replace(&mut self.steps, total);
        let mut asked = VecDeque::new();
        self.conductor.0.send_if_modified(|wanted| {
            asked = std::mem::take(&mut wanted.asked);
            false
        });
        Orders { tempo, steps, asked }
    }
}

/// The next orders. Never ready where there is no conductor.
pub(super) async fn next(listener: Option<&mut Listener>) -> Orders {
    match listener {
        Some(listener) => listener.next().await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::{ASKED_MAX, Conductor, Orders, Request, Tempo};
    use illuminator_protocol::{Control, Duration};
    use std::collections::VecDeque;

    fn orders(tempo: Tempo, steps: u64) -> Orders {
        Orders { tempo, steps, asked: VecDeque::new() }
    }

    #[test]
    fn a_tempo_is_heard_late_and_a_step_only_by_the_run_that_goes_on() {
        let pace = Duration::from_millis(10);
        let conductor = Conductor::new(pace);
        conductor.step();
        conductor.force_phase(Some("winter"));
        let mut listener = conductor.listen();
        let held = Tempo { pace, held: true };
        assert_eq!(listener.poll(), Some(orders(held, 0)), "the step and the phase were before the run");
        assert_eq!(listener.poll(), None);
        conductor.step();
        conductor.clone().step();
        assert_eq!(listener.poll(), Some(orders(held, 2)), "both at once");
        let tempo = Tempo { pace, held: false };
        conductor.set(tempo);
        assert_eq!(listener.poll(), Some(orders(tempo, 0)));
        conductor.step();
        assert_eq!(conductor.tempo(), held, "a step holds the run");
        assert_eq!(listener.poll(), Some(orders(held, 1)));
    }

    #[test]
    fn what_is_asked_for_comes_once_in_order_and_is_bounded() {
        let conductor = Conductor::new(Duration::ZERO);
        let mut listener = conductor.listen();
        listener.poll();
        assert!(conductor.force_phase(Some("winter")) && conductor.ask("wind", Control::Reboot));
        let asked = listener.poll().map(|orders| orders.asked);
        let expected =
            [Request::Phase(Some("winter".to_owned())), Request::Node("wind".to_owned(), Control::Reboot)];
        assert_eq!(asked, Some(VecDeque::from(expected)));
        assert_eq!(listener.poll(), None);
        let taken = (0..100).filter(|_| conductor.force_phase(None)).count();
        assert_eq!(taken, ASKED_MAX);
        assert_eq!(listener.poll().map(|orders| orders.asked.len()), Some(ASKED_MAX));
        assert!(conductor.force_phase(None), "there is room again");
    }
}
