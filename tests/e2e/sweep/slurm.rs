//! Sweeps as arrays of a real Slurm.

use super::{complete, files, reference, stage_large, stage_small, told_of_the_broken_one};
use illuminator_tests::programs::{illuminator, program, stderr, until};
use illuminator_tests::slurm::Slurm;
use std::path::Path;
use std::process::{Output, Stdio};

/// `illuminator sweep base.yaml --launcher slurm` with these arguments.
fn sweep(slurm: &Slurm, folder: &Path, arguments: &[&str]) -> Output {
    slurm
        .command(program("illuminator"), folder)
        .args(["sweep", "base.yaml", "--launcher", "slurm"])
        .args(arguments)
        .output()
        .expect("the program can be started")
}

/// What the tasks said.
fn log(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("out/res.csv.slurm.log")).unwrap_or_default()
}

#[test]
fn an_array_of_slurm_does_all_that_one_process_does() {
    let Some(slurm) = Slurm::start(4) else { return };
    let expected = reference();
    // The files of the local launcher, and all results in one.
    let folder = tempfile::tempdir().expect("a temporary folder");
    stage_small(folder.path());
    let done = sweep(&slurm, folder.path(), &["--gather", "all.parquet"]);
    assert_eq!(done.status.code(), Some(1), "{} {}", stderr(&done), log(folder.path()));
    told_of_the_broken_one(&stderr(&done));
    let gathered =
        std::fs::read(folder.path().join("all.parquet")).expect("a job after the array has gathered");
    assert!(gathered.ends_with(b"PAR1"), "it is whole");
    std::fs::remove_file(folder.path().join("all.parquet")).expect("it can be removed");
    assert!(files(folder.path()) == expected, "an array");

    // The same by a script of the user's own, which knows nothing of the launcher.
    let by_hand = tempfile::tempdir().expect("a temporary folder");
    stage_small(by_hand.path());
    let script = format!("#!/bin/sh\nexec '{}' sweep base.yaml\n", program("illuminator").display());
    std::fs::write(by_hand.path().join("job.sh"), script).expect("it can be written");
    let submitted = slurm
        .command("sbatch", by_hand.path())
        .args(["--wait", "--array=1-7%4", "--output=out/res.csv.slurm.log", "--open-mode=append", "job.sh"])
        .output()
        .expect("sbatch starts");
    std::fs::remove_file(by_hand.path().join("job.sh")).expect("it can be removed");
    assert!(files(by_hand.path()) == expected, "{} {}", stderr(&submitted), log(by_hand.path()));

    // And by srun.
    let by_srun = tempfile::tempdir().expect("a temporary folder");
    stage_small(by_srun.path());
    let done = slurm
        .command("srun", by_srun.path())
        .args(["--ntasks=4", "--mpi=none"])
        .arg(program("illuminator"))
        .args(["sweep", "base.yaml"])
        .output()
        .expect("srun starts");
    told_of_the_broken_one(&stderr(&done));
    assert!(files(by_srun.path()) == expected, "{}", stderr(&done));

    cancelled_and_resumed(&slurm);
}

fn cancelled_and_resumed(slurm: &Slurm) {
    let count = 4000;
    let (whole, part) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    stage_large(whole.path(), count);
    stage_large(part.path(), count);
    assert!(illuminator(whole.path(), &["sweep", "base.yaml", "--quiet"]).status.success());
    let running = slurm
        .command(program("illuminator"), part.path())
        .args(["sweep", "base.yaml", "--launcher", "slurm", "--jobs", "1"])
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    until("some results", || complete(part.path()) >= 20);
    let cancelled = slurm.command("scancel", part.path()).arg("--name=illuminator-sweep").status();
    assert!(cancelled.expect("scancel starts").success());
    let ended = running.wait_with_output().expect("it ends");
    let before = complete(part.path());
    assert!(before < count, "it was ended on its way: {}", stderr(&ended));
    assert_eq!(ended.status.code(), Some(1), "{}", stderr(&ended));
    assert!(stderr(&ended).contains(&format!("{} not run", count - before)), "{}", stderr(&ended));
    let done = sweep(slurm, part.path(), &["--resume"]);
    assert!(done.status.success(), "{} {}", stderr(&done), log(part.path()));
    assert!(stderr(&done).contains(&format!("{before} results are complete")), "{}", stderr(&done));
    assert!(files(part.path()) == files(whole.path()), "the files are those of the sweep that went through");
}
