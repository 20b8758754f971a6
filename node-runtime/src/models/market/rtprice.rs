//! Real-time prices: what players buy and sell in each step, and what they owe for it.

use super::ledger::Ledger;
use crate::model::{
    Build, BuildError, Built, Const, Family, Io, Model, ModelType, Port, Settings, StepError, Written,
};
use crate::value::Value;
use illuminator_protocol::Unit;

/// `RTprice`
pub static TYPE: ModelType = ModelType {
    name: "RTprice",
    family: Family::Market,
    summary: "Real-time prices: adds up what players pay and earn.",
    documentation: DOCUMENTATION,
    parameters: &[],
    inputs: &[
        Port::required("buy_price", Unit::One, "price of a bought kWh", Const::Int(0))
            .with_example(Const::Float(0.3)),
        Port::required("sell_price", Unit::One, "price of a sold kWh", Const::Int(0))
            .with_example(Const::Float(0.1)),
        Port::optional("buy", Unit::Kilowatt, "`{player: power}`, ≤ 0, or a list of such", Const::EmptyList)
            .with_yaml_example("{Ben: -3}")
            .any(),
        Port::optional("sell", Unit::Kilowatt, "`{player: power}`, or a list of such", Const::EmptyList)
            .with_yaml_example("{Anna: 5}")
            .any(),
    ],
    outputs: &[],
    states: &[
        Port::written("costs", Unit::One, "what each player has paid so far", Const::Null, Written::Always),
        Port::written(
            "revenues",
            Unit::One,
            "what each player has earned so far",
            Const::Null,
            Written::Always,
        ),
        Port::written(
            "results",
            Unit::One,
            "a list [player, sold, bought, cost, revenue] for each player that ever bought",
            Const::Null,
            Written::Always,
        ),
    ],
    step_size: 1,
    build: Build::Anywhere(build),
};

const DOCUMENTATION: &str = "\
Source: spec/models.md 5.3. With h hours per step:

    each buyer with q ≤ 0:  cost += −q·h·buy_price
    each seller:            revenue += q·h·sell_price

Sold and bought are the last quantities `[kW]` of a player; a buyer with q > 0 is left out.";

const BUY_PRICE: usize = 0;
const SELL_PRICE: usize = 1;
const BUY: usize = 2;
const SELL: usize = 3;

struct RtPrice {
    step_h: f64,
    costs: Ledger,
    revenues: Ledger,
    /// The last quantities `[kW]`.
    bought: Ledger,
    sold: Ledger,
}

fn build(settings: &Settings) -> Result<Built, BuildError> {
    let attributes = TYPE.attributes(settings)?;
    let empty = Ledger::default;
    let step_h = settings.model_step_h();
    let model = RtPrice { step_h, costs: empty(), revenues: empty(), bought: empty(), sold: empty() };
    Ok(Built { model: Box::new(model), attributes })
}

/// Players with their powers `[kW]`, from a mapping or a list of mappings.
fn powers(io: &Io<'_>, input: usize) -> Result<Vec<(Value, f64)>, StepError> {
    let wrong = |found: &Value| {
        StepError::Other(format!(
            "`{}` must be a mapping from players to powers, not {}",
            TYPE.inputs[input].name,
            found.describe()
        ))
    };
    let maps = match io.value(input) {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::List(maps)) => maps,
        Some(other) => vec![other],
    };
    let mut powers = Vec::new();
    for map in &maps {
        let Value::Map(entries) = map else { return Err(wrong(map)) };
        for (player, power) in entries {
            let power_kw = power.as_scalar().filter(|power| power.is_number()).ok_or_else(|| wrong(power))?;
            powers.push((player.clone(), power_kw.value()));
        }
    }
    Ok(powers)
}

impl RtPrice {
    fn results(&self) -> Value {
        let number = |ledger: &Ledger, player: &Value| Value::Float(ledger.get(player).unwrap_or(0.0));
        let ledgers = [&self.sold, &self.bought, &self.costs, &self.revenues];
        let row = |player: &Value| {
            let numbers = ledgers.iter().map(|ledger| number(ledger, player));
            Value::List(core::iter::once(player.clone()).chain(numbers).collect())
        };
        Value::List(self.costs.players().map(row).collect())
    }
}

impl Model for RtPrice {
    fn step(&mut self, io: &mut Io<'_>) -> Result<(), StepError> {
        let (buy_price, sell_price) = (io.number(BUY_PRICE)?.value(), io.number(SELL_PRICE)?.value());
        for (player, power_kw) in powers(io, BUY)?.into_iter().filter(|(_, power_kw)| *power_kw <= 0.0) {
            *self.costs.entry(&player)? += -power_kw * self.step_h * buy_price;
            *self.bought.entry(&player)? = power_kw;
        }
        for (player, power_kw) in powers(io, SELL)? {
            *self.revenues.entry(&player)? += power_kw * self.step_h * sell_price;
            *self.sold.entry(&player)? = power_kw;
        }
        io.set_value(0, self.costs.value());
        io.set_value(1, self.revenues.value());
        io.set_value(2, self.results());
        Ok(())
    }

    fn save(&self) -> Vec<Value> {
        [&self.costs, &self.revenues, &self.bought, &self.sold].map(Ledger::value).to_vec()
    }

    fn restore(&mut self, kept: &[Value]) -> bool {
        let ledgers: Option<Vec<Ledger>> = kept.iter().map(Ledger::read).collect();
        let Some([costs, revenues, bought, sold]) =
            ledgers.and_then(|ledgers| <[_; 4]>::try_from(ledgers).ok())
        else {
            return false;
        };
        *self = Self { step_h: self.step_h, costs, revenues, bought, sold };
        true
    }
}
