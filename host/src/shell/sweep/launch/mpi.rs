//! Processes started by mpirun. They do not talk to each other, so they link no MPI, and any mpirun will do.

use super::{Follower, Launch, LaunchError, Launched};
use crate::shell::Progress;
use crate::shell::sweep::wait_ms;
use rustix::process::{Pid, Signal, kill_process};
use std::process::{Child, Command, Stdio};
use std::thread::available_parallelism;

/// How often the end of mpirun is looked for `[ms]`.
const LOOK_MS: u64 = 20;

pub(super) fn launch(launch: &Launch<'_>, progress: &mut Progress) -> Result<Launched, LaunchError> {
    let ranks = launch.processes.unwrap_or_else(|| available_parallelism().map_or(1, usize::from));
    let mut command = Command::new(launch.mpirun);
    command.args(["-n", &ranks.to_string()]).args(launch.arguments).args(&launch.worker);
    command.args(["--ranks", &ranks.to_string()]);
    let missing = |error| LaunchError::Missing { program: launch.mpirun.to_owned(), error };
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().map_err(missing)?;
    let mut follower = Follower::new(launch.ledger, progress);
    let mut asked = false;
    let status = loop {
        if let Some(status) = child.try_wait().map_err(missing)? {
            break status;
        }
        if launch.stop.is_set() && !std::mem::replace(&mut asked, true) {
            terminate(&child);
        }
        if follower.look(progress) || asked {
            wait_ms(LOOK_MS);
        }
    };
    let whole = follower.look(progress);
    if status.success() || whole || asked {
        return Ok(Launched::Ended);
    }
    let said = "its messages are above; --resume goes on".to_owned();
    Err(LaunchError::Failed { program: launch.mpirun.to_owned(), status, said })
}

/// mpirun ends its ranks when it is asked to end; killed, it would leave them.
fn terminate(child: &Child) {
    if let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        // If it has ended meanwhile, all is well.
        let _ = kill_process(pid, Signal::TERM);
    }
}
