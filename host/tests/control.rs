//! One node is asked outside of a run to start its program anew: a call against a node, in simulated time.

use illuminator::control::{ANSWER_WITHIN, Answer, BACK_WITHIN, Call, Question};
use illuminator::coordinator::RunError;
use illuminator::view::Offers as Told;
use illuminator_node::node::{ACT_WITHIN, Node, Offers, Request};
use illuminator_protocol::{
    BootId, ClusterKey, CommandEnd, Control, Datagram, Duration, Entropy, Hello, Instant,
};

#[test]
fn a_restart_is_done_once_the_node_is_heard_with_a_new_boot_id() {
    let mut bench = Bench::new(true);
    bench.until_it_leaves();
    bench.pass(Duration::from_secs(1));
    assert_eq!(bench.outcome(), None, "it has not come back");
    bench.start_node(2);
    bench.pass(Duration::from_secs(3));
    assert_eq!(bench.outcome(), Some(Ok(Answer::Done)));
}

#[test]
fn a_node_that_does_not_come_back_is_waited_for_so_long_and_no_longer() {
    let mut bench = Bench::new(true);
    bench.until_it_leaves();
    bench.node = None;
    let left = bench.now;
    while bench.outcome().is_none() {
        bench.pass(Duration::from_millis(100));
        assert!(bench.now <= left + BACK_WITHIN + Duration::from_secs(1), "it waits on");
    }
    assert_eq!(bench.outcome(), Some(Ok(Answer::Gone)));
    assert!(bench.now + ACT_WITHIN >= left + BACK_WITHIN, "it was waited for");
}

/// The link breaks, and it is the same program that is heard again.
#[test]
fn a_link_that_broke_is_no_restart() {
    let mut bench = Bench::new(true);
    bench.until_it_leaves();
    bench.deaf = true;
    bench.pass(Duration::from_secs(3));
    bench.deaf = false;
    bench.pass(Duration::from_secs(3));
    assert_eq!(bench.outcome(), None);
    assert_eq!(bench.leaves(), 0, "it is not asked twice");
}

#[test]
fn a_restart_counts_though_its_answer_was_lost() {
    let mut left = 0;
    for heard_ms in 0..20 {
        let mut bench = Bench::new(true);
        bench.pass(Duration::from_millis(heard_ms));
        bench.deaf = true;
        bench.pass(ACT_WITHIN + Duration::from_millis(100));
        if bench.leaves() == 0 {
            continue; // it was not asked yet
        }
        left += 1;
        bench.deaf = false;
        bench.start_node(2);
        bench.pass(Duration::from_secs(3));
        assert_eq!(bench.outcome(), Some(Ok(Answer::Done)), "heard for {heard_ms} ms");
    }
    assert!((1..20).contains(&left), "some were asked, some not: {left}");
}

/// An earlier program could not read it, and one within another program cannot do it.
#[test]
fn a_node_that_does_not_offer_it_is_not_asked() {
    let mut bench = Bench::new(false);
    bench.pass(Duration::from_secs(1));
    assert_eq!(bench.outcome(), Some(Ok(Answer::Refused(Told::NO_RESTART.to_owned()))));
    assert_eq!(bench.unreadable(), 0);
}

#[test]
fn a_node_that_is_not_there_is_told_of_as_that() {
    let mut bench = Bench::new(true);
    bench.node = None;
    bench.pass(ANSWER_WITHIN + Duration::from_secs(1));
    assert!(matches!(bench.outcome(), Some(Err(RunError::NoAnswer { .. }))));
}

#[test]
fn a_node_that_cannot_after_all_says_why() {
    let mut bench = Bench::new(true);
    bench.until_it_leaves();
    let node = bench.node.as_mut().expect("it is there");
    node.command_ended(Control::Restart, CommandEnd::NotStarted, "no", false);
    bench.pass(Duration::from_millis(100));
    let ended = Answer::Ended { end: CommandEnd::NotStarted, output: "no".to_owned(), cut: false };
    assert_eq!(bench.outcome(), Some(Ok(ended)));
}

/// A node that is asked to start its program anew.
struct Bench {
    call: Call,
    /// Nothing while it is not there.
    node: Option<Node<u8>>,
    offers: bool,
    /// What the node says is lost.
    deaf: bool,
    entropy: Counting,
    now: Instant,
}

impl Bench {
    fn new(offers: bool) -> Self {
        let (mut entropy, now) = (Counting(0), Instant::ZERO);
        let hello = Hello::new(BootId(9), "host", "test");
        let mut call = Call::new("node".to_owned(), &ClusterKey::OPEN, hello, &mut entropy);
        call.ask(now, Question::Control(Control::Restart));
        let mut bench = Self { call, node: None, offers, deaf: false, entropy, now };
        bench.start_node(1);
        bench
    }

    fn start_node(&mut self, boot: u64) {
        let mut node = Node::new(ClusterKey::OPEN, Hello::new(BootId(boot), "node", "test"), Vec::new());
        node.offers(Offers { restart: self.offers, ..Offers::default() });
        self.node = Some(node);
    }

    /// Lets both talk for a time.
    fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        let mut datagram = Datagram::new();
        while self.now < end {
            self.now = self.now + Duration::from_millis(1);
            while self.call.poll_transmit(self.now, &mut datagram) {
                if let Some(node) = &mut self.node {
                    // A node that has started anew does not know the session.
                    let _ = node.handle(self.now, 0, &mut datagram, &mut self.entropy);
                }
            }
            while let Some(node) = &mut self.node
                && node.poll_transmit(self.now, &mut datagram).is_some()
            {
                if !self.deaf {
                    self.call.handle(self.now, &mut datagram);
                }
            }
        }
    }

    /// How often the node wanted to leave since that was asked last.
    fn leaves(&mut self) -> usize {
        let Some(node) = &mut self.node else { return 0 };
        let requests = std::iter::from_fn(|| node.poll_request());
        requests.filter(|request| *request == Request::Command(Control::Restart)).count()
    }

    /// Lets both talk until the node leaves; it is not there then.
    fn until_it_leaves(&mut self) {
        let begun = self.now;
        while self.leaves() == 0 {
            self.pass(Duration::from_millis(1));
            assert!(self.now < begun + Duration::from_secs(2), "it stays");
        }
        assert_eq!(self.outcome(), None, "to leave is half of it");
    }

    fn outcome(&self) -> Option<Result<Answer, RunError>> {
        self.call.outcome(self.now)
    }

    fn unreadable(&self) -> u64 {
        self.node.as_ref().map_or(0, |node| node.counters().unreadable)
    }
}

/// Numbers in order: handshakes that repeat.
struct Counting(u8);

impl Entropy for Counting {
    fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            self.0 = self.0.wrapping_add(1);
            *byte = self.0;
        }
    }
}
