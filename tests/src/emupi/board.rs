//! The boards that can be emulated: what QEMU is told of each, and where its pins are seen.

use super::{EmulatedPi, Kit};
use serde_json::json;
use std::process::Command;

/// An emulated board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Board {
    /// A Raspberry Pi 3B: SPI, USB and the pins of the header. No pin can be driven from outside.
    Pi3b,
    /// QEMU's own board. It has USB, and eight pins that rppal does not know and Linux does, with a button at pin
    /// [`BUTTON`](Board::BUTTON).
    Virt,
}

impl Board {
    /// The pin of [`Virt`](Board::Virt) that is high while its button is pressed.
    pub const BUTTON: u32 = 3;

    /// Tells QEMU which board it is, and by which device the board reaches the network `net`.
    pub(super) fn describe(self, kit: &Kit, command: &mut Command) {
        let kernel = match self {
            Self::Pi3b => {
                command.args(["-M", "raspi3b", "-dtb"]).arg(kit.board());
                // The second of its serial ports is the console.
                command.args(["-serial", "null", "-device", "usb-net,netdev=net"]);
                // rppal needs the registers of the pins, which a kernel keeps to itself unless told otherwise.
                "console=ttyS1,115200 iomem=relaxed quiet panic=-1"
            }
            Self::Virt => {
                command.args(["-M", "virt", "-cpu", "cortex-a53", "-smp", "2", "-m", "512"]);
                command.args(["-device", "virtio-net-device,netdev=net", "-device", "qemu-xhci"]);
                "console=ttyAMA0 quiet panic=-1"
            }
        };
        command.args(["-append", kernel, "-serial", "stdio"]);
    }

    /// What shows the levels of the pins: GPLEV0 and GPLEV1 of a Pi, the data of the PL061 of the other.
    const fn levels(self) -> &'static str {
        match self {
            Self::Pi3b => "xp /2xw 0x3f200034",
            Self::Virt => "xp /1xw 0x090303fc",
        }
    }
}

impl EmulatedPi {
    /// The levels of the pins: bit n is GPIO n, read from the registers of the hardware.
    pub fn pin_levels(&mut self) -> u64 {
        // `000000003f200034: 0x… 0x…`, the lower one first
        let words = self.qmp.human(self.board.levels());
        let number = |word: &str| u64::from_str_radix(word.strip_prefix("0x")?, 16).ok();
        match words.split_whitespace().filter_map(number).collect::<Vec<_>>()[..] {
            [low] => low,
            [low, high] => low | high << 32,
            _ => panic!("these are no levels: {words}"),
        }
    }

    /// Presses the button of [`Board::Virt`] for a tenth of a second. Pressed again within that time, it stays
    /// pressed.
    pub fn press(&mut self) {
        assert_eq!(self.board, Board::Virt, "a Pi has no button");
        self.qmp.execute("system_powerdown", &json!({}));
    }
}
