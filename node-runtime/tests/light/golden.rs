//! Golden frames. A picture has a line per frame and a character per LED: its brightness as seen in tenths, a
//! dot for dark.

use super::table::{StripConfig, brightest, cable, draw, unlimited};
use illuminator_hal::encode::ws2812;
use illuminator_hal::sim::SimStrip;
use illuminator_hal::{ColourOrder, Rgb8, Strip};
use illuminator_node::light::{CableEnd, CableView, Carrier, Flow, Palette, Quality, StripState};

/// The pictures at these times `[ms]`, drawn in frames 0, 1, 2, …
fn pictures(config: StripConfig, state: StripState, times_ms: impl IntoIterator<Item = u64>) -> Vec<String> {
    let character = |pixel: &Rgb8| match libm::sqrt(f64::from(brightest(pixel)) / 255.0) * 9.99 {
        0.0 => '.',
        tenths => char::from(b'0' + tenths as u8),
    };
    let line = |(time_ms, frame): (u64, u32)| {
        draw(config, state, time_ms * 1000, frame).iter().map(character).collect()
    };
    times_ms.into_iter().zip(0..).map(line).collect()
}

/// The colours of the first LED at these times `[ms]`, in frame 0, as `rrggbb`.
fn colours(state: StripState, times_ms: &[u64]) -> Vec<String> {
    let colour = |time_ms: &u64| {
        let Rgb8 { r, g, b } = draw(unlimited(3), state, time_ms * 1000, 0)[0];
        format!("{r:02x}{g:02x}{b:02x}")
    };
    times_ms.iter().map(colour).collect()
}

#[test]
fn a_full_flow_runs_away_from_end_a() {
    let frames = pictures(unlimited(20), StripState::Flow(cable(1.0)), (0..6).map(|frame| frame * 100 / 3));
    assert_eq!(
        frames,
        [
            "95013467950134679501",
            "78601245786012457860",
            "56880123568801235688",
            "35689102356891023568",
            "13467930134679301346",
            "01346795013467950134"
        ]
    );
}

#[test]
fn a_full_flow_comes_back_when_negative() {
    let frames = pictures(unlimited(20), StripState::Flow(cable(-1.0)), (0..6).map(|frame| frame * 100 / 3));
    assert_eq!(
        frames,
        [
            "10597643105976431059",
            "06875421068754210687",
            "88653210886532008865",
            "86532019865320198653",
            "64310397643103976431",
            "43105976431059764310"
        ]
    );
}

#[test]
fn a_small_flow_is_slow_and_short() {
    let frames = pictures(unlimited(20), StripState::Flow(cable(0.05)), (0..6).map(|frame| frame * 100));
    assert_eq!(
        frames,
        [
            "32000002320000023200",
            "24000001240000012400",
            "23200000232000002320",
            "13400000134000001340",
            "02320000023200000232",
            "01330000013300000133"
        ]
    );
}

#[test]
fn end_b_sees_the_flow_arrive() {
    let view = CableView { end: CableEnd::B, ..cable(1.0) };
    let frames = pictures(unlimited(20), StripState::Flow(view), (0..3).map(|frame| frame * 100 / 3));
    assert_eq!(frames, ["10597643105976431059", "06875421068754210687", "88653210886532008865"]);
}

#[test]
fn next_to_no_flow_is_a_steady_faint_cable() {
    let state = StripState::Flow(cable(0.001));
    assert_eq!(pictures(unlimited(20), state, [0, 1000, 2000]), ["00000000000000000000"; 3]);
}

#[test]
fn a_stale_flow_breathes_in_its_colour() {
    let flow = Flow::new(1.0, 1.0, Carrier::Hydrogen, Quality::Stale).unwrap();
    let state = StripState::Flow(CableView { flow, ..cable(1.0) });
    assert_eq!(
        colours(state, &[0, 1000, 2000, 3000, 4000]),
        ["000202", "000405", "00080a", "000405", "000202"]
    );
}

#[test]
fn idle_breathes_in_white() {
    assert_eq!(
        colours(StripState::Idle, &[0, 1000, 2000, 3000, 4000]),
        ["020202", "050505", "0a0a0a", "050505", "020202"]
    );
}

#[test]
fn without_a_host_it_breathes_in_blue() {
    assert_eq!(
        colours(StripState::NoHost, &[0, 1000, 2000, 3000, 4000]),
        ["000002", "000105", "01010a", "000105", "000002"]
    );
}

#[test]
fn a_fault_blinks_in_red() {
    let times_ms = [0, 499, 500, 999, 1000];
    assert_eq!(colours(StripState::Fault, &times_ms), ["ff0000", "ff0000", "000000", "000000", "ff0000"]);
}

#[test]
fn identify_blinks_in_white() {
    let times_ms = [0, 249, 250, 499, 500];
    assert_eq!(colours(StripState::Identify, &times_ms), ["ffffff", "ffffff", "000000", "000000", "ffffff"]);
}

#[test]
fn an_emergency_stop_is_red_and_still() {
    assert_eq!(colours(StripState::EmergencyStop, &[0, 300, 600, 900]), ["ff0000"; 4]);
}

#[test]
fn a_heavy_load_turns_red() {
    let view = |power_kw| CableView { palette: Palette::Load, ..cable(power_kw) };
    let brightest_led = |power_kw| {
        let frame = draw(unlimited(8), StripState::Flow(view(power_kw)), 0, 0);
        frame.into_iter().max_by_key(brightest).unwrap()
    };
    assert_eq!(
        [0.1, 0.5, 1.0, 7.0].map(brightest_led),
        [Rgb8::new(1, 40, 0), Rgb8::new(100, 100, 0), Rgb8::new(214, 0, 0), Rgb8::new(214, 0, 0),]
    );
}

#[test]
fn what_a_strip_is_sent_is_what_was_drawn() {
    let states = [
        StripState::Idle,
        StripState::NoHost,
        StripState::Fault,
        StripState::Identify,
        StripState::EmergencyStop,
        StripState::Flow(cable(0.7)),
        StripState::Flow(cable(-0.2)),
    ];
    for order in ColourOrder::ALL {
        let mut strip = SimStrip::new("table", 20, order);
        let frames: Vec<_> = states
            .iter()
            .zip(0..)
            .map(|(state, frame)| draw(unlimited(20), *state, 123_456, frame))
            .collect();
        for frame in &frames {
            strip.show(frame).unwrap();
        }
        let sent = strip.transfers();
        let sent: Vec<Vec<_>> =
            sent.iter().map(|transfer| ws2812::decode(transfer, order).unwrap().collect()).collect();
        assert_eq!(sent, frames);
    }
}
