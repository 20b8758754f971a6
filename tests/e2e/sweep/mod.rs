//! Sweeps: the files of the Python Illuminator, one that fails among others, kills, and the launchers.

mod local;
mod mpi;
mod slurm;
mod vectors;

use crate::read;
use illuminator_tests::programs::{illuminator, stderr};
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// How many scenarios [`pattern`] has.
const COUNT: usize = 24;
/// The one of them that fails: a controller that divides by its fuel cell's efficiency, 0, as soon as power is short.
const BROKEN: usize = 7;

/// A pattern of scenarios of so many steps, less than a day of them.
fn pattern(steps: usize, efficiencies: &str, limits: &str) -> String {
    format!(
        "scenario:
  name: sweep # of a controller
  start_time: '2024-01-01 00:00:00'
  end_time: '2024-01-01 {:02}:00:00'
  time_resolution: 900
  align_parameters: true
models:
- name: Data
  type: CSV
  parameters: {{file_path: x.csv, delimiter: ',', date_format: 'YYYY-MM-DD HH:mm:ss'}}
  states: {{wind: 0, none: 0}}
- name: C1
  type: Controller
  parameters:
    soc_min: 10
    soc_max: 90
    h2_soc_min: 0
    h2_soc_max: 100
    fc_eff: 50 # percent
  multi_parameters:
    fc_eff: {efficiencies}
    soc_max: {limits}
  inputs: {{wind_gen: 0, pv_gen: 0, load_dem: 0, soc: 0}}
  outputs: {{flow2b: 0, flow2e: 0, dump: 0, h2_out: 0}}
  states: {{flow: 0}}
connections:
- {{from: Data.wind, to: C1.wind_gen}}
- {{from: Data.none, to: C1.pv_gen}}
- {{from: Data.none, to: C1.load_dem}}
- {{from: Data.none, to: C1.soc}}
monitor:
  file: out/res.csv
  items: [C1.flow, C1.h2_out, C1.dump]
",
        steps / 4
    )
}

/// A folder with the pattern and its data: power is short in the third step of four.
fn stage(folder: &Path, text: &str, rows: usize) {
    let row = |row: usize| {
        let wind = ["1", "2", "-1", "0.5"][row % 4];
        format!("2024-01-01 {:02}:{:02}:00,{wind},0\n", row / 4, row % 4 * 15)
    };
    let data: String = (0..=rows).map(row).collect();
    std::fs::write(folder.join("x.csv"), format!("wind\ntime,wind,none\n{data}")).expect("it can be written");
    std::fs::write(folder.join("base.yaml"), text).expect("it can be written");
    std::fs::create_dir_all(folder.join("out")).expect("it can be made");
}

/// A folder with [`COUNT`] scenarios, one of which fails.
fn stage_small(folder: &Path) {
    let efficiency =
        |number: usize| if number == BROKEN { "0".to_owned() } else { (40 + number).to_string() };
    let efficiencies: Vec<String> = (1..=COUNT).map(efficiency).collect();
    stage(folder, &pattern(8, &format!("[{}]", efficiencies.join(", ")), "range(70, 94, 1)"), 8);
}

/// A folder with so many scenarios of a day, of which none fails.
fn stage_large(folder: &Path, count: usize) {
    let (efficiencies, limits) = (format!("range(1, {}, 1)", count + 1), format!("range(0, {count}, 1)"));
    stage(folder, &pattern(92, &efficiencies, &limits), 92);
}

/// A sweep of so many scenarios of which the first hundred are complete. Nobody can run the last one before the file is
/// dropped, so that a sweep that goes on does not end before that.
fn stage_begun(folder: &Path, count: usize) -> File {
    stage_large(folder, count);
    assert!(sweep(folder, &["--quiet"]).status.success());
    for id in 101..=count {
        std::fs::remove_file(folder.join(format!("out/res_{id}.csv"))).expect("it is there");
    }
    let part = File::create(folder.join(format!("out/res_{count}.csv.part"))).expect("it can be made");
    part.lock().expect("nobody else has it");
    part
}

/// `illuminator sweep base.yaml` with these arguments.
fn sweep(folder: &Path, arguments: &[&str]) -> Output {
    illuminator(folder, &[&["sweep", "base.yaml"], arguments].concat())
}

/// All files that a sweep leaves, but its note, its summary and its log: by name, with their text.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let entries = [folder.to_owned(), folder.join("out")].into_iter().flat_map(|folder| {
        std::fs::read_dir(folder).expect("it can be read").map(|entry| entry.expect("it can be read").path())
    });
    let files = entries.filter(|path| path.is_file()).map(|path| {
        let name = path.strip_prefix(folder).expect("it is inside").to_string_lossy().into_owned();
        (name, read(&path))
    });
    let others = [".sweep", ".log", ".summary.csv"];
    files.filter(|(name, _)| !others.iter().any(|ending| name.ends_with(ending))).collect()
}

/// What the local launcher makes of [`stage_small`], checked against single runs of the files that it leaves.
fn reference() -> BTreeMap<String, String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    stage_small(folder.path());
    let done = sweep(folder.path(), &[]);
    assert_eq!(done.status.code(), Some(1), "{}", stderr(&done));
    told_of_the_broken_one(&stderr(&done));
    files(folder.path())
}

/// What the local launcher gathers of [`stage_small`].
fn reference_gathered() -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    stage_small(folder.path());
    sweep(folder.path(), &["--quiet", "--gather", GATHERED]);
    take_gathered(folder.path())
}

/// Where results are gathered.
const GATHERED: &str = "all.parquet";

/// The gathered results of a folder, which has none afterwards.
fn take_gathered(folder: &Path) -> Vec<u8> {
    let path = folder.join(GATHERED);
    let gathered = std::fs::read(&path).expect("the results were gathered");
    assert!(gathered.starts_with(b"PAR1") && gathered.ends_with(b"PAR1"), "it is a whole Parquet file");
    std::fs::remove_file(path).expect("it can be removed");
    gathered
}

fn told_of_the_broken_one(message: &str) {
    for part in [
        format!("scenario {BROKEN} failed (C1.fc_eff=0 C1.soc_max={})", 69 + BROKEN),
        "`C1`".to_owned(),
        "step 2".to_owned(),
        format!("{} of {COUNT} scenarios complete, 1 failed", COUNT - 1),
    ] {
        assert!(message.contains(&part), "`{part}` is missing: {message}");
    }
}

#[test]
fn in_ci_a_launcher_that_is_missing_is_a_failure() {
    let own = std::env::current_exe().expect("a program knows its own path");
    for (test, tool) in [
        ("sweep::slurm::an_array_has_no_more_tasks_than_slurm_allows", "sbatch"),
        ("sweep::mpi::ranks_that_believe_to_be_alone_are_told_of", "mpirun.openmpi"),
    ] {
        let run = |ci: bool| {
            let mut command = Command::new(&own);
            command.args([test, "--exact", "--nocapture"]).env("PATH", "").env_remove("ILLUMINATOR_CI");
            if ci {
                command.env("ILLUMINATOR_CI", "1");
            }
            let done = command.stdin(Stdio::null()).output().expect("a test can be started");
            (done.status.success(), stderr(&done))
        };
        let (passed, said) = run(false);
        assert!(passed && said.contains(&format!("SKIPPED: no {tool}")), "{said}");
        let (passed, said) = run(true);
        assert!(!passed && said.contains(&format!("skipped in CI: no {tool}")), "{said}");
    }
}

/// How many results of a sweep are complete.
fn complete(folder: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder.join("out")) else { return 0 };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names.filter(|name| name.starts_with("res_") && name.ends_with(".csv")).count()
}
