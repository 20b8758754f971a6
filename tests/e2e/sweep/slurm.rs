//! Sweeps as arrays of a real Slurm.

use super::{
    GATHERED, complete, files, reference, reference_gathered, stage_begun, stage_large, stage_small,
    take_gathered, told_of_the_broken_one,
};
use illuminator_tests::programs::{illuminator, program, signal, stderr, until};
use illuminator_tests::slurm::Slurm;
use std::path::Path;
use std::process::{Child, Output, Stdio};

/// `illuminator sweep base.yaml --launcher slurm` with these arguments.
fn sweep(slurm: &Slurm, folder: &Path, arguments: &[&str]) -> Output {
    started(slurm, folder, arguments).wait_with_output().expect("the program ends")
}

/// The same, while it runs.
fn started(slurm: &Slurm, folder: &Path, arguments: &[&str]) -> Child {
    slurm
        .command(program("illuminator"), folder)
        .args(["sweep", "base.yaml", "--launcher", "slurm"])
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
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
    let done = sweep(&slurm, folder.path(), &["--gather", GATHERED]);
    assert_eq!(done.status.code(), Some(1), "{} {}", stderr(&done), log(folder.path()));
    told_of_the_broken_one(&stderr(&done));
    assert!(take_gathered(folder.path()) == reference_gathered(), "a job after the array has gathered");
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
    assert!(!submitted.status.success(), "a task says by its status that a scenario has failed");
    told_of_the_broken_one(&log(by_hand.path()));
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

/// The number after this word in the note of the sweep, once it is there.
fn noted(folder: &Path, word: &str) -> Option<String> {
    let note = std::fs::read_to_string(folder.join("out/res.csv.sweep")).ok()?;
    let number = note.lines().find_map(|line| line.strip_prefix(word)?.strip_prefix(' '))?;
    Some(number.to_owned())
}

#[test]
fn who_comes_back_follows_the_array_that_is_there() {
    let Some(slurm) = Slurm::start(2) else { return };
    let (expected, gathered) = (reference(), reference_gathered());
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    stage_small(folder);
    // The jobs are held, so that the array is there until it is released.
    let first = started(&slurm, folder, &["--gather", GATHERED, "--launcher-arg=--hold"]);
    until("both jobs are noted", || noted(folder, "slurm-gather").is_some());
    signal(first.id(), "INT");
    let first = first.wait_with_output().expect("it ends");
    let (array, gatherer) = (noted(folder, "slurm"), noted(folder, "slurm-gather"));
    let array = array.expect("the array is noted");
    assert!(first.status.success(), "{}", stderr(&first));
    assert!(stderr(&first).contains(&format!("job {array} goes on")), "{}", stderr(&first));

    // Nobody begins anew while it is there.
    let refused = sweep(&slurm, folder, &[]);
    assert_eq!(refused.status.code(), Some(2), "{}", stderr(&refused));
    assert!(
        stderr(&refused).contains(&format!("job {array} is still at these results")),
        "{}",
        stderr(&refused)
    );

    let second = started(&slurm, folder, &["--gather", GATHERED, "--resume"]);
    until("a new job is to gather", || {
        noted(folder, "slurm-gather").is_some_and(|job| Some(job) != gatherer)
    });
    let released = slurm.command("scontrol", folder).args(["release", &array]).status();
    assert!(released.expect("scontrol starts").success());
    let second = second.wait_with_output().expect("it ends");
    assert_eq!(second.status.code(), Some(1), "{} {}", stderr(&second), log(folder));
    assert!(stderr(&second).contains(&format!("job {array} is at this sweep")), "{}", stderr(&second));
    told_of_the_broken_one(&stderr(&second));
    assert_eq!(slurm.arrays(folder).into_keys().collect::<Vec<_>>(), [array], "one array did it all");
    assert!(take_gathered(folder) == gathered, "the new job has gathered");
    assert!(files(folder) == expected, "{}", log(folder));
}

#[test]
fn an_array_has_no_more_tasks_than_slurm_allows() {
    const { assert!(super::COUNT > MAX) };
    const MAX: usize = 6;
    // Eight processors would make eight tasks.
    let Some(slurm) = Slurm::start_with(2, &format!("MaxArraySize={MAX}\n")) else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    stage_small(folder.path());
    std::fs::write(folder.path().join("job.sh"), "#!/bin/sh\n").expect("it can be written");
    let too_many = format!("--array=0-{MAX}");
    let refused = slurm.command("sbatch", folder.path()).args([&too_many, "job.sh"]).output();
    assert!(!refused.expect("sbatch starts").status.success(), "this Slurm refuses more");
    std::fs::remove_file(folder.path().join("job.sh")).expect("it can be removed");
    for jobs in [&[][..], &["--jobs", "24"]] {
        let before = slurm.arrays(folder.path());
        let done = sweep(&slurm, folder.path(), jobs);
        told_of_the_broken_one(&stderr(&done));
        let mut arrays = slurm.arrays(folder.path());
        arrays.retain(|array, _| !before.contains_key(array));
        assert_eq!(arrays.into_values().collect::<Vec<_>>(), [MAX], "one array of so many tasks");
        assert!(files(folder.path()) == reference(), "{}", log(folder.path()));
    }
}

fn cancelled_and_resumed(slurm: &Slurm) {
    let count = 1000;
    let (whole, part) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    stage_large(whole.path(), count);
    assert!(illuminator(whole.path(), &["sweep", "base.yaml", "--quiet"]).status.success());
    let last = stage_begun(part.path(), count);
    let running = slurm
        .command(program("illuminator"), part.path())
        .args(["sweep", "base.yaml", "--launcher", "slurm", "--jobs", "1", "--resume"])
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    until("some results", || complete(part.path()) >= 120);
    let cancelled = slurm.command("scancel", part.path()).arg("--name=illuminator-sweep").status();
    assert!(cancelled.expect("scancel starts").success());
    let ended = running.wait_with_output().expect("it ends");
    drop(last);
    let before = complete(part.path());
    assert!(before < count, "it was ended on its way: {}", stderr(&ended));
    assert_eq!(ended.status.code(), Some(1), "{}", stderr(&ended));
    assert!(stderr(&ended).contains(&format!("{} not run", count - before)), "{}", stderr(&ended));
    let done = sweep(slurm, part.path(), &["--resume"]);
    assert!(done.status.success(), "{} {}", stderr(&done), log(part.path()));
    assert!(stderr(&done).contains(&format!("{before} results are complete")), "{}", stderr(&done));
    assert!(files(part.path()) == files(whole.path()), "the files are those of the sweep that went through");
}
