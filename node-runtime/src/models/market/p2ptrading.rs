//! Peer-to-peer trading: offers and requests of players in, their trades out.

use super::bid::{Bid, collect, same_time};
use super::ledger::Ledger;
use crate::model::{
    Build, BuildError, Built, Const, Family, Io, Model, ModelType, Port, Settings, StepError, Written,
};
use crate::scalar::Scalar;
use crate::value::Value;
use illuminator_protocol::Unit;

/// `P2Ptrading`
pub static TYPE: ModelType = ModelType {
    name: "P2Ptrading",
    family: Family::Market,
    summary: "Peer-to-peer trading: matches the requests of players with the offers of others.",
    documentation: DOCUMENTATION,
    parameters: &[],
    inputs: &[
        Port::optional(
            "date_time",
            Unit::One,
            "the period to trade, as it stands in the bids; open: all",
            Const::Absent,
        )
        .any(),
        Port::optional(
            "supply_offers",
            Unit::One,
            "`[player, [time, kW, price]]`, or lists",
            Const::EmptyList,
        )
        .with_yaml_example("[[Anna, [1, 5, 0.1]]]")
        .any(),
        Port::optional(
            "demand_requests",
            Unit::One,
            "`[player, [time, kW, price]]`, or lists",
            Const::EmptyList,
        )
        .with_yaml_example("[[Ben, [1, 3, 0.25]]]")
        .any(),
    ],
    outputs: &[Port::written(
        "quantity_traded",
        Unit::Kilowatt,
        "sum of the trades",
        Const::Int(0),
        Written::Always,
    )],
    states: &[
        Port::written(
            "trades",
            Unit::One,
            "the trades of this step, a list each",
            Const::Null,
            Written::Always,
        ),
        Port::written("costs", Unit::One, "what each player has paid so far", Const::Null, Written::Always),
        Port::written(
            "revenues",
            Unit::One,
            "what each player has earned so far",
            Const::Null,
            Written::Always,
        ),
    ],
    step_size: 1,
    build: Build::Anywhere(build),
};

const DOCUMENTATION: &str = "\
Source: spec/models.md 5.2. Requests are served by falling price, then rising time. A request takes, as long as it
needs more, the offer of its time with the greatest price difference (the first of several) of those that are below
its own price:

    quantity = min(what the request still needs, what is left of the offer)
    price = that of the request
    costs[requester] += quantity·h·price, revenues[offerer] += quantity·h·price        (h hours per step)

A trade is [time, requester, needed before, requested price, offerer, offered before, offered price, quantity, price].
Kept on purpose: the whole price difference goes to the one who offers; a player may trade with itself.";

struct Trading {
    step_h: f64,
    costs: Ledger,
    revenues: Ledger,
}

/// A bid and whose it is.
struct Order {
    player: Value,
    bid: Bid,
}

struct Trade {
    time: Value,
    requester: Value,
    needed: Scalar,
    requested_price: Scalar,
    offerer: Value,
    offered: Scalar,
    offered_price: Scalar,
    quantity: Scalar,
}

fn build(settings: &Settings) -> Result<Built, BuildError> {
    let attributes = TYPE.attributes(settings)?;
    let model =
        Trading { step_h: settings.model_step_h(), costs: Ledger::default(), revenues: Ledger::default() };
    Ok(Built { model: Box::new(model), attributes })
}

impl Order {
    fn read(value: &Value) -> Option<Self> {
        let Value::List(items) = value else { return None };
        let [player @ Value::Text(_), bid] = items.as_slice() else { return None };
        Some(Self { player: player.clone(), bid: Bid::read(bid)? })
    }
}

impl Trade {
    fn value(&self) -> Value {
        let number = Value::from_scalar;
        Value::List(vec![
            self.time.clone(),
            self.requester.clone(),
            number(self.needed),
            number(self.requested_price),
            self.offerer.clone(),
            number(self.offered),
            number(self.offered_price),
            number(self.quantity),
            number(self.requested_price),
        ])
    }
}

/// Orders periods: numbers before texts, each by size.
fn compare_times(a: &Value, b: &Value) -> core::cmp::Ordering {
    let key = |time: &Value| (time.as_scalar().map_or(0.0, Scalar::value), time.as_text().map(str::to_owned));
    let ((a_number, a_text), (b_number, b_text)) = (key(a), key(b));
    a_text.cmp(&b_text).then(a_number.total_cmp(&b_number))
}

fn trade(mut offers: Vec<Order>, mut requests: Vec<Order>) -> Vec<Trade> {
    requests.sort_by(|a, b| {
        let by_price = b.bid.price.value().total_cmp(&a.bid.price.value());
        by_price.then_with(|| compare_times(&a.bid.time, &b.bid.time))
    });
    // The cheapest offer has the greatest price difference, so each request reads the offers from the front.
    offers.sort_by(|a, b| a.bid.price.value().total_cmp(&b.bid.price.value()));
    let mut trades: Vec<Trade> = Vec::new();
    for request in requests {
        let mut needed = request.bid.quantity;
        for offer in &mut offers {
            let offered = offer.bid.quantity;
            if needed <= 0.0 || offer.bid.price >= request.bid.price {
                break;
            }
            if offered <= 0.0 || !same_time(&offer.bid.time, &request.bid.time) {
                continue;
            }
            let quantity = needed.min(offered);
            trades.push(Trade {
                time: request.bid.time.clone(),
                requester: request.player.clone(),
                needed,
                requested_price: request.bid.price,
                offerer: offer.player.clone(),
                offered,
                offered_price: offer.bid.price,
                quantity,
            });
            needed = needed - quantity;
            offer.bid.quantity = offered - quantity;
        }
    }
    trades.sort_by(|a, b| compare_times(&a.time, &b.time));
    trades
}

impl Model for Trading {
    fn step(&mut self, io: &mut Io<'_>) -> Result<(), StepError> {
        let time = io.value(0);
        let read = |input: usize| {
            let form = "`[player, [time, quantity, price]]`";
            let mut orders = collect(io.value(input).as_ref(), form, Order::read)?;
            orders.retain(|order| time.as_ref().is_none_or(|time| same_time(&order.bid.time, time)));
            Ok::<_, StepError>(orders)
        };
        let trades = trade(read(1)?, read(2)?);
        let mut traded = Scalar::ZERO;
        for trade in &trades {
            let amount = trade.quantity.value() * self.step_h * trade.requested_price.value();
            *self.costs.entry(&trade.requester)? += amount;
            *self.revenues.entry(&trade.offerer)? += amount;
            traded = traded + trade.quantity;
        }
        io.set(0, traded);
        io.set_value(1, Value::List(trades.iter().map(Trade::value).collect()));
        io.set_value(2, self.costs.value());
        io.set_value(3, self.revenues.value());
        Ok(())
    }

    fn save(&self) -> Vec<Value> {
        vec![self.costs.value(), self.revenues.value()]
    }

    fn restore(&mut self, kept: &[Value]) -> bool {
        let [costs, revenues] = kept else { return false };
        let (Some(costs), Some(revenues)) = (Ledger::read(costs), Ledger::read(revenues)) else {
            return false;
        };
        (self.costs, self.revenues) = (costs, revenues);
        true
    }
}
