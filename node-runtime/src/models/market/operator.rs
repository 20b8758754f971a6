//! The operator of the market: clears the book of all bids, and settles with the companies.
//!
//! ```text
//!   bids ─▶ Book (by price) ─ clear(demand) ─▶ price, accepted ─ settle, for each company ─▶ results
//!             └─▶ all_bids_sorted                                                            └─▶ market_resukts_summary
//! ```

use super::generation_company::{AVAILABLE, BID_CAPACITY, BID_PRICE, COST, TECHNOLOGY};
use super::table::Table;
use super::{COMPANY, RESULTS_DIR_PARAMETER, SUPPLIED, check_results_dir, unfit};
use crate::model::{
    Build, BuildError, Built, Const, Family, Io, Model, ModelType, Port, SectionKind, Settings, StepError,
    Written,
};
use crate::scalar::Scalar;
use crate::value::Value;
use core::cmp::Ordering;
use illuminator_protocol::Unit;

/// `Operator_Market`
pub static TYPE: ModelType = ModelType {
    name: "Operator_Market",
    family: Family::Market,
    summary: "Clears the market: the cheapest bids that meet the demand, at one price.",
    documentation: DOCUMENTATION,
    parameters: &[RESULTS_DIR_PARAMETER],
    inputs: &[
        Port::required("bids", Unit::Text, "table of bids, from one or several companies", Const::EmptyMap)
            .with_yaml_example(EXAMPLE_BIDS)
            .any(),
        Port::optional("demand", Unit::Megawatt, "demand Q from now on", Const::Null)
            .with_example(Const::Int(15)),
    ],
    outputs: &[],
    states: &[
        Port::written(
            "market_clearing_price",
            Unit::EuroPerMegawattHour,
            "price of the last accepted bid; 0 if supply is short",
            Const::Null,
            Written::Always,
        ),
        Port::written(
            "demand",
            Unit::Megawatt,
            "Q; its initial value, unless 0 or null, holds until the input arrives",
            Const::Null,
            Written::Always,
        ),
        Port::written(
            "market_results_summary",
            Unit::Text,
            "table with a row for each company",
            Const::Null,
            Written::Always,
        ),
        Port::written("all_bids_sorted", Unit::Text, "the book", Const::Absent, Written::Always).report(),
        Port::written(
            "market_resukts_summary",
            Unit::Text,
            "the results, under the name that upstream gives the file",
            Const::Absent,
            Written::Always,
        )
        .report(),
    ],
    step_size: 1,
    build: Build::Anywhere(build),
};

/// A company with two plants.
const EXAMPLE_BIDS: &str = "\
{Company: {0: A, 1: A}, Technology: {0: Sun, 1: Gas}, Capacity (MW): {0: 10, 1: 20}, Cost (€/MWh): {0: 5, 1: 80}, \
Availability: {0: 1, 1: 1}, Available Capacity (MW): {0: 10, 1: 20}, Bid Capacity (MW): {0: 10, 1: 20}, \
Bid Price (€/MWh): {0: 5, 1: 80}}";

const DOCUMENTATION: &str = "\
Source: spec/models.md 1.19. The bids of all companies, in order of the connections, are sorted by price; equal
prices keep their order, and a price that is missing comes last.

    T = 0, price = 0
    for each bid while T < Q:
        T + capacity ≤ Q:  T = T + capacity; the bid is accepted; if T = Q: price = that of the bid
        else:              accepted with the capacity Q − T; price = that of the bid; the end

For each table of bids, for the company c in its first row:

    B = Σ accepted capacity, revenue = price·B
    S = Σ min(available, accepted), cost = Σ min(available, accepted)·unit cost
    if S < B, for each bid of c, by price, of a technology of which none was accepted:
        x = B − S; x > 0: y = min(x, available), S = y, cost = cost + y·unit cost
    profit = revenue − cost

`market_results_summary` has the columns Company, Supplied Capacity (MW) = S, Revenue (€), Total Costs (€) and
Profit (€). Each step t leaves two files in `results_dir`: all_bids_sorted_<t>.csv and market_resukts_summary_<t>.csv
(so spelt).

Kept on purpose: with too little supply the price is 0; what is bought to replace missing capacity takes the place of
S instead of being added. Without a demand, from the input or as an initial value other than 0, the run ends.";

const REVENUE: &str = "Revenue (€)";
const COSTS: &str = "Total Costs (€)";
const PROFIT: &str = "Profit (€)";

const BIDS: usize = 0;
const DEMAND: usize = 1;

const PRICE_STATE: usize = 0;
const DEMAND_STATE: usize = 1;
const RESULTS_STATE: usize = 2;
const BOOK_REPORT: usize = 3;
const RESULTS_REPORT: usize = 4;

struct Operator {
    /// Q `[MW]`, once it is known.
    demand: Option<Scalar>,
}

fn build(settings: &Settings) -> Result<Built, BuildError> {
    let attributes = TYPE.attributes(settings)?;
    check_results_dir(settings)?;
    let known = settings.states.get("demand").is_some_and(Value::is_truthy);
    let demand = known.then(|| settings.number_in(SectionKind::States, "demand")).transpose()?;
    Ok(Built { model: Box::new(Operator { demand }), attributes })
}

impl Model for Operator {
    fn step(&mut self, io: &mut Io<'_>) -> Result<(), StepError> {
        if io.input(DEMAND).is_some() {
            self.demand = Some(io.number(DEMAND)?);
        }
        let bids = io.value(BIDS).ok_or(StepError::MissingInput { input: BIDS })?;
        let demand = self.demand.ok_or_else(|| {
            StepError::Other("there is no demand: connect `demand`, or give it under `states`".to_owned())
        })?;
        let book = Book::new(&bids).map_err(|problem| unfit("bids", &problem))?;
        let cleared = book.clear(demand);
        let results = book.settle(&cleared);
        io.set(PRICE_STATE, Scalar::float(cleared.price.value()));
        io.set(DEMAND_STATE, Scalar::float(demand.value()));
        io.set_value(RESULTS_STATE, results.to_message().map_err(StepError::Other)?);
        io.set_value(BOOK_REPORT, book.table.report(&book.order));
        let rows: Vec<usize> = (0..results.rows()).collect();
        io.set_value(RESULTS_REPORT, results.report(&rows));
        Ok(())
    }

    fn save(&self) -> Vec<Value> {
        vec![self.demand.map_or(Value::Null, Value::from_scalar)]
    }

    fn restore(&mut self, kept: &[Value]) -> bool {
        let [demand] = kept else { return false };
        let Some(demand) = demand.as_scalar() else { return false };
        self.demand = Some(demand).filter(|demand| demand.is_number());
        true
    }
}

/// All bids of a step.
struct Book {
    table: Table,
    /// The companies that get a row in the results.
    companies: Vec<Value>,
    /// The rows by price.
    order: Vec<usize>,
    company: Vec<Value>,
    technology: Vec<Value>,
    capacity: Vec<Scalar>,
    price: Vec<Scalar>,
    available: Vec<Scalar>,
    cost: Vec<Scalar>,
}

/// How a book was cleared.
struct Cleared {
    price: Scalar,
    /// The rows that were accepted, by price, with the capacities.
    accepted: Vec<(usize, Scalar)>,
}

/// What a company gets and owes.
struct Settled {
    supplied: Scalar,
    revenue: Scalar,
    costs: Scalar,
}

impl Book {
    fn new(bids: &Value) -> Result<Self, String> {
        let messages = match bids {
            Value::List(tables) => tables.as_slice(),
            table => core::slice::from_ref(table),
        };
        let tables = messages.iter().map(Table::from_message).collect::<Result<Vec<_>, _>>()?;
        let first = |table: &Table| {
            table.column(COMPANY)?.first().cloned().ok_or_else(|| "a company bids nothing".to_owned())
        };
        let companies = tables.iter().map(first).collect::<Result<_, _>>()?;
        let table = Table::stacked(&tables);
        let price = table.numbers(BID_PRICE)?;
        let mut order: Vec<usize> = (0..table.rows()).collect();
        order.sort_by(|&a, &b| ascending(price[a].value(), price[b].value()));
        Ok(Self {
            companies,
            order,
            company: table.column(COMPANY)?.to_vec(),
            technology: table.column(TECHNOLOGY)?.to_vec(),
            capacity: table.numbers(BID_CAPACITY)?,
            price,
            available: table.numbers(AVAILABLE)?,
            cost: table.numbers(COST)?,
            table,
        })
    }

    /// Accepts bids, the cheapest first, until the demand is met.
    fn clear(&self, demand: Scalar) -> Cleared {
        let mut cleared = Cleared { price: Scalar::ZERO, accepted: Vec::new() };
        let mut total = Scalar::ZERO;
        for &row in &self.order {
            let with_bid = total + self.capacity[row];
            if total < demand && with_bid <= demand {
                total = with_bid;
                cleared.accepted.push((row, self.capacity[row]));
                if total == demand {
                    cleared.price = self.price[row];
                }
            } else if total < demand {
                cleared.price = self.price[row];
                cleared.accepted.push((row, demand - total));
                break;
            }
        }
        cleared
    }

    /// The results of every company.
    fn settle(&self, cleared: &Cleared) -> Table {
        let settled: Vec<Settled> =
            self.companies.iter().map(|company| self.settle_one(company, cleared)).collect();
        let column = |value: fn(&Settled) -> Scalar| settled.iter().map(value).collect::<Vec<_>>();
        Table::default()
            .with(COMPANY, self.companies.clone())
            .with_numbers(SUPPLIED, &column(|settled| settled.supplied))
            .with_numbers(REVENUE, &column(|settled| settled.revenue))
            .with_numbers(COSTS, &column(|settled| settled.costs))
            .with_numbers(PROFIT, &column(|settled| settled.revenue - settled.costs))
    }

    fn settle_one(&self, company: &Value, cleared: &Cleared) -> Settled {
        let accepted = || cleared.accepted.iter().filter(|(row, _)| self.company[*row] == *company);
        let (mut bought, mut supplied, mut costs) = (Scalar::ZERO, Scalar::ZERO, Scalar::ZERO);
        for &(row, capacity) in accepted() {
            let delivered = self.available[row].min(capacity);
            bought = bought + capacity;
            supplied = supplied + delivered;
            costs = costs + delivered * self.cost[row];
        }
        if supplied < bought {
            for &row in self.order.iter().filter(|&&row| self.company[row] == *company) {
                let missing = bought - supplied;
                if missing <= 0.0
                    || accepted().any(|(other, _)| self.technology[*other] == self.technology[row])
                {
                    continue;
                }
                let replaced = missing.min(self.available[row]);
                supplied = replaced;
                costs = costs + replaced * self.cost[row];
            }
        }
        Settled { supplied, revenue: cleared.price * bought, costs }
    }
}

/// Numbers in ascending order, NaN last.
fn ascending(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A bid of a random book: company, capacity, how much of it is available, price.
    type Bid = (u8, u32, u32, u32);

    /// One table per company, as they arrive; each plant has a technology of its own, so nothing is replaced twice.
    fn messages(bids: &[Bid]) -> Value {
        let table = |company: u8| {
            let own: Vec<(usize, &Bid)> =
                bids.iter().enumerate().filter(|(_, bid)| bid.0 == company).collect();
            let column = |cell: fn(&(usize, &Bid)) -> Value| own.iter().map(cell).collect::<Vec<_>>();
            Table::default()
                .with(COMPANY, column(|(_, bid)| Value::Int(bid.0.into())))
                .with(TECHNOLOGY, column(|(row, _)| Value::Text(row.to_string())))
                .with(COST, column(|(_, bid)| Value::Int(bid.3.into())))
                .with(AVAILABLE, column(|(_, bid)| Value::Int(bid.2.min(bid.1).into())))
                .with(BID_CAPACITY, column(|(_, bid)| Value::Int(bid.1.into())))
                .with(BID_PRICE, column(|(_, bid)| Value::Int(bid.3.into())))
        };
        let companies = (0..3).filter(|company| bids.iter().any(|bid| bid.0 == *company));
        Value::List(companies.map(|company| table(company).to_message().unwrap()).collect())
    }

    proptest! {
        /// The market meets the demand or takes all there is, and never turns down a bid that is cheaper than one
        /// that it accepts.
        #[test]
        fn the_cheapest_bids_meet_the_demand(
            bids in prop::collection::vec((0_u8..3, 0_u32..100, 0_u32..100, 0_u32..20), 1..30),
            demand in 1_u32..2000,
        ) {
            let book = Book::new(&messages(&bids)).unwrap();
            let cleared = book.clear(Scalar::int(demand.into()));
            let offered: u32 = bids.iter().map(|bid| bid.1).sum();
            let accepted: f64 = cleared.accepted.iter().map(|(_, capacity)| capacity.value()).sum();
            prop_assert_eq!(accepted, f64::from(offered.min(demand)));
            let taken: Vec<usize> = cleared.accepted.iter().map(|(row, _)| *row).collect();
            prop_assert_eq!(&taken[..], &book.order[..taken.len()]);
            let prices: Vec<f64> = book.order.iter().map(|&row| book.price[row].value()).collect();
            prop_assert!(prices.is_sorted());
            let last = taken.last().map_or(0.0, |&row| book.price[row].value());
            prop_assert_eq!(cleared.price.value(), if offered < demand { 0.0 } else { last });
        }

        /// All capacity that is paid for is paid for once: revenues sum up to price times what was accepted.
        #[test]
        fn revenues_are_what_was_bought_at_the_price(
            bids in prop::collection::vec((0_u8..3, 0_u32..100, 0_u32..100, 0_u32..20), 1..30),
            demand in 1_u32..2000,
        ) {
            let book = Book::new(&messages(&bids)).unwrap();
            let cleared = book.clear(Scalar::int(demand.into()));
            let results = book.settle(&cleared);
            let sum = |name: &str| results.numbers(name).unwrap().into_iter().map(Scalar::value).sum::<f64>();
            let accepted: f64 = cleared.accepted.iter().map(|(_, capacity)| capacity.value()).sum();
            prop_assert_eq!(sum(REVENUE), cleared.price.value() * accepted);
            prop_assert_eq!(sum(PROFIT), sum(REVENUE) - sum(COSTS));
        }
    }

    #[test]
    fn bids_without_a_price_come_last() {
        assert_eq!(ascending(1.0, f64::NAN), Ordering::Less);
        assert_eq!(ascending(f64::NAN, 1.0), Ordering::Greater);
        assert_eq!(ascending(f64::NAN, f64::NAN), Ordering::Equal);
        assert_eq!(ascending(2.0, 1.0), Ordering::Greater);
    }
}
