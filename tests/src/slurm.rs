//! A real Slurm on this machine: a controller, and nodes that are all here, each with four processors.
//!
//! ```text
//!   sbatch, srun, squeue ─▶ slurmctld ─▶ slurmd pi1 … piN ─▶ tasks
//!        └───────── munged: who is who ──────┘
//! ```
//!
//! Everything is in a temporary folder and on free ports of 127.0.0.1; other Slurms are not touched. It ends with its
//! [`Slurm`].

use crate::programs::{launcher, not_installed, until};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A running Slurm.
pub struct Slurm {
    // Ended in this order: nodes, controller, munge.
    daemons: Vec<Child>,
    folder: tempfile::TempDir,
}

impl Slurm {
    /// Starts a Slurm with so many nodes. `None` if it is not installed, or if this is not root: the test is skipped.
    ///
    /// # Panics
    /// If it does not start within [`PATIENCE`](crate::programs::PATIENCE); in CI also instead of `None`.
    pub fn start(nodes: usize) -> Option<Self> {
        Self::start_with(nodes, "")
    }

    /// Starts one that has these lines in its configuration as well.
    ///
    /// # Panics
    /// As [`start`](Self::start).
    pub fn start_with(nodes: usize, lines: &str) -> Option<Self> {
        for name in ["sbatch", "srun", "sinfo"] {
            launcher(name)?;
        }
        let (munged, slurmctld, slurmd) = (launcher("munged")?, launcher("slurmctld")?, launcher("slurmd")?);
        if !rustix::process::geteuid().is_root() {
            not_installed("the daemons of Slurm need root");
            return None;
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("it is ours");
        let mut slurm = Self { daemons: Vec::new(), folder };
        slurm.munge(&munged);
        slurm.configure(nodes, lines);
        let config = slurm.at("slurm.conf");
        slurm.launch(Command::new(slurmctld).args(["-D", "-c", "-f"]).arg(&config));
        for node in 1..=nodes {
            slurm.launch(Command::new(&slurmd).args(["-D", "-N", &format!("pi{node}"), "-f"]).arg(&config));
        }
        until("all nodes of Slurm are idle", || slurm.idle() == nodes);
        Some(slurm)
    }

    /// A program that finds this Slurm, ready to be started in `folder`.
    pub fn command(&self, program: impl AsRef<OsStr>, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(folder).stdin(Stdio::null()).env("SLURM_CONF", self.at("slurm.conf"));
        command
    }

    /// The arrays that were submitted in a folder, those that have ended lately included: the number of tasks of each.
    pub fn arrays(&self, folder: &Path) -> BTreeMap<String, usize> {
        let asked = self.command("scontrol", folder).args(["show", "jobs", "--oneliner"]).output();
        let said = String::from_utf8_lossy(&asked.expect("scontrol can be started").stdout).into_owned();
        let folder = folder.canonicalize().expect("it is there");
        let mut arrays = BTreeMap::new();
        for line in said.lines() {
            let get = |name: &str| {
                let mut words = line.split_whitespace();
                words.find_map(|word| word.strip_prefix(name)?.strip_prefix('=')).map(str::to_owned)
            };
            if let (Some(array), Some(place)) = (get("ArrayJobId"), get("WorkDir"))
                && Path::new(&place).canonicalize().ok().as_ref() == Some(&folder)
            {
                *arrays.entry(array).or_default() += 1;
            }
        }
        arrays
    }

    fn munge(&mut self, munged: &Path) {
        let key: Vec<u8> = (0..=127).collect();
        fs::write(self.at("munge.key"), key).expect("it can be written");
        fs::set_permissions(self.at("munge.key"), fs::Permissions::from_mode(0o600)).expect("it is ours");
        let option = |name: &str, file: &str| format!("--{name}={}", self.at(file).display());
        // It insists on folders that others cannot write to, and /tmp is none.
        let mut command = Command::new(munged);
        command.args(["--foreground", "--force", "--num-threads=2"]);
        command.args([
            option("key-file", "munge.key"),
            option("socket", "munge.sock"),
            option("seed-file", "munge.seed"),
        ]);
        command.args([option("pid-file", "munge.pid"), option("log-file", "munge.log")]);
        self.launch(&mut command);
        until("munge listens", || self.at("munge.sock").exists());
    }

    fn configure(&self, nodes: usize, lines: &str) {
        let folder = self.folder.path().display();
        let ports = free_ports(nodes + 1);
        let host = fs::read_to_string("/proc/sys/kernel/hostname").expect("every machine has a name");
        let host = host.trim().split('.').next().unwrap_or_default().to_owned();
        let mut config = format!(
            "ClusterName=tests\nSlurmctldHost={host}(127.0.0.1)\nSlurmUser=root\nSlurmdUser=root\n\
             AuthType=auth/munge\nAuthInfo=socket={folder}/munge.sock\nProctrackType=proctrack/linuxproc\n\
             TaskPlugin=task/none\nJobAcctGatherType=jobacct_gather/none\n\
             AccountingStorageType=accounting_storage/none\nSelectType=select/cons_tres\n\
             SelectTypeParameters=CR_Core\nSlurmdParameters=config_overrides\nReturnToService=2\n\
             StateSaveLocation={folder}/state\nSlurmdSpoolDir={folder}/spool.%n\n\
             SlurmctldPidFile={folder}/slurmctld.pid\nSlurmdPidFile={folder}/slurmd.%n.pid\n\
             SlurmctldLogFile={folder}/slurmctld.log\nSlurmdLogFile={folder}/slurmd.%n.log\n\
             SlurmctldPort={}\nSchedulerParameters=sched_interval=1,batch_sched_delay=0\nMpiDefault=none\n",
            ports[0]
        );
        fs::create_dir(self.at("state")).expect("it can be made");
        for (node, port) in ports[1..].iter().enumerate() {
            let name = format!("pi{}", node + 1);
            fs::create_dir(self.at(&format!("spool.{name}"))).expect("it can be made");
            config += &format!(
                "NodeName={name} NodeAddr=127.0.0.1 NodeHostname={host} Port={port} CPUs=4 State=UNKNOWN\n"
            );
        }
        config += lines;
        config += "PartitionName=pis Nodes=ALL Default=YES MaxTime=INFINITE State=UP\n";
        fs::write(self.at("slurm.conf"), config).expect("it can be written");
    }

    fn launch(&mut self, command: &mut Command) {
        let command = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.daemons.push(command.spawn().expect("a daemon can be started"));
    }

    /// How many nodes can take a job.
    fn idle(&self) -> usize {
        let asked = self.command("sinfo", self.folder.path()).args(["--noheader", "--format=%D %t"]).output();
        let said = String::from_utf8_lossy(&asked.expect("sinfo can be started").stdout).into_owned();
        let idle = said.lines().filter_map(|line| line.trim().strip_suffix(" idle"));
        idle.filter_map(|count| count.trim().parse::<usize>().ok()).sum()
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

impl Drop for Slurm {
    fn drop(&mut self) {
        // Those that were started last end first; what a job left behind ends with its node.
        let cancel = self.command("scancel", self.folder.path()).args(["--user=root"]).status();
        drop(cancel);
        for daemon in self.daemons.iter_mut().rev() {
            let _ = daemon.kill();
            let _ = daemon.wait();
        }
    }
}

/// Ports that nobody listens on.
fn free_ports(count: usize) -> Vec<u16> {
    let listeners: Vec<TcpListener> =
        (0..count).map(|_| TcpListener::bind("127.0.0.1:0").expect("there is a free port")).collect();
    listeners.iter().map(|listener| listener.local_addr().expect("it is bound").port()).collect()
}
