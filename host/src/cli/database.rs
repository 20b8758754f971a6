//! The database that the rows of a run are written to as they come.

use super::{Failure, note};
use crate::plan::TablePlan;
use crate::record::LineProtocol;
use crate::scenario::Scenario;
use crate::shell::{InfluxTarget, InfluxWriter, Progress, ResultFiles, read_influx_token};
use std::path::PathBuf;

#[derive(Default, clap::Args)]
pub(super) struct Database {
    /// Write the rows of the result to a database as well: http://HOST:8086/?db=NAME (InfluxDB 1) or ?org=ORG&bucket=BUCKET (2).
    #[arg(long, value_name = "URL")]
    influx: Option<InfluxTarget>,
    /// File with the token of the database, or with USER:PASSWORD; nobody else may be able to read it.
    #[arg(long, value_name = "FILE", requires = "influx")]
    influx_token: Option<PathBuf>,
}

impl Database {
    /// Has `results` write to the database too, if that is wanted. `progress` says what goes wrong.
    pub(super) fn start(
        &self,
        scenario: &Scenario,
        plan: &TablePlan,
        results: &mut ResultFiles,
        progress: &Progress,
    ) -> Result<(), Failure> {
        let Some(target) = &self.influx else { return Ok(()) };
        let token = self.influx_token.as_deref().map(read_influx_token);
        let token = token.transpose().map_err(Failure::wrong_use)?;
        let recorded = scenario.recorders.first().zip(plan.cells.first());
        let Some((recorder, cells)) = recorded else {
            return Err(Failure::wrong_use("--influx: this scenario records nothing that could be written"));
        };
        let lines = LineProtocol::new(scenario, recorder);
        results.export(InfluxWriter::start(target.clone(), token, lines, cells.clone(), progress.voice())?);
        Ok(())
    }

    /// There are no more rows. Says what the database has not got, unless it is to be `quiet`.
    pub(super) fn end(database: Option<InfluxWriter>, quiet: bool) {
        let Some((taken, lost)) = database.map(InfluxWriter::finish) else { return };
        if lost > 0 && !quiet {
            note(format_args!("{lost} of {} rows did not reach the database", taken + lost));
        }
    }
}
