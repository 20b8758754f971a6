//! Prosumer: a player that forecasts its generation and demand, and bids what is left over or missing.

use super::bid::Bid;
use crate::model::{
    Build, BuildError, Built, Const, Family, Io, Model, ModelType, Parameter, Port, Settings, StepError,
    Written,
};
use crate::models::limits::refused;
use crate::scalar::Scalar;
use crate::value::Value;
use illuminator_protocol::Unit;

/// `Prosumer`
pub static TYPE: ModelType = ModelType {
    name: "Prosumer",
    family: Family::Market,
    summary: "Prosumer: bids its forecast surplus and deficit to markets and peers.",
    documentation: DOCUMENTATION,
    parameters: &[
        Parameter::required("player", Unit::Text, "its name in offers and requests", Const::Text("P1")),
        Parameter::required(
            "dates",
            Unit::One,
            "list: the periods of the forecast, any values",
            Const::EmptyList,
        )
        .with_yaml_example("[1, 2]"),
        series("generators", "list of forecasts `[kW]`, a list over the periods for each generator")
            .with_yaml_example("[[5, 1]]"),
        series("demands", "list of forecasts `[kW]`, ≥ 0, a list over the periods for each demand")
            .with_yaml_example("[[2, 4]]"),
        series("MC", "list: price that each generator asks of a market").with_yaml_example("[0.1]"),
        series("MB", "list: price that each demand offers a market").with_yaml_example("[0.4]"),
        series("MO", "list: price that each generator asks of peers; absent or empty: MC"),
        series("MR", "list: price that each demand offers peers; absent or empty: MB"),
    ],
    inputs: &[],
    outputs: &[],
    states: &[
        bids("balance", "list: forecast generation less demand of each period e `[kW]`"),
        bids("supply_bids", "bids for a market `[time, kW, price]`, or null"),
        bids("demand_bids", "bids for a market `[time, kW, price]`, or null"),
        bids("supply_offers", "offers to peers `[player, [time, kW, price]]`, or null"),
        bids("demand_requests", "requests to peers `[player, [time, kW, price]]`, or null"),
    ],
    step_size: 1,
    build: Build::Anywhere(build),
};

const fn series(name: &'static str, meaning: &'static str) -> Parameter {
    Parameter::optional(name, Unit::One, meaning, Const::EmptyList, Const::EmptyList)
}

const fn bids(name: &'static str, meaning: &'static str) -> Port {
    Port::written(name, Unit::One, meaning, Const::Null, Written::Always)
}

const DOCUMENTATION: &str = "\
Source: spec/models.md 5.4, how players S1 and S2 make their bids. In each period, with e = Σ generation − Σ demand:

    e > 0:  D = Σ demand; for each generator by falling price, with its generation g:
                D ≠ 0 and g > D:  bid g − D, D = 0
                D ≠ 0 and g < D:  D = D − g
                D = 0 and g ≠ 0:  bid g
    e < 0:  the same with the roles of generators and demands exchanged

The bids of all periods are written in every step. Kept on purpose: a surplus that occurs in several periods is bid
each time with the numbers and the date of the first of them; the dearest generator covers the own demand first;
g = D ≠ 0 leaves D as it is.";

struct Prosumer {
    /// What is written: balance, market supply and demand, peer supply and demand.
    values: [Value; 5],
}

/// The forecast of one side, and its prices.
struct Side {
    /// By plant, then by period `[kW]`.
    forecasts: Vec<Vec<Scalar>>,
    prices: Vec<Scalar>,
    peer_prices: Vec<Scalar>,
}

fn build(settings: &Settings) -> Result<Built, BuildError> {
    let attributes = TYPE.attributes(settings)?;
    let player = settings.parameter("player")?;
    if player.as_text().is_none() {
        return Err(refused("player", "must be a text"));
    }
    let Value::List(dates) = settings.parameter("dates")? else {
        return Err(refused("dates", "must be a list"));
    };
    let supply = Side::read(settings, dates.len(), ["generators", "MC", "MO"])?;
    let demand = Side::read(settings, dates.len(), ["demands", "MB", "MR"])?;
    let sum = |side: &Side, period| sum(&side.forecasts, period);
    let net: Vec<f64> =
        (0..dates.len()).map(|period| (sum(&supply, period) - sum(&demand, period)).value()).collect();
    let surplus = |period: &usize| net[*period] > 0.0;
    // Upstream looks the period up by its surplus.
    let first = |period: usize| net.iter().position(|other| *other == net[period]).unwrap_or(period);
    let supplied: Vec<usize> = (0..dates.len()).filter(surplus).map(first).collect();
    let demanded: Vec<usize> = (0..dates.len()).filter(|period| net[*period] < 0.0).collect();
    let market = |bids: Vec<Bid>| list(bids.iter().map(Bid::value).collect());
    let peers = |bids: Vec<Bid>| {
        list(bids.iter().map(|bid| Value::List(vec![player.clone(), bid.value()])).collect())
    };
    let values = [
        Value::List(net.iter().copied().map(Value::Float).collect()),
        market(supply.bids(&supply.prices, &demand, &supplied, dates)),
        market(demand.bids(&demand.prices, &supply, &demanded, dates)),
        peers(supply.bids(&supply.peer_prices, &demand, &supplied, dates)),
        peers(demand.bids(&demand.peer_prices, &supply, &demanded, dates)),
    ];
    Ok(Built { model: Box::new(Prosumer { values }), attributes })
}

/// No bids are null.
fn list(bids: Vec<Value>) -> Value {
    if bids.is_empty() { Value::Null } else { Value::List(bids) }
}

fn sum(forecasts: &[Vec<Scalar>], period: usize) -> Scalar {
    forecasts.iter().fold(Scalar::ZERO, |sum, forecast| sum + forecast[period])
}

fn numbers(value: &Value) -> Option<Vec<Scalar>> {
    let Value::List(items) = value else { return None };
    let number =
        |item: &Value| item.as_scalar().filter(|number| number.is_number() && number.value().is_finite());
    items.iter().map(number).collect()
}

impl Side {
    fn read(settings: &Settings, periods: usize, keys: [&str; 3]) -> Result<Self, BuildError> {
        let value = |key: &str| settings.parameters.get(key).filter(|value| **value != Value::Null);
        let [plants, prices, peer_prices] = keys;
        let forecasts = match value(plants) {
            None => Some(Vec::new()),
            Some(Value::List(items)) => items.iter().map(numbers).collect(),
            Some(_) => None,
        };
        let forecasts: Vec<Vec<Scalar>> = forecasts
            .filter(|forecasts: &Vec<Vec<Scalar>>| forecasts.iter().all(|forecast| forecast.len() == periods))
            .ok_or_else(|| refused(plants, &format!("must be lists of {periods} numbers, as `dates` has")))?;
        let read = |key: &str| {
            let read = value(key).map_or(Some(Vec::new()), numbers);
            read.ok_or_else(|| refused(key, "must be a list of numbers"))
        };
        let (prices_read, mut peers_read) = (read(prices)?, read(peer_prices)?);
        if peers_read.is_empty() {
            peers_read.clone_from(&prices_read);
        }
        for (key, read) in [(prices, &prices_read), (peer_prices, &peers_read)] {
            if read.len() != forecasts.len() {
                return Err(refused(key, &format!("must have as many items as `{plants}`")));
            }
        }
        Ok(Self { forecasts, prices: prices_read, peer_prices: peers_read })
    }

    /// The bids of this side for these periods, against what the other side covers.
    fn bids(&self, prices: &[Scalar], other: &Self, periods: &[usize], dates: &[Value]) -> Vec<Bid> {
        let mut order: Vec<usize> = (0..prices.len()).collect();
        order.sort_by(|a, b| prices[*b].value().total_cmp(&prices[*a].value()));
        let mut bids = Vec::new();
        for &period in periods {
            let mut covered = sum(&other.forecasts, period);
            for &plant in &order {
                let amount = self.forecasts[plant][period];
                let mut bid = |quantity| {
                    bids.push(Bid { time: dates[period].clone(), quantity, price: prices[plant] });
                };
                if covered == 0.0 {
                    if amount != 0.0 {
                        bid(amount);
                    }
                } else if amount > covered {
                    bid(amount - covered);
                    covered = Scalar::ZERO;
                } else if amount < covered {
                    covered = covered - amount;
                }
            }
        }
        bids
    }
}

impl Model for Prosumer {
    fn step(&mut self, io: &mut Io<'_>) -> Result<(), StepError> {
        for (attribute, value) in self.values.iter().enumerate() {
            io.set_value(attribute, value.clone());
        }
        Ok(())
    }
}
