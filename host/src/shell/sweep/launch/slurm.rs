//! An array of Slurm, and a job after it that gathers the results.
//!
//! Each task takes what nobody is at, beginning with its own part, until nothing is left: as many tasks as there are
//! processors keep all of them busy to the end, a task that starts late finds less to do, and what a task was at when it
//! was ended another one takes over.
//!
//! The number of the job stands in the note of the sweep: who was interrupted, and comes back, follows it again.

use super::{Follower, Launch, LaunchError, Launched, ask};
use crate::shell::Progress;
use crate::shell::sweep::ledger::with;
use crate::shell::sweep::note::{Job, Note};
use illuminator_node::shell::Clock;
use std::path::Path;
use std::process::Command;

/// Most tasks of an array, where Slurm does not say.
const ARRAY_MAX: u64 = 1001;
/// How often Slurm is asked about a job `[us]`.
const ASK_US: u64 = 1_000_000;

pub(super) fn launch(launch: &Launch<'_>, progress: &mut Progress) -> Result<Launched, LaunchError> {
    let log = with(Path::new(launch.ledger.sweep().template().monitor_file()), ".slurm.log");
    let mut follower = Follower::new(launch.ledger, progress);
    let mut job = match &launch.running {
        Some(job) => job.clone(),
        None => Job { array: submit_array(launch, &log, follower.open.len() as u64)?, gatherer: None },
    };
    // Whoever is killed from here on finds it again.
    note(launch, &job)?;
    if let Some((command, path)) = &launch.gatherer {
        if let Some(old) = job.gatherer.take() {
            // It may have been told of another file. If it has ended, all is well.
            let _ = ask(Command::new("scancel").arg(old), "");
        }
        // One that is there afterwards is new.
        let _ = std::fs::remove_file(path);
        let after = format!("--dependency=afterany:{}", job.array);
        job.gatherer = Some(submit(launch, &log, &[&after], command)?);
        note(launch, &job)?;
    }
    let clock = Clock::start();
    let mut asked_us = 0;
    let mut is_queued = |job: &str| {
        let now = clock.now().as_micros();
        if now < asked_us + ASK_US {
            return Ok(true);
        }
        asked_us = now;
        is_queued(job)
    };
    while !follower.look(progress) && is_queued(&job.array)? {
        if launch.stop.is_set() {
            return Ok(Launched::GoesOn(job.array));
        }
    }
    let (Some((_, path)), Some(gatherer)) = (&launch.gatherer, job.gatherer) else {
        return Ok(Launched::Ended);
    };
    while is_queued(&gatherer)? {
        if launch.stop.is_set() {
            return Ok(Launched::GoesOn(gatherer));
        }
        super::super::wait_ms(super::LOOK_MS);
    }
    if path.exists() {
        Ok(Launched::Ended)
    } else {
        Err(LaunchError::NotGathered { path: path.clone(), log })
    }
}

/// Whether Slurm still has the array of `job`. A job that only gathers what there is harms nobody.
///
/// # Errors
/// Slurm does not answer, or is not here: then nobody can tell.
pub fn is_running(job: &Job) -> Result<bool, LaunchError> {
    Ok(!states(&job.array)?.trim().is_empty())
}

/// Notes the job beside the results, for `--resume`. Nothing runs that nobody would find again.
fn note(launch: &Launch<'_>, job: &Job) -> Result<(), LaunchError> {
    Note::add_job(launch.ledger, launch.start.as_deref(), job.clone()).map_err(|error| {
        for number in [Some(&job.array), job.gatherer.as_ref()].into_iter().flatten() {
            let _ = ask(Command::new("scancel").arg(number), "");
        }
        LaunchError::Unnoted { job: job.array.clone(), error }
    })
}

/// Submits the array that runs so many open scenarios. Returns its number.
fn submit_array(launch: &Launch<'_>, log: &Path, open: u64) -> Result<String, LaunchError> {
    let config = ask(Command::new("scontrol").args(["show", "config"]), "")?;
    // The numbers of tasks end before it.
    let limit = array_max(&config).unwrap_or(ARRAY_MAX).max(1);
    let cores = match launch.processes {
        Some(processes) => processes as u64,
        None => cores(&ask(Command::new("sinfo").args(["--noheader", "--format=%C"]), "")?).unwrap_or(1),
    };
    let tasks = cores.clamp(1, limit).min(open).max(1);
    submit(launch, log, &[&format!("--array=0-{}", tasks - 1)], &launch.worker)
}

/// Submits a job that runs `command` in this folder. Returns its number.
fn submit(
    launch: &Launch<'_>,
    log: &Path,
    arguments: &[&str],
    command: &[String],
) -> Result<String, LaunchError> {
    let quoted: Vec<String> = command.iter().map(|word| quoted(word)).collect();
    let script = format!("#!/bin/sh\nexec {}\n", quoted.join(" "));
    let mut sbatch = Command::new("sbatch");
    sbatch.args([
        "--parsable",
        "--job-name=illuminator-sweep",
        "--open-mode=append",
        "--kill-on-invalid-dep=yes",
    ]);
    sbatch.arg("--output").arg(log).args(arguments).args(launch.arguments);
    let said = ask(&mut sbatch, &script)?;
    // With several clusters the name of one follows.
    let job = said.trim().split(';').next().unwrap_or_default();
    if job.is_empty() || !job.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(LaunchError::Strange { program: "sbatch".to_owned(), said: said.trim().to_owned() });
    }
    Ok(job.to_owned())
}

/// Whether a job waits or runs.
fn is_queued(job: &str) -> Result<bool, LaunchError> {
    match states(job) {
        Ok(states) => Ok(!states.trim().is_empty()),
        // A controller that is busy or restarts will be asked again.
        Err(LaunchError::Failed { .. }) => Ok(true),
        Err(error) => Err(error),
    }
}

/// The states of the tasks of a job that wait or run. Slurm forgets jobs a while after their end, and then refuses their
/// numbers.
fn states(job: &str) -> Result<String, LaunchError> {
    match ask(Command::new("squeue").args(["--noheader", "--jobs", job, "--format=%T"]), "") {
        Err(LaunchError::Failed { said, .. }) if said.contains("Invalid job id") => Ok(String::new()),
        states => states,
    }
}

/// `MaxArraySize` of `scontrol show config`.
fn array_max(config: &str) -> Option<u64> {
    let line = config.lines().find(|line| line.trim_start().starts_with("MaxArraySize"))?;
    line.split_once('=')?.1.trim().parse().ok()
}

/// The processors of the largest partition: the last of `allocated/idle/other/total`.
fn cores(lines: &str) -> Option<u64> {
    lines.lines().filter_map(|line| line.trim().rsplit('/').next()?.parse().ok()).max()
}

/// A word for the shell.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_slurm_says_is_understood() {
        let config = "Configuration data\nMaxArraySize            = 1001\nMaxJobCount = 10000\n";
        assert_eq!((array_max(config), array_max("nothing")), (Some(1001), None));
        assert_eq!((cores("0/16/0/16\n3/29/0/32\n"), cores("")), (Some(32), None));
    }

    #[test]
    fn the_shell_gets_every_word_as_it_is() {
        let words = ["plain", "two words", "it's", "$HOME `x` \"y\" \\"];
        let quoted: Vec<String> = words.iter().map(|word| quoted(word)).collect();
        let script = format!("printf '%s\\n' {}", quoted.join(" "));
        let said = ask(Command::new("sh").args(["-c", &script]), "").unwrap();
        assert_eq!(said.lines().collect::<Vec<_>>(), words);
    }
}
