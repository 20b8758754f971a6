//! A company with power plants, which bids their capacity on the market.

use super::table::Table;
use super::{COMPANY, unfit};
use crate::model::{
    Build, BuildError, Built, Const, Family, Io, Model, ModelType, Parameter, Port, SectionKind, Settings,
    StepError, Written,
};
use crate::scalar::Scalar;
use crate::value::Value;
use illuminator_protocol::Unit;
use std::collections::BTreeMap;

/// `GenerationCompanyAgent`
pub static TYPE: ModelType = ModelType {
    name: "GenerationCompanyAgent",
    family: Family::Market,
    summary: "Company that bids the capacity of its power plants.",
    documentation: DOCUMENTATION,
    parameters: &[
        Parameter::required(
            "company_name",
            Unit::Text,
            "its name in bids and results",
            Const::Text("Company1"),
        ),
        Parameter::required(
            "automated_bids",
            Unit::One,
            "bid what is available at cost; else as `bids_manual` says",
            Const::Bool(true),
        ),
        Parameter::required(
            "bids_manual",
            Unit::Text,
            "list of rows with Bid Capacity (MW) and Bid Price (€/MWh), one for each plant; or null",
            Const::Null,
        ),
    ],
    inputs: &[Port::optional(
        "portfolio",
        Unit::Text,
        "the plants from now on, a row as CSV sends it; in `inputs` the plants at the start, a list of rows",
        Const::EmptyList,
    )
    .with_yaml_example("{gas_capacity: 20, gas_cost: 80, gas_availability: 1}")
    .any()],
    outputs: &[],
    states: &[
        Port::written("bids", Unit::Text, "table of the plants and their bids", Const::Null, Written::Always),
        Port::written("profit", Unit::Euro, "its initial value, for ever", Const::Int(0), Written::Always),
    ],
    step_size: 1,
    build: Build::Anywhere(build),
};

const DOCUMENTATION: &str = "\
Source: spec/models.md 1.18. The columns of a portfolio are `Technology`, `Capacity (MW)`, `Cost (€/MWh)`,
`Availability` (0 to 1), and any others. A row at the input replaces it: keys are `<technology>_<attribute>` with the
attributes capacity, cost and availability, which has to be a whole number; the key `time` is skipped. Technologies
come in order of appearance, and each needs all three. The portfolio is kept until the next row.

    Available Capacity (MW) = Capacity (MW)·Availability
    automated:  Bid Capacity (MW) = Available Capacity (MW), Bid Price (€/MWh) = Cost (€/MWh)
    else:       both from the row of `bids_manual` with the same number; NaN if it has fewer rows

`bids` has the columns Company, those of the portfolio, and these three. A company without plants is an error.

Kept on purpose: no fractions of availability by the input; `profit` never changes.";

pub(super) const TECHNOLOGY: &str = "Technology";
pub(super) const COST: &str = "Cost (€/MWh)";
pub(super) const AVAILABLE: &str = "Available Capacity (MW)";
pub(super) const BID_CAPACITY: &str = "Bid Capacity (MW)";
pub(super) const BID_PRICE: &str = "Bid Price (€/MWh)";
const CAPACITY: &str = "Capacity (MW)";
const AVAILABILITY: &str = "Availability";

const PORTFOLIO: usize = 0;

const BIDS: usize = 0;
const PROFIT: usize = 1;

/// The key of a row that names no plant.
const TIME: &str = "time";

struct GenerationCompany {
    name: Value,
    portfolio: Table,
    /// Capacities and prices of the bids, one for each plant; `None`: automated.
    manual: Option<[Vec<Scalar>; 2]>,
    profit: Value,
}

fn build(settings: &Settings) -> Result<Built, BuildError> {
    let attributes = TYPE.attributes(settings)?;
    let name = settings.parameter("company_name")?;
    if *name == Value::Null || matches!(name, Value::List(_) | Value::Map(_)) {
        let problem = format!("`company_name` must be a name, not {}", name.describe());
        return Err(BuildError::new(SectionKind::Parameters, "company_name", problem));
    }
    let automated = settings.parameter("automated_bids")?.is_truthy();
    let manual = match settings.parameter("bids_manual")? {
        Value::Null if automated => None,
        rows => Some(manual_bids(rows).map_err(|problem| {
            BuildError::new(SectionKind::Parameters, "bids_manual", format!("`bids_manual`: {problem}"))
        })?),
    };
    let fail = |problem: String| {
        BuildError::new(SectionKind::Inputs, "portfolio", format!("`portfolio`: {problem}"))
    };
    let portfolio = settings.inputs.get("portfolio");
    let portfolio = portfolio.ok_or_else(|| fail("it is missing in `inputs`".to_owned()))?;
    let portfolio = Table::from_rows(portfolio).map_err(fail)?;
    if portfolio.rows() > 0 {
        check(&portfolio).map_err(fail)?;
    }
    let model = GenerationCompany {
        name: name.clone(),
        portfolio,
        manual: manual.filter(|_| !automated),
        profit: settings.states.get("profit").cloned().unwrap_or(Value::Null),
    };
    Ok(Built { model: Box::new(model), attributes })
}

fn manual_bids(rows: &Value) -> Result<[Vec<Scalar>; 2], String> {
    let table = Table::from_rows(rows)?;
    Ok([table.numbers(BID_CAPACITY)?, table.numbers(BID_PRICE)?])
}

/// What bids are computed from must be there.
fn check(portfolio: &Table) -> Result<(), String> {
    portfolio.column(TECHNOLOGY)?;
    for name in [CAPACITY, COST, AVAILABILITY] {
        let numbers = portfolio.numbers(name)?;
        if let Some(row) = numbers.iter().position(|number| number.value().is_nan()) {
            return Err(format!("row {} has no `{name}`", row + 1));
        }
    }
    Ok(())
}

/// A plant in a row of the input; what is not known yet is `None`.
struct Plant<'a> {
    technology: &'a str,
    capacity: Option<f64>,
    cost: Option<f64>,
    availability: Option<i64>,
}

/// The portfolio of a row.
fn portfolio_of(row: &Value) -> Result<Table, String> {
    let Value::Map(entries) = row else { return Err(format!("a row is needed, not {}", row.describe())) };
    let mut plants: Vec<Plant<'_>> = Vec::new();
    let mut positions: BTreeMap<&str, usize> = BTreeMap::new();
    for (key, cell) in entries {
        let key = key.as_text().unwrap_or_default();
        if key == TIME {
            continue;
        }
        let mut parts = key.split('_');
        let (Some(technology), Some(attribute), None) = (parts.next(), parts.next(), parts.next()) else {
            return Err(format!("`{key}` is not of the form <technology>_<attribute>"));
        };
        let position = *positions.entry(technology).or_insert_with(|| {
            plants.push(Plant { technology, capacity: None, cost: None, availability: None });
            plants.len() - 1
        });
        let plant = &mut plants[position];
        let found = match attribute {
            "capacity" => number(cell).map(|number| plant.capacity = Some(number)),
            "cost" => number(cell).map(|number| plant.cost = Some(number)),
            "availability" => whole(cell).map(|number| plant.availability = Some(number)),
            _ => return Err(format!("`{key}`: the attributes are capacity, cost and availability")),
        };
        found.ok_or_else(|| {
            let kind = if attribute == "availability" { "a whole number" } else { "a number" };
            format!("`{key}` must be {kind}")
        })?;
    }
    let column = |cell: fn(&Plant<'_>) -> Option<Value>| {
        let cells = plants.iter().map(|plant| {
            cell(plant).ok_or_else(|| format!("`{}` lacks capacity, cost or availability", plant.technology))
        });
        cells.collect::<Result<Vec<Value>, String>>()
    };
    Ok(Table::default()
        .with(TECHNOLOGY, column(|plant| Some(Value::Text(plant.technology.to_owned())))?)
        .with(CAPACITY, column(|plant| plant.capacity.map(Value::Float))?)
        .with(COST, column(|plant| plant.cost.map(Value::Float))?)
        .with(AVAILABILITY, column(|plant| plant.availability.map(Value::Int))?))
}

/// A number or the text of one; NaN counts as missing.
fn number(cell: &Value) -> Option<f64> {
    let number = match cell {
        Value::Text(text) => text.trim().parse().ok(),
        cell => cell.as_scalar().filter(|scalar| scalar.is_number()).map(Scalar::value),
    };
    number.filter(|number| !number.is_nan())
}

/// A whole number or the text of one.
fn whole(cell: &Value) -> Option<i64> {
    match cell {
        Value::Text(text) => text.trim().parse().ok(),
        Value::Int(number) => Some(*number),
        Value::Bool(truth) => Some((*truth).into()),
        Value::Float(number) | Value::Numpy(number) => number.is_finite().then_some(*number as i64),
        Value::Null | Value::List(_) | Value::Map(_) => None,
    }
}

impl GenerationCompany {
    /// The table of bids.
    fn bids(&self) -> Result<Table, String> {
        let plants = self.portfolio.rows();
        if plants == 0 {
            return Err("the company has no plants".to_owned());
        }
        let capacity = self.portfolio.numbers(CAPACITY)?;
        let availability = self.portfolio.numbers(AVAILABILITY)?;
        let available: Vec<Scalar> =
            capacity.iter().zip(&availability).map(|(&capacity, &share)| capacity * share).collect();
        let (bid_capacity, bid_price) = match &self.manual {
            None => (available.clone(), self.portfolio.numbers(COST)?),
            Some([capacity, price]) => (aligned(capacity, plants), aligned(price, plants)),
        };
        Ok(Table::default()
            .with(COMPANY, vec![self.name.clone(); plants])
            .beside(&self.portfolio)
            .with_numbers(AVAILABLE, &available)
            .with_numbers(BID_CAPACITY, &bid_capacity)
            .with_numbers(BID_PRICE, &bid_price))
    }
}

/// The numbers of the first `rows` rows; NaN behind the last one.
fn aligned(numbers: &[Scalar], rows: usize) -> Vec<Scalar> {
    let missing = core::iter::repeat(Scalar::float(f64::NAN));
    numbers.iter().copied().chain(missing).take(rows).collect()
}

impl Model for GenerationCompany {
    fn step(&mut self, io: &mut Io<'_>) -> Result<(), StepError> {
        if let Some(row) = io.value(PORTFOLIO) {
            self.portfolio = portfolio_of(&row).map_err(|problem| unfit("portfolio", &problem))?;
        }
        let bids = self.bids().and_then(|bids| bids.to_message()).map_err(StepError::Other)?;
        io.set_value(BIDS, bids);
        io.set_value(PROFIT, self.profit.clone());
        Ok(())
    }

    fn save(&self) -> Vec<Value> {
        // A portfolio is smaller than the bids that were made of it.
        vec![self.portfolio.to_message().unwrap_or(Value::Null)]
    }

    fn restore(&mut self, kept: &[Value]) -> bool {
        let [portfolio] = kept else { return false };
        let Ok(portfolio) = Table::from_message(portfolio) else { return false };
        if portfolio.rows() > 0 && check(&portfolio).is_err() {
            return false;
        }
        self.portfolio = portfolio;
        true
    }
}
