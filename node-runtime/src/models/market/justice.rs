//! Judges the market: who supplied how much of the demand, weighted by what each company does for society.

use super::table::Table;
use super::{COMPANY, RESULTS_DIR_PARAMETER, SUPPLIED, check_results_dir, unfit};
use crate::model::{
    Build, BuildError, Built, Const, Family, Io, Model, ModelType, Parameter, Port, SectionKind, Settings,
    StepError, Written,
};
use crate::scalar::Scalar;
use crate::value::Value;
use illuminator_protocol::Unit;
use std::collections::BTreeMap;

/// `JusticeAgent`
pub static TYPE: ModelType = ModelType {
    name: "JusticeAgent",
    family: Family::Market,
    summary: "Scores the market by the companies' shares and their social weights.",
    documentation: DOCUMENTATION,
    parameters: &[
        Parameter::required(
            "social_parameters",
            Unit::Text,
            "for each company a mapping of any names to weights",
            Const::EmptyMap,
        )
        .with_yaml_example("{A: {jobs: 0.4, nature: 0.5}}"),
        Parameter::required("justice_step", Unit::One, "co-simulation step of the score", Const::Int(0)),
        RESULTS_DIR_PARAMETER,
    ],
    inputs: &[
        Port::required("market_results", Unit::Text, "results of an Operator_Market", Const::EmptyMap)
            .with_yaml_example("{Company: {0: A}, Supplied Capacity (MW): {0: 15}}")
            .any(),
        Port::required("demand", Unit::Megawatt, "demand", Const::Int(0)).with_example(Const::Int(15)),
        Port::required("market_clearing_price", Unit::EuroPerMegawattHour, "not used", Const::Int(0))
            .with_example(Const::Int(80)),
    ],
    outputs: &[],
    states: &[
        Port::written("beta_scores", Unit::One, "β of each company", Const::EmptyMap, Written::Always),
        Port::written(
            "justice_score",
            Unit::One,
            "the score; 0 up to its step",
            Const::Int(0),
            Written::Always,
        ),
        Port::written("alpha_scores", Unit::One, "α of each company", Const::EmptyMap, Written::Always),
        Port::written("betascores", Unit::One, "β at the step of the score", Const::Absent, Written::Always)
            .report(),
    ],
    step_size: 1,
    build: Build::Anywhere(build),
};

const DOCUMENTATION: &str = "\
Source: spec/models.md 1.20. For each company of `social_parameters`, α = Σ weights, and β = 0 at the start.

    b = supplied/demand for each row of the results
    Σ b < 1:            the smallest b (the first of several) gets 1 − Σ b more
    β = β + b           for each company of `social_parameters`
    t = justice_step:   score = Σ α·β

The order of companies is that of `social_parameters`. At `justice_step` the β are written to betascores_<t>.csv in
`results_dir`. A company that the results do not have ends the run.

Kept on purpose: one that only the results have counts in Σ b and may be the smallest, but has no β. With a demand of
0 the shares are infinite or NaN.";

const MARKET_RESULTS: usize = 0;
const DEMAND: usize = 1;
const PRICE: usize = 2;

const BETAS: usize = 0;
const SCORE: usize = 1;
const ALPHAS: usize = 2;
const REPORT: usize = 3;

struct Justice {
    companies: Vec<Company>,
    justice_step: f64,
    score: Scalar,
}

struct Company {
    name: String,
    alpha: Scalar,
    beta: Scalar,
}

fn build(settings: &Settings) -> Result<Built, BuildError> {
    let attributes = TYPE.attributes(settings)?;
    check_results_dir(settings)?;
    let companies = companies(settings.parameter("social_parameters")?).map_err(|problem| {
        BuildError::new(
            SectionKind::Parameters,
            "social_parameters",
            format!("`social_parameters`: {problem}"),
        )
    })?;
    let justice_step = settings.number("justice_step")?.value();
    let model = Justice { companies, justice_step, score: Scalar::ZERO };
    Ok(Built { model: Box::new(model), attributes })
}

fn companies(social: &Value) -> Result<Vec<Company>, String> {
    let Value::Map(entries) = social else {
        return Err(format!("a mapping of companies is needed, not {}", social.describe()));
    };
    entries
        .iter()
        .map(|(name, weights)| {
            let Some(name) = name.as_text() else {
                return Err(format!("the name of a company is {}, not a text", name.describe()));
            };
            let Value::Map(weights) = weights else {
                return Err(format!("the weights of {name} must be a mapping, not {}", weights.describe()));
            };
            let number = |weight: &Value| weight.as_scalar().filter(|weight| weight.is_number());
            let alpha = weights.iter().try_fold(Scalar::ZERO, |sum, (_, weight)| Some(sum + number(weight)?));
            let alpha = alpha.ok_or_else(|| format!("a weight of {name} is no number"))?;
            Ok(Company { name: name.to_owned(), alpha, beta: Scalar::ZERO })
        })
        .collect()
}

impl Justice {
    /// The part of the demand that each company has supplied in this step.
    fn shares(&self, results: &Table, demand: f64) -> Result<Vec<f64>, String> {
        let mut positions: BTreeMap<&str, usize> = self
            .companies
            .iter()
            .enumerate()
            .map(|(position, company)| (company.name.as_str(), position))
            .collect();
        let mut shares: Vec<Option<f64>> = vec![None; self.companies.len()];
        for (name, supplied) in results.column(COMPANY)?.iter().zip(results.numbers(SUPPLIED)?) {
            let name =
                name.as_text().ok_or_else(|| format!("the name of a company is {}", name.describe()))?;
            let next = shares.len();
            let position = *positions.entry(name).or_insert(next);
            if position == next {
                shares.push(None);
            }
            shares[position] = Some(supplied.value() / demand);
        }
        let missing =
            shares.iter().position(Option::is_none).and_then(|position| self.companies.get(position));
        if let Some(company) = missing {
            return Err(format!("it has no row for the company {}", company.name));
        }
        let mut shares: Vec<f64> = shares.into_iter().flatten().collect();
        let total = shares.iter().fold(0.0, |total, share| total + share);
        if total < 1.0
            && let Some(smallest) =
                shares.iter_mut().reduce(|least, share| if *share < *least { share } else { least })
        {
            *smallest += 1.0 - total;
        }
        Ok(shares)
    }

    /// A value of each company, by name.
    fn by_name(&self, value: fn(&Company) -> Scalar) -> Value {
        let entry =
            |company: &Company| (Value::Text(company.name.clone()), Value::from_scalar(value(company)));
        Value::Map(self.companies.iter().map(entry).collect())
    }

    fn report(&self) -> Value {
        let names = self.companies.iter().map(|company| Value::Text(company.name.clone())).collect();
        let betas = self.companies.iter().map(|company| Value::from_scalar(company.beta)).collect();
        Value::List(vec![Value::List(names), Value::List(betas)])
    }
}

impl Model for Justice {
    fn step(&mut self, io: &mut Io<'_>) -> Result<(), StepError> {
        let results = io.value(MARKET_RESULTS).ok_or(StepError::MissingInput { input: MARKET_RESULTS })?;
        let demand = io.number(DEMAND)?;
        io.input(PRICE).ok_or(StepError::MissingInput { input: PRICE })?;
        let shares = Table::from_message(&results).and_then(|results| self.shares(&results, demand.value()));
        let shares = shares.map_err(|problem| unfit("market_results", &problem))?;
        for (company, share) in self.companies.iter_mut().zip(shares) {
            company.beta = company.beta + Scalar::float(share);
        }
        let is_judged = io.step() as f64 == self.justice_step;
        if is_judged {
            self.score =
                self.companies.iter().fold(Scalar::ZERO, |sum, company| sum + company.alpha * company.beta);
        }
        io.set_value(BETAS, self.by_name(|company| company.beta));
        io.set(SCORE, self.score);
        io.set_value(ALPHAS, self.by_name(|company| company.alpha));
        io.set_value(REPORT, if is_judged { self.report() } else { Value::Null });
        Ok(())
    }

    fn save(&self) -> Vec<Value> {
        let betas = self.companies.iter().map(|company| company.beta);
        core::iter::once(self.score).chain(betas).map(Value::from_scalar).collect()
    }

    fn restore(&mut self, kept: &[Value]) -> bool {
        let numbers: Option<Vec<Scalar>> =
            kept.iter().map(|value| value.as_scalar().filter(|number| number.is_number())).collect();
        let Some(numbers) = numbers else { return false };
        let Some((score, betas)) = numbers.split_first() else { return false };
        if betas.len() != self.companies.len() {
            return false;
        }
        self.score = *score;
        for (company, beta) in self.companies.iter_mut().zip(betas) {
            company.beta = *beta;
        }
        true
    }
}
