//! The numbers that stand for carriers and colours on the wire, and views of a cable as they travel.
//!
//! ```text
//!   carrier   0 electricity   1 heat   2 hydrogen   3 other
//!   colour    0 by carrier    1 by load
//! ```
//!
//! Invariant: an unknown code is drawn as code 0, so that a newer host does not darken the strips of an older node.

use super::{Anchor, CableEnd, CableView, Carrier, Flow, Palette, Quality};
use illuminator_protocol::CableFlow;

impl Carrier {
    /// The number of this carrier on the wire.
    pub const fn code(self) -> u8 {
        match self {
            Self::Electricity => 0,
            Self::Heat => 1,
            Self::Hydrogen => 2,
            Self::Other => 3,
        }
    }

    /// The carrier of a number from the wire.
    pub const fn from_code(code: u8) -> Self {
        match code {
            1 => Self::Heat,
            2 => Self::Hydrogen,
            3 => Self::Other,
            _ => Self::Electricity,
        }
    }
}

impl Palette {
    /// The number of this palette on the wire. A fixed colour has none: it travels as the carrier's.
    pub const fn code(self) -> u8 {
        match self {
            Self::Carrier | Self::Fixed(_) => 0,
            Self::Load => 1,
        }
    }

    /// The palette of a number from the wire.
    pub const fn from_code(code: u8) -> Self {
        match code {
            1 => Self::Load,
            _ => Self::Carrier,
        }
    }
}

impl CableView {
    /// The cable's number and what its end here shows; nothing if a number in it cannot be drawn.
    ///
    /// What comes from the wire is live: a host that has no value any more sends none.
    pub fn from_wire(wire: &CableFlow) -> Option<(u16, Self)> {
        let carrier = Carrier::from_code(wire.carrier);
        let flow = Flow::new(wire.power_kw, wire.full_scale_kw, carrier, Quality::Live).ok()?;
        let view = Self {
            flow,
            end: if wire.at_sink { CableEnd::B } else { CableEnd::A },
            palette: Palette::from_code(wire.colour),
            anchor: Anchor { host_us: wire.anchor_us, position: wire.anchor_position },
        };
        Some((wire.cable, view))
    }

    /// This view of cable number `cable` for its end's node. The inverse of [`from_wire`](Self::from_wire), but for
    /// what has no code: a fixed colour and a stale value.
    pub const fn to_wire(&self, cable: u16) -> CableFlow {
        CableFlow {
            cable,
            at_sink: matches!(self.end, CableEnd::B),
            power_kw: self.flow.power_kw(),
            full_scale_kw: self.flow.full_scale_kw(),
            carrier: self.flow.carrier().code(),
            colour: self.palette.code(),
            anchor_position: self.anchor.position,
            anchor_us: self.anchor.host_us,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn views_come_back_from_the_wire() {
        for (code, carrier) in
            (0..).zip([Carrier::Electricity, Carrier::Heat, Carrier::Hydrogen, Carrier::Other])
        {
            for (colour, palette) in [(0, Palette::Carrier), (1, Palette::Load)] {
                for end in [CableEnd::A, CableEnd::B] {
                    let flow = Flow::new(-1.5, 70.0, carrier, Quality::Live).unwrap();
                    let anchor = Anchor { host_us: 1_000_000, position: 128 };
                    let view = CableView { flow, end, palette, anchor };
                    let wire = view.to_wire(7);
                    assert_eq!((wire.carrier, wire.colour), (code, colour));
                    assert_eq!(wire.at_sink, end == CableEnd::B);
                    assert_eq!(CableView::from_wire(&wire), Some((7, view)));
                }
            }
        }
    }

    #[test]
    fn unknown_codes_are_drawn_as_code_0() {
        for code in 4..=u8::MAX {
            assert_eq!(Carrier::from_code(code), Carrier::Electricity);
            assert_eq!(Palette::from_code(code), Palette::Carrier);
        }
    }

    #[test]
    fn what_cannot_be_drawn_is_no_view() {
        let flow = Flow::new(1.0, 2.0, Carrier::Heat, Quality::Live).unwrap();
        let view = CableView { flow, end: CableEnd::A, palette: Palette::Load, anchor: Anchor::default() };
        let wire = view.to_wire(1);
        assert!(CableView::from_wire(&wire).is_some());
        for power_kw in [f64::NAN, f64::INFINITY] {
            assert_eq!(CableView::from_wire(&CableFlow { power_kw, ..wire }), None);
        }
        for full_scale_kw in [f64::NAN, 0.0, -1.0] {
            assert_eq!(CableView::from_wire(&CableFlow { full_scale_kw, ..wire }), None);
        }
    }
}
