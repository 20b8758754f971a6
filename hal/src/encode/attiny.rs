//! The line to a cable board: an ATtiny that drives the strip of a cable by itself.
//!
//! A board takes three characters and a newline, in one write:
//!
//! ```text
//!   3 g 1 \n
//!   │ │ └─ direction: 0 from the last LED to the first, 1 from the first to the last
//!   │ └─── colour: r, g, b; any other is a dim white
//!   └───── speed: one lit LED moves along, and stays on each for
//!            0: 10 ms, always in dim white    1: 500 ms    2: 100 ms    3: 50 ms    4: 10 ms
//! ```
//!
//! Code 0 is the idle chase of the board. A board has no code for standing still.

/// How fast the lit LED moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Speed {
    /// Code 0: nothing flows. The board chases in dim white, 10 ms per LED, whatever the colour.
    Idle,
    /// Code 1: 500 ms per LED.
    Slow,
    /// Code 2: 100 ms per LED.
    Medium,
    /// Code 3: 50 ms per LED.
    Fast,
    /// Code 4: 10 ms per LED.
    Fastest,
}

impl Speed {
    /// Every speed, slowest first; the place of each is its code.
    pub const ALL: [Self; 5] = [Self::Idle, Self::Slow, Self::Medium, Self::Fast, Self::Fastest];

    /// The speed for a share `[%]` of the greatest flow: the code is `ceil(4·percent/100)`, from 0 to 4. Not a
    /// number counts as 0.
    pub fn of_percent(percent: f64) -> Self {
        let quarters = 4.0 * percent / 100.0;
        // Counting the steps below is the ceiling, without rounding to be done.
        Self::ALL[[0.0, 1.0, 2.0, 3.0].iter().filter(|step| quarters > **step).count()]
    }

    /// The digit on the wire.
    pub const fn code(self) -> u8 {
        b'0' + self as u8
    }
}

/// The colour of the lit LED.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoardColour {
    /// Full red.
    Red,
    /// Full green.
    Green,
    /// Full blue.
    Blue,
    /// White at 10 of 255.
    DimWhite,
}

impl BoardColour {
    /// The colour that says how much flows: red at the fastest speed, else green.
    pub fn of_speed(speed: Speed) -> Self {
        if speed == Speed::Fastest { Self::Red } else { Self::Green }
    }

    /// The letter on the wire.
    pub const fn letter(self) -> u8 {
        match self {
            Self::Red => b'r',
            Self::Green => b'g',
            Self::Blue => b'b',
            Self::DimWhite => b'w',
        }
    }
}

/// Which way the lit LED moves. The first LED is the one next to the board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoardDirection {
    /// `0`: towards the board.
    LastToFirst,
    /// `1`: away from the board.
    FirstToLast,
}

impl BoardDirection {
    /// The other way.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::LastToFirst => Self::FirstToLast,
            Self::FirstToLast => Self::LastToFirst,
        }
    }

    /// The digit on the wire.
    const fn digit(self) -> u8 {
        match self {
            Self::LastToFirst => b'0',
            Self::FirstToLast => b'1',
        }
    }
}

/// What a board is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Command {
    /// How fast.
    pub speed: Speed,
    /// In which colour.
    pub colour: BoardColour,
    /// Which way.
    pub direction: BoardDirection,
}

impl Command {
    /// The command that shows a flow: the speed by [`flow_percent`], the colour by the speed. A negative flow
    /// runs against `positive`, the direction of a positive one.
    pub fn of_flow(flow: f64, flow_min: f64, flow_max: f64, positive: BoardDirection) -> Self {
        let speed = Speed::of_percent(flow_percent(flow, flow_min, flow_max));
        let direction = if flow < 0.0 { positive.opposite() } else { positive };
        Self { speed, colour: BoardColour::of_speed(speed), direction }
    }

    /// The characters for the board.
    pub const fn line(self) -> [u8; 4] {
        [self.speed.code(), self.colour.letter(), self.direction.digit(), b'\n']
    }
}

/// The characters that do to a board what `line` does, which may be of another length: a board looks at three
/// characters only, and takes any direction but `1` for `0`. So `3g-1` becomes `3g0`. Where `line` is too short,
/// the command is to idle.
pub const fn board_command(line: &str) -> [u8; 4] {
    match line.as_bytes() {
        [speed, colour, direction, ..] => {
            let direction = if *direction == b'1' { b'1' } else { b'0' };
            [*speed, *colour, direction, b'\n']
        }
        _ => *b"0g0\n",
    }
}

/// The share `[%]` that |`flow`| has between `flow_min`, 0 % and less, and `flow_max`, 100 %. All three in one
/// unit; more than 100 above `flow_max`, 0 if one is not a number.
pub fn flow_percent(flow: f64, flow_min: f64, flow_max: f64) -> f64 {
    // The least span makes all above `flow_min` a full flow where the limits are equal or swapped.
    let span = (flow_max - flow_min).max(1e-9);
    let percent = (flow.abs() - flow_min) / span * 100.0;
    if percent > 0.0 { percent } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::{BoardColour, BoardDirection, Command, Speed, board_command, flow_percent};

    /// Flow, its limits, direction of a positive flow, the line that the Python `LED_connection` wrote.
    const RECORDED: [(f64, f64, f64, BoardDirection, &str); 19] = {
        use BoardDirection::{FirstToLast as Away, LastToFirst as Near};
        [
            (0.6, 0.0, 1.0, Away, "3g1\n"),
            (-0.6, 0.0, 1.0, Away, "3g0\n"),
            (0.0, 0.0, 1.0, Away, "0g1\n"),
            (0.1, 0.0, 1.0, Near, "1g0\n"),
            (0.25, 0.0, 1.0, Near, "1g0\n"),
            (0.26, 0.0, 1.0, Near, "2g0\n"),
            (0.5, 0.0, 1.0, Near, "2g0\n"),
            (0.51, 0.0, 1.0, Near, "3g0\n"),
            (0.75, 0.0, 1.0, Near, "3g0\n"),
            (0.76, 0.0, 1.0, Near, "4r0\n"),
            (1.0, 0.0, 1.0, Near, "4r0\n"),
            (3.0, 0.0, 1.0, Near, "4r0\n"),
            (-0.3, 0.0, 1.0, Near, "2g1\n"),
            (-5.0, 0.0, 1.0, Near, "4r1\n"),
            (0.1, 0.1, 0.2, Away, "0g1\n"),
            (0.15, 0.1, 0.2, Away, "2g1\n"),
            (0.2, 0.1, 0.2, Away, "4r1\n"),
            (0.5, 0.5, 0.5, Away, "0g1\n"),
            (0.6, 0.5, 0.5, Away, "4r1\n"),
        ]
    };

    #[test]
    fn flows_become_the_recorded_lines() {
        for (flow, min, max, positive, line) in RECORDED {
            let command = Command::of_flow(flow, min, max, positive);
            assert_eq!(command.line(), line.as_bytes(), "{flow} in {min}..{max}");
        }
    }

    #[test]
    fn a_line_of_any_length_becomes_a_command_of_three_characters() {
        let lines = [("3g1\n", "3g1\n"), ("3g0", "3g0\n"), ("3g-1\n", "3g0\n"), ("2g2\n", "2g0\n")];
        for (line, command) in lines.into_iter().chain([("4r10\n", "4r1\n"), ("4r", "0g0\n"), ("", "0g0\n")])
        {
            assert_eq!(board_command(line), command.as_bytes(), "{line:?}");
        }
        for (.., line) in RECORDED {
            assert_eq!(board_command(line), line.as_bytes(), "what a board takes as it is stays as it is");
        }
    }

    #[test]
    fn limits_that_are_swapped_make_a_switch() {
        assert_eq!(Speed::of_percent(flow_percent(0.6, 0.5, 0.2)), Speed::Fastest);
        assert_eq!(Speed::of_percent(flow_percent(0.5, 0.5, 0.2)), Speed::Idle);
    }

    #[test]
    fn every_field_has_its_character() {
        let direction = BoardDirection::FirstToLast;
        for (speed, code) in Speed::ALL.into_iter().zip(b'0'..) {
            assert_eq!(
                Command { speed, colour: BoardColour::Blue, direction }.line(),
                [code, b'b', b'1', b'\n']
            );
        }
        let command = Command { speed: Speed::Slow, colour: BoardColour::DimWhite, direction };
        assert!(!b"rgb".contains(&command.line()[1]));
    }

    #[test]
    fn no_number_is_too_strange() {
        let strange = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, -f64::MAX, 0.0, -0.0, 1e-300];
        for flow in strange {
            for min in strange {
                for max in strange {
                    let percent = flow_percent(flow, min, max);
                    assert!(percent >= 0.0, "{percent} for {flow} in {min}..{max}");
                    assert!(Speed::ALL.contains(&Speed::of_percent(percent)));
                }
            }
        }
        assert_eq!(Speed::of_percent(f64::NAN), Speed::Idle);
        assert_eq!(Speed::of_percent(f64::INFINITY), Speed::Fastest);
        assert_eq!(Speed::of_percent(-1.0), Speed::Idle);
    }
}
