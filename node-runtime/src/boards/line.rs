//! What a board is told for a flow.

use crate::light::{CableEnd, CableView};
use illuminator_hal::encode::attiny::{BoardColour, BoardDirection, Command, Speed};

/// What is written to a board: three characters and a newline. See [`attiny`](illuminator_hal::encode::attiny).
pub type Line = [u8; 4];

/// The line of a cable without a flow: the idle chase.
pub const IDLE: Line =
    Command { speed: Speed::Idle, colour: BoardColour::Green, direction: BoardDirection::LastToFirst }.line();

/// The line that shows a cable from its end.
///
/// The first LED of a strip is the one next to the board that drives it. `reversed` says that this board is at the
/// other end of the cable. What a strip would not show as a movement is idle here, too.
pub fn line_of(view: &CableView, reversed: bool) -> Line {
    if view.flow.toward().is_none() {
        return IDLE;
    }
    let away = BoardDirection::FirstToLast;
    let positive = if (view.end == CableEnd::A) == reversed { away.opposite() } else { away };
    Command::of_flow(view.flow.power_kw(), 0.0, view.flow.full_scale_kw(), positive).line()
}

#[cfg(test)]
mod tests {
    use super::{IDLE, line_of};
    use crate::light::CableView;
    use illuminator_protocol::CableFlow;

    fn shown(power_kw: f64, at_sink: bool, reversed: bool) -> String {
        let (carrier, colour, anchor_position, anchor_us) = (0, 0, 0, 0);
        let full_scale_kw = 10.0;
        let wire = CableFlow {
            cable: 7,
            at_sink,
            power_kw,
            full_scale_kw,
            carrier,
            colour,
            anchor_position,
            anchor_us,
        };
        let (_, view) = CableView::from_wire(&wire).unwrap();
        String::from_utf8(line_of(&view, reversed).to_vec()).unwrap()
    }

    #[test]
    fn a_positive_power_runs_away_from_its_source() {
        for (power_kw, at_sink, reversed, line) in [
            (8.0, false, false, "4r1\n"),
            (8.0, false, true, "4r0\n"),
            (8.0, true, false, "4r0\n"),
            (8.0, true, true, "4r1\n"),
            (-8.0, false, false, "4r0\n"),
            (-8.0, true, false, "4r1\n"),
            (6.0, false, false, "3g1\n"),
            (2.5, false, false, "1g1\n"),
            (2.6, false, false, "2g1\n"),
        ] {
            assert_eq!(shown(power_kw, at_sink, reversed), line, "{power_kw} {at_sink} {reversed}");
        }
    }

    #[test]
    fn nearly_nothing_is_idle_as_on_a_strip() {
        assert_eq!(IDLE, *b"0g0\n");
        for power_kw in [0.0, 1e-15, -0.049] {
            assert_eq!(shown(power_kw, false, false).as_bytes(), IDLE);
        }
    }
}
