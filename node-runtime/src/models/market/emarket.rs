//! Electricity market: bids in, the price and quantity at which supply meets demand out.

use super::bid::{Bid, collect, same_time};
use crate::model::{
    Build, BuildError, Built, Const, Family, Io, Model, ModelType, Port, Settings, StepError, Written,
};
use crate::scalar::Scalar;
use crate::value::Value;
use illuminator_protocol::Unit;

/// `Emarket`
pub static TYPE: ModelType = ModelType {
    name: "Emarket",
    family: Family::Market,
    summary: "Electricity market: clears the bids of a period where supply meets demand.",
    documentation: DOCUMENTATION,
    parameters: &[],
    inputs: &[
        Port::optional(
            "date_time",
            Unit::One,
            "the period to clear, as it stands in the bids; open: all bids are of one period",
            Const::Absent,
        )
        .any(),
        Port::optional(
            "supply_bids",
            Unit::One,
            "bids `[time, kW, price]`, or lists of them",
            Const::EmptyList,
        )
        .with_yaml_example("[[1, 5, 0.1], [1, 5, 0.2]]")
        .any(),
        Port::optional(
            "demand_bids",
            Unit::One,
            "bids `[time, kW, price]`, or lists of them",
            Const::EmptyList,
        )
        .with_yaml_example("[[1, 7, 0.4], [1, 4, 0.15]]")
        .any(),
    ],
    outputs: &[],
    states: &[
        Port::written("cleared", Unit::One, "whether the curves cross", Const::Bool(false), Written::Always),
        Port::written("market_price", Unit::One, "price, or null", Const::Null, Written::Always),
        Port::written("market_quantity", Unit::Kilowatt, "quantity, or null", Const::Null, Written::Always),
        Port::written("clearing_bid", Unit::One, "the bid that is cut", Const::Null, Written::Always),
        Port::written(
            "clearing_quantity",
            Unit::Kilowatt,
            "what is left of it",
            Const::Null,
            Written::Always,
        ),
        Port::written("accepted_supply_bids", Unit::One, "list, or null", Const::Null, Written::Always),
        Port::written("accepted_demand_bids", Unit::One, "list, or null", Const::Null, Written::Always),
    ],
    step_size: 1,
    build: Build::Anywhere(build),
};

const DOCUMENTATION: &str = "\
Source: spec/models.md 5.1. Supply is sorted by rising, demand by falling price; equal prices keep their order. Each
side makes a curve of steps over the cumulative quantity. The first place where they cross gives price and quantity:

    supply level, demand falls through it:   the quantity of the fall at the price of the level;
                                             the supply bid is cut
    supply rises through a demand level:     the quantity of the rise at the price of the level;
                                             the demand bid is cut

Accepted are all bids up to that place. Without bids on either side, or if the curves do not cross, `cleared` is false and all else null.
Kept on purpose: curves that end before they cross do not clear (too much supply, too little, or one price for all).";

const NONE: Value = Value::Null;

struct Emarket;

fn build(settings: &Settings) -> Result<Built, BuildError> {
    Ok(Built { model: Box::new(Emarket), attributes: TYPE.attributes(settings)? })
}

/// A point of a curve: cumulative quantity and price.
type Point = (Scalar, Scalar);

/// Where the curves cross.
struct Clearing<'b> {
    quantity: Scalar,
    price: Scalar,
    cut: &'b Bid,
    cut_quantity: Scalar,
    /// How many supply and demand bids are accepted.
    accepted: (usize, usize),
}

/// The curve of sorted bids. Points that repeat are dropped, but for that of the last bid.
fn curve(bids: &[Bid]) -> Vec<Point> {
    let mut points: Vec<Point> = Vec::with_capacity(2 * bids.len());
    let (mut quantity, mut ends) = (Scalar::ZERO, bids.iter().skip(1));
    points.extend(bids.first().map(|bid| (quantity, bid.price)));
    for bid in bids {
        quantity = quantity + bid.quantity;
        let next = ends.next();
        for point in
            [Some((quantity, bid.price)), next.map(|next| (quantity, next.price))].into_iter().flatten()
        {
            if next.is_none() || points.last() != Some(&point) {
                points.push(point);
            }
        }
    }
    points
}

fn clear<'b>(supply: &'b [Bid], demand: &'b [Bid]) -> Option<Clearing<'b>> {
    let (supply_curve, demand_curve) = (curve(supply), curve(demand));
    if supply.first()?.price > demand.first()?.price {
        return None;
    }
    // Bids passed on either side.
    let mut supplied = 0;
    for segment in supply_curve.windows(2) {
        let (from, to) = (segment[0], segment[1]);
        let (level, rise) = (from.1 == to.1, from.0 == to.0);
        if level && !rise {
            supplied += 1;
        }
        let mut demanded = 0;
        for segment in demand_curve.windows(2) {
            let (start, end) = (segment[0], segment[1]);
            if rise {
                let crosses = start.1 == end.1 && start.0 <= from.0 && from.0 <= end.0;
                if crosses && from.1 <= start.1 && start.1 <= to.1 {
                    let (quantity, price, cut) = (from.0, start.1, demand.get(demanded)?);
                    let accepted = (supplied, demanded + 1);
                    return Some(Clearing { quantity, price, cut, cut_quantity: from.0 - start.0, accepted });
                }
            } else if level {
                let crosses = start.0 == end.0 && from.0 <= start.0 && start.0 <= to.0;
                if crosses && end.1 <= from.1 && from.1 <= start.1 {
                    let (quantity, price, cut) = (start.0, from.1, supply.get(supplied - 1)?);
                    let accepted = (supplied, demanded);
                    return Some(Clearing { quantity, price, cut, cut_quantity: start.0 - from.0, accepted });
                }
            }
            demanded += usize::from(start.1 == end.1);
        }
    }
    None
}

fn list(bids: &[Bid]) -> Value {
    Value::List(bids.iter().map(Bid::value).collect())
}

impl Model for Emarket {
    fn step(&mut self, io: &mut Io<'_>) -> Result<(), StepError> {
        let time = io.value(0);
        let read = |input: usize| {
            let mut bids = collect(io.value(input).as_ref(), "`[time, quantity, price]`", Bid::read)?;
            bids.retain(|bid| time.as_ref().is_none_or(|time| same_time(&bid.time, time)));
            Ok::<_, StepError>(bids)
        };
        let (mut supply, mut demand) = (read(1)?, read(2)?);
        supply.sort_by(|a, b| a.price.value().total_cmp(&b.price.value()));
        demand.sort_by(|a, b| b.price.value().total_cmp(&a.price.value()));
        let values = match clear(&supply, &demand) {
            None => [Value::Bool(false), NONE, NONE, NONE, NONE, NONE, NONE],
            Some(clearing) => [
                Value::Bool(true),
                Value::from_scalar(clearing.price),
                Value::from_scalar(clearing.quantity),
                clearing.cut.value(),
                Value::from_scalar(clearing.cut_quantity),
                list(&supply[..clearing.accepted.0]),
                list(&demand[..clearing.accepted.1]),
            ],
        };
        values.into_iter().enumerate().for_each(|(attribute, value)| io.set_value(attribute, value));
        Ok(())
    }
}
