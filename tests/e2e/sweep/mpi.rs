//! Sweeps under mpirun, of both MPIs.

use super::{
    COUNT, GATHERED, complete, files, reference, reference_gathered, stage_begun, stage_large, stage_small,
    sweep, take_gathered, told_of_the_broken_one,
};
use illuminator_tests::programs::{command, launcher, program, signal, stderr, until};
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// An mpirun and what it needs to start more ranks than there are processors, as root as well.
struct Mpi {
    mpirun: PathBuf,
    arguments: &'static [&'static str],
}

fn mpis() -> Vec<Mpi> {
    let open: &[&str] = &["--allow-run-as-root", "--oversubscribe"];
    let known = [("mpirun.openmpi", open), ("mpirun.mpich", &[])];
    known
        .into_iter()
        .filter_map(|(name, arguments)| Some(Mpi { mpirun: launcher(name)?, arguments }))
        .collect()
}

impl Mpi {
    /// The arguments of `sweep` for four ranks.
    fn launcher(&self) -> Vec<String> {
        let mpirun = self.mpirun.to_str().expect("the path of a tool is text");
        let own = ["--launcher", "mpi", "--jobs", "4", "--mpirun", mpirun].map(str::to_owned);
        own.into_iter()
            .chain(self.arguments.iter().map(|argument| format!("--launcher-arg={argument}")))
            .collect()
    }
}

#[test]
fn ranks_give_the_files_of_one_process() {
    let (expected, gathered) = (reference(), reference_gathered());
    for mpi in mpis() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        stage_small(folder.path());
        let launcher = mpi.launcher();
        let arguments = launcher.iter().map(String::as_str).chain(["--gather", GATHERED]);
        let done = sweep(folder.path(), &arguments.collect::<Vec<_>>());
        assert_eq!(done.status.code(), Some(1), "{}", stderr(&done));
        told_of_the_broken_one(&stderr(&done));
        assert!(!stderr(&done).contains("warning"), "{}", stderr(&done));
        assert!(take_gathered(folder.path()) == gathered, "{}", mpi.mpirun.display());
        assert!(files(folder.path()) == expected, "{}", mpi.mpirun.display());
    }
}

#[test]
fn the_program_finds_its_rank_by_itself() {
    let expected = reference();
    for mpi in mpis() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        stage_small(folder.path());
        let mut mpirun = Command::new(&mpi.mpirun);
        mpirun.args(mpi.arguments).args(["-n", "4"]).arg(program("illuminator")).args(["sweep", "base.yaml"]);
        let done = mpirun.current_dir(folder.path()).stdin(Stdio::null()).output().expect("mpirun starts");
        assert!(!done.status.success(), "one scenario failed: {}", stderr(&done));
        told_of_the_broken_one(&stderr(&done));
        assert_eq!(
            stderr(&done).matches("scenarios complete").count(),
            1,
            "one rank speaks: {}",
            stderr(&done)
        );
        assert!(files(folder.path()) == expected, "{}", mpi.mpirun.display());
    }
}

#[test]
fn ranks_that_believe_to_be_alone_are_told_of() {
    for mpi in mpis() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        stage_small(folder.path());
        let mut mpirun = Command::new(&mpi.mpirun);
        mpirun.args(mpi.arguments).args(["-n", "1"]).arg(program("illuminator")).args(["sweep", "base.yaml"]);
        let done = mpirun.current_dir(folder.path()).stdin(Stdio::null()).output().expect("mpirun starts");
        assert!(stderr(&done).contains("warning: this is rank 0 of 1"), "{}", stderr(&done));
        told_of_the_broken_one(&stderr(&done));
    }
}

#[test]
fn ranks_that_do_not_know_of_each_other_share_the_work_all_the_same() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    stage_small(folder.path());
    // What mpirun of one MPI does to a program of another: two processes, and none knows of a rank.
    let mpirun = folder.path().join("mpirun.sh");
    std::fs::write(&mpirun, "#!/bin/sh\nshift 2\n\"$@\" &\n\"$@\" &\nwait\n").expect("it can be written");
    std::fs::set_permissions(&mpirun, Permissions::from_mode(0o755)).expect("it is ours");
    let mpirun_path = mpirun.to_str().expect("a temporary path is text");
    let done = sweep(folder.path(), &["--launcher", "mpi", "--jobs", "2", "--mpirun", mpirun_path]);
    assert_eq!(stderr(&done).matches("each believes to be alone").count(), 2, "{}", stderr(&done));
    told_of_the_broken_one(&stderr(&done));
    std::fs::remove_file(mpirun).expect("it can be removed");
    assert!(files(folder.path()) == reference());
}

#[test]
fn an_mpirun_that_fails_is_told_of_after_the_summary() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    stage_small(folder.path());
    let mpirun = folder.path().join("mpirun.sh");
    std::fs::write(&mpirun, "#!/bin/sh\nexit 3\n").expect("it can be written");
    std::fs::set_permissions(&mpirun, Permissions::from_mode(0o755)).expect("it is ours");
    let mpirun = mpirun.to_str().expect("a temporary path is text");
    let done = sweep(folder.path(), &["--launcher", "mpi", "--mpirun", mpirun]);
    let message = stderr(&done);
    assert_eq!(done.status.code(), Some(1), "{message}");
    let (summary, failure) = (message.find(&format!("{COUNT} not run")), message.find("mpirun.sh failed"));
    assert!(summary.is_some() && failure.is_some() && summary < failure, "{message}");
}

#[test]
fn ranks_that_were_ended_are_gone_on_from() {
    let count = 1000;
    for mpi in mpis() {
        let (whole, part) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        stage_large(whole.path(), count);
        assert!(sweep(whole.path(), &["--quiet"]).status.success());
        let last = stage_begun(part.path(), count);
        let launcher = mpi.launcher();
        let again: Vec<&str> = launcher.iter().map(String::as_str).chain(["--resume"]).collect();
        let arguments = [&["sweep", "base.yaml"], &again[..]].concat();
        let running = command(part.path(), &arguments).stderr(Stdio::piped()).spawn().expect("it starts");
        until("some results", || complete(part.path()) >= 120);
        signal(running.id(), "TERM");
        let ended = running.wait_with_output().expect("it ends");
        drop(last);
        let before = complete(part.path());
        assert!(before < count, "it was ended on its way: {}", stderr(&ended));
        assert!(stderr(&ended).contains("not run"), "{}", stderr(&ended));
        let done = sweep(part.path(), &again);
        assert!(done.status.success(), "{}", stderr(&done));
        assert!(stderr(&done).contains("results are complete"), "{}", stderr(&done));
        assert!(files(part.path()) == files(whole.path()), "{}", mpi.mpirun.display());
    }
}
