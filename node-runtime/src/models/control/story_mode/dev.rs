//! The story of the branch `dev`: a load changes its data file half way.

use super::TYPE;
use crate::model::{BuildError, Built, Io, Model, Settings, StepError};
use crate::scalar::Scalar;

/// Last step `t` with the first file.
const LAST_OF_FIRST_FILE: u64 = 40;

const FILE_INDEX_LOAD: usize = 0;

struct FileSwitch;

/// Builds the model; `others` are the states of the other variant.
pub(super) fn build(settings: &Settings, others: &[&str]) -> Result<Built, BuildError> {
    let attributes = TYPE.attributes_but(settings, others)?;
    Ok(Built { model: Box::new(FileSwitch), attributes })
}

impl Model for FileSwitch {
    fn step(&mut self, io: &mut Io<'_>) -> Result<(), StepError> {
        io.set(FILE_INDEX_LOAD, Scalar::int((io.step() > LAST_OF_FIRST_FILE).into()));
        Ok(())
    }
}
