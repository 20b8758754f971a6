//! The residential low-voltage network of the CIGRE benchmark: its buses, lines and transformer.
//!
//! Source: spec/models.md 4.10; CIGRE Task Force C6.04.02, "Benchmark Systems for Network Integration of Renewable
//! and Distributed Energy Resources", 2014.
//!
//! ```text
//!   R0 ═ R1 ─ R2 ─ R3 ─ R4 ─ R5 ─ R6 ─ R7 ─ R8 ─ R9 ─ R10
//!  trafo           │    │         │              │    │
//!                 R11  R12       R16            R17  R18
//!                       └ R13 ─ R14 ─ R15
//! ```

use super::sweep::{Branch, Complex};

/// Buses R0 (the slack, 20 kV) to R18 (0.4 kV).
pub(super) const BUSES: usize = 19;
/// Rated power of the transformer `[MVA]`.
pub(super) const TRANSFORMER_MVA: f64 = 0.5;
/// Rated current of each line `[kA]`.
pub(super) const LINE_KA: f64 = 1.0;
/// Voltage behind the transformer `[kV]`.
pub(super) const LOW_KV: f64 = 0.4;

/// Short-circuit voltage of the transformer and its resistive part, fractions.
const TRANSFORMER_VK: f64 = 0.041_231_06;
const TRANSFORMER_VKR: f64 = 0.01;
/// The underground cables, `[Ω/km]`.
const UG1: Complex = Complex::new(0.162, 0.0832);
const UG3: Complex = Complex::new(0.822, 0.0847);

/// From, to, length `[km]`, kind; in the order in which results list them, from the transformer outwards.
const LINES: [(usize, usize, f64, Complex); 17] = [
    (1, 2, 0.035, UG1),
    (2, 3, 0.035, UG1),
    (3, 4, 0.035, UG1),
    (4, 5, 0.035, UG1),
    (5, 6, 0.035, UG1),
    (6, 7, 0.035, UG1),
    (7, 8, 0.035, UG1),
    (8, 9, 0.035, UG1),
    (9, 10, 0.035, UG1),
    (3, 11, 0.030, UG3),
    (4, 12, 0.035, UG3),
    (12, 13, 0.035, UG3),
    (13, 14, 0.035, UG3),
    (14, 15, 0.030, UG3),
    (6, 16, 0.030, UG3),
    (9, 17, 0.030, UG3),
    (10, 18, 0.030, UG3),
];

/// The transformer, and then the lines, per unit of 1 MVA.
pub(super) fn branches() -> Vec<Branch> {
    let reactance = (TRANSFORMER_VK * TRANSFORMER_VK - TRANSFORMER_VKR * TRANSFORMER_VKR).sqrt();
    let per_unit = Complex::new(1.0 / TRANSFORMER_MVA, 0.0);
    let transformer =
        Branch { from: 0, to: 1, impedance: per_unit * Complex::new(TRANSFORMER_VKR, reactance) };
    let line = |(from, to, length_km, ohm_per_km): (usize, usize, f64, Complex)| {
        let per_unit = Complex::new(length_km / (LOW_KV * LOW_KV), 0.0);
        Branch { from, to, impedance: per_unit * ohm_per_km }
    };
    core::iter::once(transformer).chain(LINES.map(line)).collect()
}
