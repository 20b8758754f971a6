//! A simulated cable board: the timing of the sketch on its ATtiny, behind a byte interface. Pure.
//!
//! ```text
//!   bytes ─▶ buffer ─▶ look: three characters, the rest is dropped ─▶ 10 ms ─▶ cable number in digits
//!              ▲                                                        │
//!              └── one animation delay, up to 500 ms ◀── next LED ◀─────┘
//! ```
//!
//! The board reads its characters by itself and not through the [encoder](crate::encode::attiny), so that a mistake
//! there is seen here. Invariant: the time never runs back; a call with an earlier one changes nothing.

use crate::Rgb8;
use crate::encode::attiny::BoardDirection;
use std::collections::VecDeque;

/// How long a board takes to answer `[µs]`.
const ANSWER_US: u64 = 10_000;

/// Room for what has arrived and was not looked at `[bytes]`; the rest is lost, as on the board.
const BUFFER: usize = 64;

/// What goes wrong with a board.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BoardFault {
    /// Nothing.
    #[default]
    None,
    /// It answers with characters that are no number.
    Garbage,
    /// It takes commands and does not answer.
    Silence,
}

/// What a board has done since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BoardStats {
    /// Commands read.
    pub commands: u64,
    /// Commands whose second or third character had not arrived when the board read them.
    pub torn: u64,
    /// Bytes that were dropped unread behind a command.
    pub dropped: u64,
    /// Answers with a cable number.
    pub answers: u64,
    /// Answers that were garbage.
    pub garbage: u64,
    /// Answers that were kept back.
    pub silent: u64,
    /// Times that it lost its power.
    pub resets: u64,
}

/// A command as a board has read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BoardRead {
    /// When `[µs]`.
    pub at_us: u64,
    /// Its characters: speed, colour, direction. One that had not arrived is 0.
    pub characters: [u8; 3],
}

/// A board at one end of a strip of 20 LEDs.
#[derive(Clone, Debug)]
pub struct SimBoard {
    cable: u16,
    fault: BoardFault,
    stats: BoardStats,
    reads: VecDeque<BoardRead>,
    /// What has arrived and was not looked at.
    buffer: VecDeque<u8>,
    /// Answers under way, with the time at which they are there `[µs]`.
    answers: VecDeque<(u64, Vec<u8>)>,
    /// What it animates.
    characters: [u8; 3],
    /// LEDs lit so far in this round; at [`SimBoard::LEDS`] the frame is dark.
    moved: usize,
    /// When the board looks at its buffer again `[µs]`.
    looks_us: u64,
}

impl SimBoard {
    /// LEDs of the strip.
    pub const LEDS: usize = 20;

    /// Most commands remembered; older ones are forgotten.
    pub const READS_MAX: usize = 4096;

    /// What it animates until it is told something: the idle chase.
    const START: [u8; 3] = *b"0g0";

    /// A board of this cable that gets its power at `now_us` `[µs]`.
    pub fn new(cable: u16, now_us: u64) -> Self {
        Self {
            cable,
            fault: BoardFault::None,
            stats: BoardStats::default(),
            reads: VecDeque::new(),
            buffer: VecDeque::new(),
            answers: VecDeque::new(),
            characters: Self::START,
            moved: 0,
            looks_us: now_us,
        }
    }

    /// Takes bytes that arrive at `now_us` `[µs]`.
    pub fn receive(&mut self, bytes: &[u8], now_us: u64) {
        self.advance(now_us);
        let room = BUFFER - self.buffer.len().min(BUFFER);
        self.buffer.extend(bytes.iter().take(room));
        self.advance(now_us);
    }

    /// The next bytes of its answers that have left it by `now_us` `[µs]`, one answer at a time.
    pub fn answer(&mut self, now_us: u64) -> Option<Vec<u8>> {
        self.advance(now_us);
        let there = self.answers.front().is_some_and(|(at_us, _)| *at_us <= now_us);
        there.then(|| self.answers.pop_front()).flatten().map(|(_, bytes)| bytes)
    }

    /// Lets it work until `now_us` `[µs]`.
    pub fn advance(&mut self, now_us: u64) {
        while self.looks_us <= now_us {
            if !self.buffer.is_empty() {
                self.read();
            }
            self.moved = (self.moved + 1) % (Self::LEDS + 1);
            self.looks_us += self.delay_us();
        }
    }

    /// When it does something next by itself `[µs]`.
    pub fn next_us(&self) -> u64 {
        self.answers.front().map_or(self.looks_us, |(at_us, _)| self.looks_us.min(*at_us))
    }

    /// The LED that is lit, from 0; none in the dark frame of a round, and none if all are lit.
    pub fn lit(&self) -> Option<usize> {
        let moves = self.characters[0].is_ascii_digit() && self.characters[0] <= b'4';
        let led = match self.direction() {
            BoardDirection::FirstToLast => self.moved,
            BoardDirection::LastToFirst => Self::LEDS.wrapping_sub(self.moved + 1),
        };
        (moves && self.moved < Self::LEDS).then_some(led)
    }

    /// The colour of the LEDs that are lit.
    pub fn colour(&self) -> Rgb8 {
        match self.characters {
            [b'0', ..] => Rgb8::new(10, 10, 10),
            [_, b'r', _] => Rgb8::new(254, 0, 0),
            [_, b'g', _] => Rgb8::new(0, 254, 0),
            [_, b'b', _] => Rgb8::new(0, 0, 254),
            _ => Rgb8::new(10, 10, 10),
        }
    }

    /// Which way the lit LED moves.
    pub fn direction(&self) -> BoardDirection {
        match self.characters[2] {
            b'1' => BoardDirection::FirstToLast,
            _ => BoardDirection::LastToFirst,
        }
    }

    /// The characters that it animates.
    pub const fn shows(&self) -> [u8; 3] {
        self.characters
    }

    /// The last commands that it has read, oldest first.
    pub fn reads(&self) -> impl DoubleEndedIterator<Item = BoardRead> {
        self.reads.iter().copied()
    }

    /// What it has done.
    pub const fn stats(&self) -> BoardStats {
        self.stats
    }

    /// Lets something go wrong from now on, or nothing any more.
    pub fn set_fault(&mut self, fault: BoardFault) {
        self.fault = fault;
    }

    /// Makes it a board of another cable.
    pub fn set_cable(&mut self, cable: u16) {
        self.cable = cable;
    }

    /// Takes its power away for a moment: it forgets what it was told.
    pub fn reset(&mut self, now_us: u64) {
        self.advance(now_us);
        self.stats.resets += 1;
        self.buffer.clear();
        self.answers.clear();
        self.characters = Self::START;
        self.moved = 0;
        self.looks_us = self.looks_us.max(now_us);
    }

    /// Reads a command and answers it. What has arrived behind it is dropped.
    fn read(&mut self) {
        let mut arrived = || self.buffer.pop_front();
        let characters = [arrived(), arrived(), arrived()];
        self.stats.commands += 1;
        self.stats.torn += u64::from(characters.contains(&None));
        self.stats.dropped += self.buffer.len() as u64;
        self.buffer.clear();
        let characters = characters.map(Option::unwrap_or_default);
        if self.reads.len() == Self::READS_MAX {
            self.reads.pop_front();
        }
        self.reads.push_back(BoardRead { at_us: self.looks_us, characters });
        if characters != self.characters {
            self.characters = characters;
            self.moved = Self::LEDS;
        }
        self.looks_us += ANSWER_US;
        let answer = match self.fault {
            BoardFault::None => {
                self.stats.answers += 1;
                self.cable.to_string().into_bytes()
            }
            BoardFault::Garbage => {
                self.stats.garbage += 1;
                b"\xff?7;".to_vec()
            }
            BoardFault::Silence => {
                self.stats.silent += 1;
                return;
            }
        };
        self.answers.push_back((self.looks_us, answer));
    }

    /// How long an LED stays lit, which is how long the board looks at nothing else `[µs]`.
    const fn delay_us(&self) -> u64 {
        match self.characters[0] {
            b'1' => 500_000,
            b'2' => 100_000,
            b'3' => 50_000,
            _ => 10_000,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BoardFault, SimBoard};
    use crate::Rgb8;
    use crate::encode::attiny::{BoardDirection, Command};

    const MS: u64 = 1_000;

    /// Reads the next answer, and when it is there `[µs]`.
    fn next_answer(board: &mut SimBoard, from_us: u64) -> (u64, Vec<u8>) {
        (from_us..from_us + 2_000 * MS)
            .step_by(100)
            .find_map(|now_us| board.answer(now_us).map(|bytes| (now_us, bytes)))
            .expect("it answers")
    }

    #[test]
    fn a_command_is_answered_with_the_cable_after_ten_milliseconds() {
        let mut board = SimBoard::new(307, 0);
        board.receive(b"3g1\n", 5 * MS);
        // It looks again at 10 ms.
        assert_eq!(next_answer(&mut board, 5 * MS), (20 * MS, b"307".to_vec()));
        assert_eq!(board.answer(400 * MS), None, "one answer per command");
        assert_eq!(board.stats().dropped, 1, "the newline");
    }

    #[test]
    fn what_arrives_while_it_animates_waits_and_only_the_first_command_counts() {
        let mut board = SimBoard::new(7, 0);
        board.receive(b"1g1\n", 0);
        let (answered_us, _) = next_answer(&mut board, 0);
        board.receive(b"2g1\n", answered_us + MS);
        board.receive(b"4r0\n", answered_us + 2 * MS);
        board.advance(answered_us + 400 * MS);
        assert_eq!(board.shows(), *b"1g1", "it looks at USB once in 500 ms");
        let (later_us, _) = next_answer(&mut board, answered_us + 400 * MS);
        assert!(later_us > answered_us + 500 * MS);
        board.advance(later_us + 2_000 * MS);
        assert_eq!(board.shows(), *b"2g1", "the newer one was dropped with the rest");
        assert_eq!(board.stats().commands, 2);
    }

    #[test]
    fn the_light_moves_as_the_command_says_with_one_dark_frame_a_round() {
        for (line, direction) in
            [(b"3b1\n", BoardDirection::FirstToLast), (b"3b-\n", BoardDirection::LastToFirst)]
        {
            let mut board = SimBoard::new(7, 0);
            board.receive(line, 0);
            board.advance(15 * MS);
            assert_eq!((board.direction(), board.colour()), (direction, Rgb8::new(0, 0, 254)));
            // Half way between two moves: read at 10 ms, answered at 20 ms, then 50 ms for each LED.
            let shown: Vec<_> = (0..42u64)
                .map(|frame| {
                    board.advance(45 * MS + frame * 50 * MS);
                    board.lit()
                })
                .collect();
            let round: Vec<usize> = shown[..21].iter().copied().flatten().collect();
            let mut expected: Vec<usize> = (0..20).collect();
            if direction == BoardDirection::LastToFirst {
                expected.reverse();
            }
            assert_eq!(round, expected, "{shown:?}");
            assert_eq!(shown[20], None, "the dark frame");
            assert_eq!(shown[..21], shown[21..], "round after round");
        }
    }

    #[test]
    fn the_encoder_and_the_board_agree() {
        for (flow, speed_us, colour) in
            [(0.2, 500_000, Rgb8::new(0, 254, 0)), (-0.9, 10_000, Rgb8::new(254, 0, 0))]
        {
            let mut board = SimBoard::new(7, 0);
            board.receive(&Command::of_flow(flow, 0.0, 1.0, BoardDirection::FirstToLast).line(), 0);
            board.advance(15 * MS);
            assert_eq!((board.delay_us(), board.colour()), (speed_us, colour));
            let positive = board.direction() == BoardDirection::FirstToLast;
            assert_eq!(positive, flow > 0.0);
        }
    }

    #[test]
    fn faults_happen_and_are_counted() {
        let mut board = SimBoard::new(7, 0);
        board.set_fault(BoardFault::Garbage);
        board.receive(b"0g0\n", 0);
        assert!(!next_answer(&mut board, 0).1.iter().all(u8::is_ascii_digit));
        board.set_fault(BoardFault::Silence);
        board.receive(b"3g0\n", 100 * MS);
        assert_eq!(board.answer(1_000 * MS), None);
        board.reset(1_000 * MS);
        assert_eq!(board.shows(), *b"0g0", "it forgets");
        board.set_fault(BoardFault::None);
        board.set_cable(8);
        board.receive(b"2", 1_100 * MS);
        assert_eq!(next_answer(&mut board, 1_100 * MS).1, b"8");
        let stats = board.stats();
        assert_eq!((stats.garbage, stats.silent, stats.answers), (1, 1, 1));
        assert_eq!((stats.resets, stats.torn, stats.commands), (1, 1, 3));
    }

    #[test]
    fn its_memory_is_bounded() {
        let mut board = SimBoard::new(7, 0);
        board.receive(b"1g1\n", 0);
        for _ in 0..1_000 {
            board.receive(b"1g1\n", MS);
        }
        assert!(board.buffer.len() <= super::BUFFER);
    }
}
