//! What a model instance is built from: its four sections, resolved, and the step size.

use super::types::Tables;
use crate::scalar::Scalar;
use crate::value::{ITEMS_MAX, Value};
use illuminator_protocol::DEPTH_MAX;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Which section of a model entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum SectionKind {
    /// `parameters`
    Parameters,
    /// `inputs`
    Inputs,
    /// `outputs`
    Outputs,
    /// `states`
    States,
}

impl SectionKind {
    /// All four, in the order of the format.
    pub const ALL: [Self; 4] = [Self::Parameters, Self::Inputs, Self::Outputs, Self::States];

    /// The key in the scenario file.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Parameters => "parameters",
            Self::Inputs => "inputs",
            Self::Outputs => "outputs",
            Self::States => "states",
        }
    }
}

/// A section: names with their values, in file order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Section(pub Vec<(String, Value)>);

impl Section {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// Whether the key is there.
    pub fn contains(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Sets the value of a key, at the end if it is new.
    pub fn set(&mut self, key: &str, value: Value) {
        match self.0.iter_mut().find(|(name, _)| name == key) {
            Some((_, present)) => *present = value,
            None => self.0.push((key.to_owned(), value)),
        }
    }

    /// The names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}

/// The resolved settings of one model instance: own section, else inherited, else the class defaults
/// (spec/models.md 0.2).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// `parameters`
    pub parameters: Section,
    /// `inputs`: names and initial values
    pub inputs: Section,
    /// `outputs`: names and placeholders
    pub outputs: Section,
    /// `states`: names and initial values
    pub states: Section,
    /// `time_step_size`: co-simulation steps per model step, at least 1
    pub step_size: u32,
    /// `scenario.time_resolution` `[s]`, at least 1
    pub resolution_s: u32,
    /// For each connected input that [takes](super::Takes::AnyWithSources) its sources' names: their full ids,
    /// `<model>-0.time-based_0`, in the order in which their values are added or listed. Known when a run is
    /// planned, empty while a file is checked.
    pub sources: BTreeMap<String, Vec<String>>,
    /// The input files of a CSV model, read and parsed; empty for every other model.
    #[serde(skip)]
    pub tables: Tables,
}

impl Settings {
    /// A section.
    pub fn section(&self, kind: SectionKind) -> &Section {
        match kind {
            SectionKind::Parameters => &self.parameters,
            SectionKind::Inputs => &self.inputs,
            SectionKind::Outputs => &self.outputs,
            SectionKind::States => &self.states,
        }
    }

    /// The ids of the models that send to an input; none if nothing is connected.
    pub fn sources(&self, input: &str) -> &[String] {
        self.sources.get(input).map_or(&[], Vec::as_slice)
    }

    /// Checks that every value can be handed from model to model.
    ///
    /// # Errors
    /// A value that is nested too deep or too large.
    pub fn check_values(&self) -> Result<(), BuildError> {
        for kind in SectionKind::ALL {
            for (key, value) in &self.section(kind).0 {
                if !value.is_bounded() {
                    let problem = format!(
                        "`{key}` is too large: at most {DEPTH_MAX} levels of lists, {ITEMS_MAX} values in all"
                    );
                    return Err(BuildError::new(kind, key, problem));
                }
            }
        }
        Ok(())
    }

    /// Hours per co-simulation step (spec: h), by two successive divisions.
    pub fn step_h(&self) -> f64 {
        f64::from(self.resolution_s) / 60.0 / 60.0
    }

    /// Hours per model step (spec: `h_s`).
    pub fn model_step_h(&self) -> f64 {
        f64::from(self.resolution_s) * f64::from(self.step_size) / 60.0 / 60.0
    }

    /// A parameter that must be there.
    ///
    /// # Errors
    /// A missing key.
    pub fn parameter(&self, key: &'static str) -> Result<&Value, BuildError> {
        self.required(SectionKind::Parameters, key)
    }

    /// A parameter that must be a number.
    ///
    /// # Errors
    /// A missing key, or a value that is not a number.
    pub fn number(&self, key: &'static str) -> Result<Scalar, BuildError> {
        self.number_in(SectionKind::Parameters, key)
    }

    /// A number in any section.
    ///
    /// # Errors
    /// A missing key, or a value that is not a number.
    pub fn number_in(&self, section: SectionKind, key: &'static str) -> Result<Scalar, BuildError> {
        let value = self.required(section, key)?;
        value.as_scalar().filter(|scalar| scalar.is_number()).ok_or_else(|| {
            BuildError::new(section, key, format!("`{key}` must be a number, not {}", value.describe()))
        })
    }

    fn required(&self, section: SectionKind, key: &'static str) -> Result<&Value, BuildError> {
        self.section(section).get(key).ok_or_else(|| {
            BuildError::new(section, key, format!("`{key}` is missing in `{}`", section.key()))
        })
    }
}

/// Why a model cannot be built from its settings: the section and key at fault, and what is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct BuildError {
    /// The section at fault.
    pub section: SectionKind,
    /// The key at fault.
    pub key: String,
    /// What is wrong, in words for the person who writes the scenario.
    pub problem: String,
}

impl BuildError {
    /// An error at `section.key`.
    pub fn new(section: SectionKind, key: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { section, key: key.into(), problem: problem.into() }
    }
}
