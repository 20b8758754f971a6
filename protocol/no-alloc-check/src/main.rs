//! Links the whole protocol into a binary without an allocator. It is built, never run.
#![no_std]
#![no_main]

use core::hint::black_box;
use core::panic::PanicInfo;

use illuminator_protocol::{
    BootId, ClusterKey, Datagram, Entropy, Hello, Initiator, Instant, Join, Responder, RunId, ToHost, ToNode,
    Value, ValuesWriter,
};

/// Stands for a hardware generator.
struct Register;

impl Entropy for Register {
    fn fill(&mut self, bytes: &mut [u8]) {
        bytes.fill(black_box(4));
    }
}

/// Entry point: one exchange between a host and a node, of all that the crate can do.
///
/// The name is what the linker is told to start at.
#[unsafe(no_mangle)]
pub extern "C" fn main() -> ! {
    let key = black_box(ClusterKey::OPEN);
    let mut host = Initiator::<4>::new(key.clone(), Hello::new(BootId(1), "host", "0"), &mut Register);
    let mut node = Responder::<u8, 4>::new(key, Hello::new(BootId(2), "node", "0"));
    let mut join = Join::<256>::new();
    let mut datagram = Datagram::new();
    loop {
        let now = black_box(Instant::ZERO);
        while host.poll_transmit(now, &mut datagram) {
            let _ = black_box(node.handle(now, 0, &mut datagram, &mut Register));
        }
        if let Some(session) = node.session() {
            while let Some(part) = session.receive() {
                if let Ok(Some(message)) = join.push(part) {
                    let _ = black_box(ToNode::decode(message));
                }
            }
            let mut buffer = [0; 64];
            let mut values = ValuesWriter::new(&mut buffer);
            let _ = values.push(&black_box(Value::Float(1.0)));
            let done = ToHost::Done { run: RunId(1), step: 2, stage: 3, values: values.finish() };
            let mut message = [0; 128];
            if let Ok(len) = done.encode(&mut message) {
                black_box(session.send(&message[..len], 0));
            }
        }
        while node.poll_transmit(now, &mut datagram).is_some() {
            let _ = black_box(host.handle(now, &mut datagram));
        }
        black_box((host.poll_event(), node.poll_event(), host.poll_timeout(), node.poll_timeout()));
    }
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {}
}
