//! The bytes of version 1, frozen. A test that fails here means that released peers would no longer
//! understand each other: change the version instead.

use illuminator_protocol::{
    BootId, CableFlow, ClusterKey, CommandEnd, Control, DEPTH_MAX, Datagram, DecodeError, EncodeError,
    Entropy, Event, Hello, Initiator, Instant, MachineReport, Responder, RunId, Telemetry, ToHost, ToNode,
    Value, Values, ValuesWriter,
};

const RUN: RunId = RunId(300);

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn to_node(message: &ToNode<'_>, expected: &str) {
    let mut out = [0; 64];
    let len = message.encode(&mut out).expect("64 bytes are enough");
    assert_eq!(hex(&out[..len]), expected, "{message:?}");
    assert_eq!(ToNode::decode(&out[..len]), Ok(*message));
    assert_eq!(ToNode::decode(&out[..len + 1]), Err(DecodeError::Trailing));
    assert_eq!(ToNode::decode(&out[..len - 1]), Err(DecodeError::Truncated));
    assert_eq!(message.encode(&mut out[..len - 1]), Err(EncodeError::Full));
}

fn to_host(message: &ToHost<'_>, expected: &str) {
    let mut out = [0; 64];
    let len = message.encode(&mut out).expect("64 bytes are enough");
    assert_eq!(hex(&out[..len]), expected, "{message:?}");
    assert_eq!(ToHost::decode(&out[..len]), Ok(*message));
    assert_eq!(ToHost::decode(&out[..len + 1]), Err(DecodeError::Trailing));
    assert_eq!(ToHost::decode(&out[..len - 1]), Err(DecodeError::Truncated));
    assert_eq!(message.encode(&mut out[..len - 1]), Err(EncodeError::Full));
}

#[test]
fn messages_to_a_node() {
    let values = Values::from_bytes(&[0, 3, 2]);
    to_node(&ToNode::Assign { run: RUN, plan: b"plan" }, "00ac0204706c616e");
    to_node(&ToNode::Start { run: RUN }, "01ac02");
    to_node(&ToNode::Step { run: RUN, step: 129, stage: 1, values }, "02ac0281010103000302");
    to_node(&ToNode::SnapshotRequest { run: RUN }, "03ac02");
    to_node(&ToNode::Restore { run: RUN, step: 2, state: &[9] }, "04ac02020109");
    to_node(&ToNode::Control(Control::Identify { on: true }), "050001");
    to_node(&ToNode::Control(Control::Reboot), "0501");
    to_node(&ToNode::Control(Control::Shutdown), "0502");
    to_node(&ToNode::Control(Control::Relay { relay: 7, on: false }), "05030700");
    to_node(&ToNode::Control(Control::Action { action: 200 }), "0504c8");
    to_node(&ToNode::Control(Control::EmergencyStop { on: true }), "050501");
    to_node(&ToNode::Control(Control::Restart), "0506");
    to_node(&ToNode::Release { run: RUN }, "06ac02");
    to_node(&ToNode::Unplugged { cable: 300 }, "08ac02");
    let flow = CableFlow {
        cable: 300,
        at_sink: true,
        power_kw: -1.5,
        full_scale_kw: 70.0,
        carrier: 1,
        colour: 0,
        anchor_position: 128,
        anchor_us: 1_000_000,
    };
    to_node(&ToNode::Flow(flow), "07ac0201000000000000f8bf000000000080514001008001c0843d");
}

#[test]
fn messages_to_the_host() {
    let values = Values::from_bytes(&[0, 3, 2]);
    to_host(&ToHost::Ready { run: RUN }, "00ac02");
    to_host(&ToHost::Rejected { run: RUN, reason: "no" }, "01ac02026e6f");
    to_host(&ToHost::Done { run: RUN, step: 129, stage: 1, values }, "02ac0281010103000302");
    to_host(&ToHost::Failed { run: RUN, step: 2, model: "pv", reason: "no" }, "03ac0202027076026e6f");
    to_host(&ToHost::Snapshot { run: RUN, step: 2, state: &[9] }, "04ac02020109");
    to_host(&ToHost::Restored { run: RUN, step: 2 }, "05ac0202");
    to_host(&ToHost::ControlDone { control: Control::Relay { relay: 7, on: true }, ok: false }, "0603070100");
    to_host(&ToHost::Event(Event::Detects { boards: true, cables: 300 }), "070001ac02");
    to_host(&ToHost::Event(Event::Cable { cable: 300, plugged: true }), "0701ac0201");
    to_host(&ToHost::Event(Event::Button { pressed: false }), "070200");
    to_host(&ToHost::Event(Event::EmergencyStop { on: true }), "070301");
    to_host(&ToHost::Event(Event::Notice { text: "no" }), "0704026e6f");
    let telemetry = Telemetry {
        frames: 300,
        frames_skipped: 2,
        strip_errors: 3,
        late_us_p50: 4,
        late_us_p99: 129,
        late_us_max: 6,
        animation_cpu_permille: 7,
        cpu_permille: 8,
        memory_kib: 9,
    };
    to_host(&ToHost::Telemetry(telemetry), "08ac02020304810106070809");
    to_host(&ToHost::Forgotten { run: RUN }, "09ac02");
    to_host(&ToHost::Event(Event::Identifying { on: true }), "070501");
    to_host(&ToHost::Machine(MachineReport::default()), "0a000000000000");
    let machine = MachineReport {
        temperature_mc: Some(-2),
        cpu_permille: Some(300),
        memory_permille: Some(5),
        throttled: Some(0x5_0005),
        uptime_s: Some(129),
        mac: Some([0xdc, 0xa6, 0x32, 0, 1, 2]),
    };
    to_host(&ToHost::Machine(machine), "0a010301ac0201050185801401810101dca632000102");
    let offers = Event::Offers { reboot: true, shutdown: false, actions: "a\nb\n" };
    to_host(&ToHost::Event(offers), "0706010004610a620a");
    to_host(&ToHost::Event(Event::OffersRestart), "0707");
    to_host(&ToHost::Refused { control: Control::Reboot, why: "no" }, "0b01026e6f");
    let ended = |control, end| ToHost::CommandEnded { control, end, output: "hi", cut: true };
    let action = Control::Action { action: 3 };
    to_host(&ended(action, CommandEnd::Exited { status: 1 }), "0c0403000202686901");
    to_host(&ended(action, CommandEnd::Killed { signal: 9 }), "0c0403011202686901");
    to_host(&ended(Control::Shutdown, CommandEnd::TimedOut { limit_s: 300 }), "0c0202ac0202686901");
    to_host(&ended(Control::Reboot, CommandEnd::NotStarted), "0c010302686901");
}

#[test]
fn unknown_variants_and_broken_texts_are_rejected() {
    assert_eq!(ToNode::decode(&[9]), Err(DecodeError::Malformed));
    assert_eq!(ToNode::decode(&[5, 7]), Err(DecodeError::Malformed));
    assert_eq!(ToHost::decode(&[13]), Err(DecodeError::Malformed));
    assert_eq!(ToHost::decode(&[7, 8]), Err(DecodeError::Malformed));
    assert_eq!(ToHost::decode(&[1, 0, 1, 0xff]), Err(DecodeError::Malformed));
    assert_eq!(ToHost::decode(&[]), Err(DecodeError::Truncated));
}

#[test]
fn values() {
    let (mut inner, mut outer) = ([0; 64], [0; 64]);
    let mut list = ValuesWriter::new(&mut inner);
    list.push(&Value::Text("t")).unwrap();
    list.push(&Value::Int(-1)).unwrap();
    let list = list.finish();
    let values = [
        (Value::Null, "00"),
        (Value::Bool(false), "01"),
        (Value::Bool(true), "02"),
        (Value::Int(64), "038001"),
        (Value::Int(i64::MIN), "03ffffffffffffffffff01"),
        (Value::Float(1.5), "04000000000000f83f"),
        (Value::Numpy(-0.0), "050000000000000080"),
        (Value::Text("°C"), "0603c2b043"),
        (Value::List(list), "07050601740301"),
        (Value::Map(list), "08050601740301"),
        (Value::List(Values::EMPTY), "0700"),
    ];
    for (value, expected) in values {
        let mut writer = ValuesWriter::new(&mut outer);
        writer.push(&value).unwrap();
        let encoded = writer.finish();
        assert_eq!(hex(encoded.as_bytes()), expected);
        assert!(encoded.iter().eq([Ok(value)]));
        assert_eq!((encoded.count(), encoded.check()), (1, Ok(())));
        let cut = Values::from_bytes(&encoded.as_bytes()[..encoded.as_bytes().len() - 1]);
        assert!(cut.as_bytes().is_empty() || cut.check() == Err(DecodeError::Truncated));
    }
}

#[test]
fn numbers_that_are_none_cross_the_wire_unchanged() {
    for bits in [f64::NAN.to_bits() | 5, f64::INFINITY.to_bits(), f64::NEG_INFINITY.to_bits(), 1] {
        let mut buffer = [0; 9];
        let mut writer = ValuesWriter::new(&mut buffer);
        writer.push(&Value::Numpy(f64::from_bits(bits))).unwrap();
        let Some(Ok(Value::Numpy(number))) = writer.finish().iter().next() else { panic!("not a number") };
        assert_eq!(number.to_bits(), bits);
    }
}

#[test]
fn broken_values_end_the_iteration_with_an_error() {
    for bytes in [&[9][..], &[6, 1, 0xff], &[8, 1, 0]] {
        assert_eq!(Values::from_bytes(bytes).check(), Err(DecodeError::Malformed), "{bytes:?}");
    }
    let broken = Values::from_bytes(&[0, 9, 0]);
    assert!(broken.iter().eq([Ok(Value::Null), Err(DecodeError::Malformed)]));
    assert_eq!(broken.count(), 1);
}

#[test]
fn nesting_is_bounded_when_written_and_when_read() {
    let mut bytes = Vec::new();
    for depth in 1..=DEPTH_MAX + 1 {
        let mut buffer = [0; 64];
        let mut writer = ValuesWriter::new(&mut buffer);
        let pushed = writer.push(&Value::List(Values::from_bytes(&bytes)));
        if depth > DEPTH_MAX {
            assert_eq!((pushed, writer.is_empty()), (Err(EncodeError::Nested), true));
            let too_deep = [&[7, bytes.len() as u8][..], &bytes].concat();
            assert_eq!(Values::from_bytes(&too_deep).check(), Err(DecodeError::TooDeep));
        } else {
            pushed.unwrap();
            let next = writer.finish();
            assert_eq!(next.check(), Ok(()));
            bytes = next.as_bytes().to_vec();
        }
    }
    assert_eq!(
        ValuesWriter::new(&mut [0; 64]).push(&Value::Map(Values::from_bytes(&[0]))),
        Err(EncodeError::Nested)
    );
}

/// 0, 1, 2, … so that every byte of a frame is known.
struct Counter(u8);

impl Entropy for Counter {
    fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            *byte = self.0;
            self.0 = self.0.wrapping_add(1);
        }
    }
}

#[test]
fn a_handshake_and_the_first_sealed_frames() {
    let key = ClusterKey::from_hex(&"5a".repeat(32)).unwrap();
    let mut entropy = Counter(0);
    let mut host =
        Box::new(Initiator::<64>::new(key.clone(), Hello::new(BootId(1), "host", "0.1.0"), &mut entropy));
    let mut node = Box::new(Responder::<(), 64>::new(key, Hello::new(BootId(2), "node", "0.1.0")));
    let now = Instant::from_micros(1_000);
    let mut out = Datagram::new();

    assert!(host.poll_transmit(now, &mut out));
    assert_eq!(hex(&out), INIT);
    node.handle(now, (), &mut out, &mut entropy).unwrap();
    assert!(node.poll_transmit(now, &mut out).is_some());
    assert_eq!(hex(&out), ACCEPT);
    host.handle(now, &mut out).unwrap();
    assert_eq!(host.session().unwrap().send(b"to the node", 0), 11);
    assert!(host.poll_transmit(now, &mut out));
    assert_eq!(hex(&out), SEALED_TO_NODE);
    node.handle(now, (), &mut out, &mut entropy).unwrap();
    assert_eq!(node.session().unwrap().receive().unwrap().bytes, b"to the node");
    assert_eq!(node.session().unwrap().send(b"to the host", 0), 11);
    assert!(node.poll_transmit(now, &mut out).is_some());
    assert_eq!(hex(&out), SEALED_TO_HOST);
    host.handle(now, &mut out).unwrap();
    assert_eq!(host.session().unwrap().receive().unwrap().bytes, b"to the host");
}

const INIT: &str = "\
    01015842258aad76054fdf1f8b1a0000000000000000ad76054fdf1f8b1ac4428263f5350f41904f83e4d2d7ee71ef6c\
    f0580e63a7f334f7ba21586b2eb2bf7782ed06679833eb6393603b54c7b13e4798f10f6e314e55f1c85f34df2d18edaa\
    ee92a591d66e74e8a39b74e5162397e1a14d9674684fcf43c26366237aa2ebc0";
const ACCEPT: &str = "\
    01025842258adb39d0fabfa648100000000000000000202122232425262728292a2b2c2d2e2f30313233343536373839\
    3a3b3c3d3e3f965e773a8382ea15c4120f69180accf2d770bc4c7e8a8a3c6b8dd3288bca58c0e398688e47d90dddf65f\
    7f42667a714c27578a92508a36ec3bfbbbff63ec6af80b8314a16294e77bf93b";
const SEALED_TO_NODE: &str = "\
    01045842258adb39d0fabfa64810000000000000000097db135ee4ef381666763771a4acd8636b9b4739f6cf00fbc9ee\
    46b96d738afce52e77eab42e05";
const SEALED_TO_HOST: &str = "\
    01045842258adb39d0fabfa648100000000000000000e6ad8c85052bac40378ddfa8f1791c3af9f4c4f24a78a7c17be1\
    99edcbccd969df0f6e3c558697eac48e7df3b8164776c3cf386f37a5e97f2d7d3446ba08de";
