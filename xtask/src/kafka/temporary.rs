//! A cluster for the length of one command. Each is independent of all others; nothing of it is left afterwards.

use std::fs::{self, File, TryLockError};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, id};

use anyhow::{Context, Result};

use super::cluster::{self, Cluster, Plan};
use super::distribution::Distribution;
use super::node::Lifetime;
use crate::interrupt::Interrupt;
use crate::{process, workspace};

/// Names that begin so belong to temporary clusters.
pub(crate) const PREFIX: &str = "run-";

/// A cluster that is gone when this is dropped.
pub(crate) struct Temporary {
    cluster: Cluster,
    class_path: String,
    /// Held as long as its owner lives, however that ends: a cluster whose lock is free is an orphan.
    _lock: Lock,
}

impl Temporary {
    pub(crate) fn start(plan: &Plan, interrupt: &Interrupt) -> Result<Self> {
        remove_orphans()?;
        let class_path = Distribution::resolve(&plan.version, interrupt)?.class_path();
        let name = format!("{PREFIX}{}", id());
        let lock = Lock::take(&name)?;
        let cluster = Cluster::create(&name, plan, Lifetime::Tied, interrupt)?;
        Ok(Self {
            cluster,
            class_path,
            _lock: lock,
        })
    }

    /// What a client is given to find it.
    pub(crate) fn bootstrap_servers(&self) -> String {
        self.cluster.layout().bootstrap_servers()
    }

    /// Runs a command that finds the cluster in its environment. When it fails, the brokers' logs are kept.
    pub(crate) fn run(&self, command: &mut Command, interrupt: &Interrupt) -> Result<ExitStatus> {
        command
            .env(
                "OTTLA_BOOTSTRAP_SERVERS",
                self.cluster.layout().bootstrap_servers(),
            )
            .env("OTTLA_KAFKA_CLUSTER", self.cluster.name())
            .env("OTTLA_KAFKA_CLASS_PATH", &self.class_path);
        if let Ok(xtask) = std::env::current_exe() {
            command.env("OTTLA_XTASK", xtask);
        }
        let status = process::run_in_foreground(command, interrupt)?;
        for (node, log) in self.cluster.died()? {
            eprintln!(
                "kafka: {node} died meanwhile; its log ends with\n{}",
                process::tail(&log, 15)
            );
        }
        if !status.success() {
            let kept = workspace::target().join("kafka/last-failure");
            self.cluster.copy_logs(&kept)?;
            eprintln!(
                "kafka: the command failed ({status}); Kafka's logs are kept in {}",
                kept.display()
            );
        }
        Ok(status)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Err(error) = cluster::demolish(self.cluster.name()) {
            eprintln!("kafka: cleaning up: {error:#}");
        }
    }
}

/// Removes what is left of temporary clusters whose owner was killed.
pub(crate) fn remove_orphans() -> Result<()> {
    for name in cluster::names()?
        .iter()
        .filter(|name| name.starts_with(PREFIX))
    {
        if let Some(_lock) = Lock::try_take(name)? {
            eprintln!("kafka: removing what a killed run left behind ({name})");
            cluster::demolish(name)?;
        }
    }
    Ok(())
}

/// A file beside a cluster's folder, locked by whoever works on that cluster and removed with the lock.
pub(crate) struct Lock {
    file: PathBuf,
    _open: File,
}

impl Lock {
    /// Waits for the lock.
    pub(crate) fn take(name: &str) -> Result<Self> {
        loop {
            let (file, open) = Self::open(name)?;
            open.lock()
                .with_context(|| format!("lock {}", file.display()))?;
            // The holder before us removes the file: then what we have locked is a file without a name.
            if is_same(&file, &open) {
                return Ok(Self { file, _open: open });
            }
        }
    }

    fn try_take(name: &str) -> Result<Option<Self>> {
        let (file, open) = Self::open(name)?;
        match open.try_lock() {
            Ok(()) => Ok(Some(Self { file, _open: open })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("lock {}", file.display()))
            }
        }
    }

    fn open(name: &str) -> Result<(PathBuf, File)> {
        let file = cluster::clusters_folder().join(format!("{name}.lock"));
        fs::create_dir_all(file.parent().unwrap_or(Path::new(".")))
            .context("create the clusters' folder")?;
        let open = File::create(&file).with_context(|| format!("open {}", file.display()))?;
        Ok((file, open))
    }
}

fn is_same(name: &Path, open: &File) -> bool {
    match (fs::metadata(name), open.metadata()) {
        (Ok(named), Ok(open)) => named.ino() == open.ino(),
        _ => false,
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // A leftover lock file is an empty file that the next owner of the name uses again.
        let _ = fs::remove_file(&self.file);
    }
}
