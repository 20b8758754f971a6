//! Nodes without a run: one that answers, and one that does not.

use super::Counting;
use illuminator::coordinator::{Coordinator, NodeLink};
use illuminator::view::{AskedState, LinkState, NodeHealth};
use illuminator_node::node::{Node, Request};
use illuminator_protocol::{BootId, ClusterKey, Control, Datagram, Duration, Hello, Instant, WATCH};

/// A watch over two nodes, the first of which is there.
struct Bench {
    host: Coordinator,
    node: Node<u8>,
    entropy: Counting,
    now: Instant,
    cut: bool,
}

impl Bench {
    fn new() -> Self {
        let mut entropy = Counting(0);
        let hello = Hello::new(BootId(9), WATCH, "test");
        let names = ["here", "gone"].map(str::to_owned).to_vec();
        let link =
            |name: &String| NodeLink::spare(name.clone(), &ClusterKey::OPEN, hello.clone(), &mut entropy);
        let links = names.iter().map(link).collect();
        let host = Coordinator::watching(names, links, Instant::ZERO);
        let node = Self::node(1);
        Self { host, node, entropy, now: Instant::ZERO, cut: false }
    }

    fn node(boot: u64) -> Node<u8> {
        Node::new(ClusterKey::OPEN, Hello::new(BootId(boot), "here", "test"), Vec::new())
    }

    fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        let mut datagram = Datagram::new();
        while self.now < end {
            self.now = self.now + Duration::from_millis(1);
            while let Some(link) = self.host.poll_transmit(self.now, &mut datagram) {
                if link == 0 && !self.cut {
                    let _ = self.node.handle(self.now, 0, &mut datagram, &mut self.entropy);
                }
            }
            assert!(self.host.poll_timeout() > self.now, "nothing is left to do now");
            while self.node.poll_transmit(self.now, &mut datagram).is_some() {
                if !self.cut {
                    self.host.handle(self.now, 0, &mut datagram);
                }
            }
        }
    }

    fn health(&self) -> NodeHealth {
        let [here, gone] = <[_; 2]>::try_from(self.host.health(self.now).collect::<Vec<_>>()).expect("two");
        assert_eq!(gone.1.link, LinkState::Connecting, "it holds up nobody");
        here.1
    }
}

#[test]
fn a_node_is_heard_and_asked_without_a_run_and_the_absent_one_holds_up_nobody() {
    let mut bench = Bench::new();
    bench.pass(Duration::from_secs(30));
    assert_eq!((bench.health().link, bench.node.run()), (LinkState::Live, None));
    assert!(bench.host.outcome().is_none(), "it waits for the other one");
    assert!(bench.host.control(bench.now, "here", Control::Identify { on: true }));
    // It is stopped at once: what was asked before arrives all the same.
    bench.host.stop(bench.now);
    assert!(bench.host.outcome().is_none());
    bench.pass(Duration::from_millis(20));
    assert_eq!(bench.health().asked.map(|asked| asked.state), Some(AskedState::Done));
    let requests: Vec<Request> = std::iter::from_fn(|| bench.node.poll_request()).collect();
    assert!(requests.contains(&Request::Identify(true)), "{requests:?}");
    bench.pass(Duration::from_secs(2));
    assert_eq!(bench.host.outcome(), Some(Ok(())));
}

#[test]
fn a_node_that_goes_and_comes_anew_is_there_again() {
    let mut bench = Bench::new();
    bench.pass(Duration::from_secs(1));
    bench.cut = true;
    bench.pass(Duration::from_secs(60));
    let health = bench.health();
    assert_eq!(health.link, LinkState::Waiting);
    assert!(health.heard_s.is_some_and(|seconds| seconds > 59.0), "{health:?}");
    assert!(!bench.host.control(bench.now, "here", Control::Reboot), "nobody hears that");
    (bench.cut, bench.node) = (false, Bench::node(2));
    bench.pass(Duration::from_secs(2));
    assert_eq!((bench.health().link, bench.node.run()), (LinkState::Live, None));
}
