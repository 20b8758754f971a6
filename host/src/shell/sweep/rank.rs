//! Which of several processes this one is: what mpirun, srun and sbatch say in the environment.

/// One of several processes that were started together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rank {
    /// From 0.
    pub index: u64,
    /// How many there are, at least 1.
    pub size: u64,
    /// Who started them.
    pub by: Starter,
    /// A name that all of them know, and no others, if there is one.
    pub start: Option<String>,
    /// Processors that are meant for this one.
    pub cores: usize,
}

/// Who starts processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Starter {
    /// A Slurm array: its tasks need not run at the same time.
    Array,
    /// mpirun: they run at the same time.
    Mpi,
    /// srun: as well.
    Srun,
}

impl Rank {
    /// Finds the rank by the environment; `None` for a process that was started by itself. In a task of an array the
    /// variables of srun are set as well, in one that srun started those of MPI may be.
    pub fn find(var: &dyn Fn(&str) -> Option<String>) -> Option<Self> {
        let number = |name: &str| var(name)?.trim().parse::<u64>().ok();
        let cores = number("SLURM_CPUS_PER_TASK").map_or(1, |cores| cores.max(1) as usize);
        let job = |name: &str| var(name).map(|id| format!("slurm-{id}"));
        if let Some(task) = number("SLURM_ARRAY_TASK_ID") {
            let first = number("SLURM_ARRAY_TASK_MIN").unwrap_or(0);
            let stride = number("SLURM_ARRAY_TASK_STEP").unwrap_or(1).max(1);
            let size = number("SLURM_ARRAY_TASK_COUNT").unwrap_or(1).max(1);
            let index = (task.saturating_sub(first) / stride).min(size - 1);
            return Some(Self { index, size, by: Starter::Array, start: job("SLURM_ARRAY_JOB_ID"), cores });
        }
        // Inside one start the steps of a job are numbered.
        let step = number("SLURM_STEP_ID");
        let slurm = step.and_then(|step| Some(format!("{}.{step}", job("SLURM_JOB_ID")?)));
        let mpi = [
            ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"),
            ("PMI_RANK", "PMI_SIZE"),
            ("PMIX_RANK", "SLURM_NTASKS"),
        ];
        let of_mpi = mpi.iter().find_map(|(rank, size)| Some((number(rank)?, number(size)?)));
        // Without a step this is the script of a job, which is one process whatever the job has.
        let of_srun = step.and_then(|_| Some((number("SLURM_PROCID")?, number("SLURM_NTASKS")?)));
        let start = var("PMIX_NAMESPACE").map(|name| format!("pmix-{name}"));
        let (by, (index, size), start) = match (of_mpi, of_srun) {
            (Some(found), _) => (Starter::Mpi, found, start.or(slurm)),
            (None, Some(found)) => (Starter::Srun, found, slurm),
            (None, None) => return None,
        };
        let size = size.max(1);
        Some(Self { index: index.min(size - 1), size, by, start, cores })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// The rank in this environment: index, size, starter, name of the start.
    fn found(environment: &str) -> Option<(u64, u64, Starter, Option<String>)> {
        let variables: BTreeMap<&str, &str> =
            environment.split_whitespace().filter_map(|variable| variable.split_once('=')).collect();
        let rank = Rank::find(&|name| variables.get(name).map(|value| (*value).to_owned()))?;
        Some((rank.index, rank.size, rank.by, rank.start))
    }

    #[test]
    fn each_starter_is_known_by_its_variables() {
        use Starter::{Array, Mpi, Srun};
        let name = |name: &str| Some(name.to_owned());
        for (environment, expected) in [
            (
                "OMPI_COMM_WORLD_RANK=1 OMPI_COMM_WORLD_SIZE=4 PMIX_RANK=1 PMIX_NAMESPACE=77",
                (1, 4, Mpi, name("pmix-77")),
            ),
            ("PMI_RANK=2 PMI_SIZE=3", (2, 3, Mpi, None)),
            (
                "PMIX_RANK=2 SLURM_NTASKS=3 SLURM_PROCID=2 SLURM_STEP_ID=0 SLURM_JOB_ID=5",
                (2, 3, Mpi, name("slurm-5.0")),
            ),
            ("SLURM_PROCID=3 SLURM_NTASKS=8 SLURM_STEP_ID=1 SLURM_JOB_ID=5", (3, 8, Srun, name("slurm-5.1"))),
            (
                "SLURM_ARRAY_TASK_ID=7 SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_STEP=2 SLURM_ARRAY_TASK_COUNT=5 \
                 SLURM_ARRAY_JOB_ID=9 SLURM_PROCID=0 SLURM_NTASKS=1",
                (3, 5, Array, name("slurm-9")),
            ),
            ("OMPI_COMM_WORLD_RANK=0 OMPI_COMM_WORLD_SIZE=1", (0, 1, Mpi, None)),
        ] {
            assert_eq!(found(environment), Some(expected), "{environment}");
        }
    }

    #[test]
    fn a_process_that_was_started_by_itself_has_no_rank() {
        for environment in
            ["", "SLURM_PROCID=0 SLURM_NTASKS=4 SLURM_JOB_ID=5", "OMPI_COMM_WORLD_RANK=x", "PMIX_RANK=1"]
        {
            assert_eq!(found(environment), None, "{environment}");
        }
    }
}
