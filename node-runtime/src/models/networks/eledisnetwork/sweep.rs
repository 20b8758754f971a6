//! AC power flow of a radial network by backward and forward sweeps.
//!
//! ```text
//!   slack ─ z₁ ─▶ bus 1 ─ z₂ ─▶ bus 2 …      backward: currents of the loads, added up towards the slack
//!                   └──── z₃ ─▶ bus 3        forward:  voltages, from the slack outwards, less z·current
//! ```
//!
//! Source: D. Shirmohammadi et al., "A compensation-based power flow method for weakly meshed distribution and
//! transmission networks", IEEE Transactions on Power Systems 3(2), 1988. All values per unit. The number of sweeps
//! is bounded; the same inputs take the same sweeps on every machine, as only + − · / are used.

use core::ops::{Add, Mul, Sub};

/// Most sweeps. A network that is not near its limit needs about twenty.
const SWEEPS_MAX: usize = 200;
/// A voltage that moves less than this in a sweep has settled [per unit].
const SETTLED: f64 = 1e-13;

/// A complex number.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Complex {
    /// Real part.
    pub(super) re: f64,
    /// Imaginary part.
    pub(super) im: f64,
}

impl Complex {
    /// `re + j·im`
    pub(super) const fn new(re: f64, im: f64) -> Self {
        Self { re, im }
    }

    /// Its length.
    pub(super) fn abs(self) -> f64 {
        self.norm().sqrt()
    }

    /// Its complex conjugate.
    pub(super) fn conjugate(self) -> Self {
        Self::new(self.re, -self.im)
    }

    fn norm(self) -> f64 {
        self.re * self.re + self.im * self.im
    }

    /// The current of a load of constant power at this voltage: the conjugate of power over voltage.
    fn current_of(self, power: Self) -> Self {
        let (quotient, norm) = (power * self.conjugate(), self.norm());
        Self::new(quotient.re / norm, quotient.im / norm).conjugate()
    }
}

impl Add for Complex {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self::new(self.re + other.re, self.im + other.im)
    }
}

impl Sub for Complex {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self::new(self.re - other.re, self.im - other.im)
    }
}

impl Mul for Complex {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self::new(self.re * other.re - self.im * other.im, self.re * other.im + self.im * other.re)
    }
}

/// A branch from a bus nearer to the slack to the next one, which no other branch leads to.
#[derive(Clone, Copy)]
pub(super) struct Branch {
    /// The bus nearer to the slack.
    pub(super) from: usize,
    /// The bus behind it.
    pub(super) to: usize,
    /// Series impedance.
    pub(super) impedance: Complex,
}

/// Voltages of the buses and currents of the branches.
pub(super) struct Flow {
    /// By bus; bus 0 is the slack.
    pub(super) voltages: Vec<Complex>,
    /// By branch, in its direction.
    pub(super) currents: Vec<Complex>,
}

/// The loads are more than the network can carry: no voltages fulfil its equations.
#[derive(Debug, PartialEq)]
pub(super) struct NoSolution;

impl Flow {
    /// For a network of this size.
    pub(super) fn new(buses: usize, branches: usize) -> Self {
        Self { voltages: vec![Complex::default(); buses], currents: vec![Complex::default(); branches] }
    }

    /// Solves the network for the power drawn at each bus. `branches` are ordered from the slack outwards; the slack
    /// has the voltage 1.
    ///
    /// # Errors
    /// The voltages do not settle.
    pub(super) fn solve(&mut self, branches: &[Branch], drawn: &[Complex]) -> Result<(), NoSolution> {
        self.voltages.fill(Complex::new(1.0, 0.0));
        for _ in 0..SWEEPS_MAX {
            self.currents.fill(Complex::default());
            for (number, branch) in branches.iter().enumerate().rev() {
                let load = self.voltages[branch.to].current_of(drawn[branch.to]);
                self.currents[number] = self.currents[number] + load;
                let sum = self.currents[number];
                if let Some(before) = branches.iter().position(|other| other.to == branch.from) {
                    self.currents[before] = self.currents[before] + sum;
                }
            }
            let mut moved = 0.0;
            for (branch, current) in branches.iter().zip(&self.currents) {
                let voltage = self.voltages[branch.from] - branch.impedance * *current;
                let change = (voltage - self.voltages[branch.to]).abs();
                if !change.is_finite() {
                    return Err(NoSolution);
                }
                moved = f64::max(moved, change);
                self.voltages[branch.to] = voltage;
            }
            if moved < SETTLED {
                return Ok(());
            }
        }
        Err(NoSolution)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LINES: [Branch; 3] = [
        Branch { from: 0, to: 1, impedance: Complex::new(0.02, 0.04) },
        Branch { from: 1, to: 2, impedance: Complex::new(0.03, 0.01) },
        Branch { from: 1, to: 3, impedance: Complex::new(0.05, 0.02) },
    ];

    proptest! {
        /// What is found fulfils the equations: each bus draws its power, each branch drops its voltage.
        #[test]
        fn power_and_voltage_balance(powers in prop::collection::vec((-0.8_f64..0.8, -0.5_f64..0.5), 3)) {
            let mut drawn = vec![Complex::default()];
            drawn.extend(powers.iter().map(|&(p, q)| Complex::new(p, q)));
            let mut flow = Flow::new(4, 3);
            flow.solve(&LINES, &drawn).unwrap();
            for (branch, current) in LINES.iter().zip(&flow.currents) {
                let beyond = LINES.iter().zip(&flow.currents).filter(|(other, _)| other.from == branch.to);
                let load = beyond.fold(*current, |load, (_, current)| load - *current);
                let power = flow.voltages[branch.to] * load.conjugate();
                prop_assert!((power - drawn[branch.to]).abs() < 1e-10);
                let drop = flow.voltages[branch.from] - flow.voltages[branch.to];
                prop_assert!((drop - branch.impedance * *current).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn a_line_carries_up_to_its_limit_and_no_more() {
        let line = [Branch { from: 0, to: 1, impedance: Complex::new(0.1, 0.0) }];
        // A resistance r carries at most 1/(4r).
        let solve = |power| Flow::new(2, 1).solve(&line, &[Complex::default(), Complex::new(power, 0.0)]);
        assert_eq!(solve(2.4), Ok(()));
        for power in [2.6, 100.0, f64::INFINITY, f64::NAN] {
            assert_eq!(solve(power), Err(NoSolution), "{power}");
        }
    }
}
