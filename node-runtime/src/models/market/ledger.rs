//! What each player owes or is owed.

use crate::model::StepError;
use crate::value::Value;

/// Most players that one game remembers.
const PLAYERS_MAX: usize = 10_000;

/// A number for each player, in the order in which they appeared.
#[derive(Clone, Default)]
pub(super) struct Ledger(Vec<(Value, f64)>);

impl Ledger {
    /// The number of a player, to be changed; 0 for a new one.
    ///
    /// # Errors
    /// There are too many players.
    pub(super) fn entry(&mut self, player: &Value) -> Result<&mut f64, StepError> {
        let position = match self.0.iter().position(|(name, _)| name == player) {
            Some(position) => position,
            None if self.0.len() < PLAYERS_MAX => {
                self.0.push((player.clone(), 0.0));
                self.0.len() - 1
            }
            None => return Err(StepError::Other(format!("more than {PLAYERS_MAX} players take part"))),
        };
        Ok(&mut self.0[position].1)
    }

    /// The number of a player, if known.
    pub(super) fn get(&self, player: &Value) -> Option<f64> {
        self.0.iter().find(|(name, _)| name == player).map(|(_, number)| *number)
    }

    /// The players, in the order in which they appeared.
    pub(super) fn players(&self) -> impl Iterator<Item = &Value> {
        self.0.iter().map(|(player, _)| player)
    }

    /// As a mapping from player to number.
    pub(super) fn value(&self) -> Value {
        Value::Map(self.0.iter().map(|(player, number)| (player.clone(), Value::Float(*number))).collect())
    }

    /// From what [`value`](Self::value) gave.
    pub(super) fn read(value: &Value) -> Option<Self> {
        let Value::Map(entries) = value else { return None };
        let entry = |(player, number): &(Value, Value)| match number {
            Value::Float(number) => Some((player.clone(), *number)),
            _ => None,
        };
        entries.iter().map(entry).collect::<Option<_>>().map(Self)
    }
}
