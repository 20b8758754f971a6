//! Whose a node is: the host's that gave it its run, the one's that waits for a command, else anybody's.

use crate::{Bench, Counting, RUN, battery};
use illuminator_node::mailbox::Mailbox;
use illuminator_node::node::{LINK_WINDOW, Offers, Request};
use illuminator_protocol::{
    BootId, ClusterKey, CommandEnd, Control, Datagram, Duration, Hello, Initiator, ToNode,
};

#[test]
fn the_host_of_a_run_gets_its_node_back_from_whoever_came_meanwhile() {
    let mut bench = Bench::new(&[]);
    bench.node.offers(Offers { restart: true, ..Offers::default() });
    bench.exchange();
    bench.assign(RUN, &battery());
    let mut entropy = Counting(99);
    let hello = Hello::new(BootId(2), "other", "test");
    let mut other = Box::new(Initiator::<LINK_WINDOW>::new(ClusterKey::OPEN, hello, &mut entropy));
    call(&mut bench, 1, &mut other);
    assert!(other.session().is_none(), "while its host is heard it is not to be had");
    bench.now = bench.now + Duration::from_secs(2);
    call(&mut bench, 1, &mut other);
    assert!(other.session().is_some() && bench.node.run() == Some(RUN), "the run is still there");
    // Not even a command that the other one waits for keeps the node from it.
    ask_to_restart(&mut bench, &mut other);
    bench.mailbox = Mailbox::default();
    bench.exchange();
    assert_eq!(bench.node.responder().host_address(), Some(0), "at once, while the other one is heard");
    bench.step(RUN, 0, 0.1);
}

#[test]
fn a_node_without_a_run_is_free_but_for_a_command_that_is_awaited() {
    let mut bench = Bench::new(&[]);
    bench.node.offers(Offers { restart: true, ..Offers::default() });
    let other = |boot| {
        let hello = Hello::new(BootId(boot), "other", "test");
        Box::new(Initiator::<LINK_WINDOW>::new(ClusterKey::OPEN, hello, &mut Counting(boot as u8)))
    };
    let (mut first, mut second) = (other(70), other(140));
    bench.now = bench.now + Duration::from_secs(2);
    call(&mut bench, 1, &mut first);
    assert!(first.session().is_some(), "nobody works on it");
    ask_to_restart(&mut bench, &mut first);
    for _ in 0..20 {
        call(&mut bench, 1, &mut first);
        call(&mut bench, 2, &mut second);
    }
    assert!(second.session().is_none(), "the first one waits for the end of its command");
    let end = CommandEnd::Exited { status: 1 };
    bench.node.command_ended(Control::Restart, end, "", false);
    for _ in 0..10 {
        call(&mut bench, 1, &mut first);
        call(&mut bench, 2, &mut second);
    }
    assert!(second.session().is_some(), "nobody waits any more");
}

/// What another host at this address and the node have to say to each other, over a tenth of a second.
fn call(bench: &mut Bench, address: u8, other: &mut Initiator<LINK_WINDOW>) {
    let mut datagram = Datagram::new();
    for _ in 0..10 {
        bench.now = bench.now + Duration::from_millis(10);
        while other.poll_transmit(bench.now, &mut datagram) {
            let _ = bench.node.handle(bench.now, address, &mut datagram, &mut bench.entropy);
        }
        while let Some(to) = bench.node.poll_transmit(bench.now, &mut datagram) {
            if to == address {
                let _ = other.handle(bench.now, &mut datagram);
            }
        }
    }
}

/// The other host has the program started anew, and waits for that.
fn ask_to_restart(bench: &mut Bench, other: &mut Initiator<LINK_WINDOW>) {
    let mut bytes = [0; 64];
    let used = ToNode::Control(Control::Restart).encode(&mut bytes).expect("a few bytes");
    Mailbox::default().send(other.session(), &bytes[..used]);
    let mut requests = Vec::new();
    // It is begun once the answer to it has arrived, or after a second.
    for _ in 0..12 {
        call(bench, 1, other);
        requests.extend(std::iter::from_fn(|| bench.node.poll_request()));
    }
    assert!(requests.contains(&Request::Command(Control::Restart)), "it is under way: {requests:?}");
}
