//! An embedded cluster for the length of a few commands: `ottla broker`, as the workspace has built it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

use anyhow::{Context, Result, bail};

use crate::interrupt::Interrupt;
use crate::{process, workspace};

/// So many brokers, so that leaders and coordinators differ.
const BROKERS: &str = "3";

/// A cluster that is gone when this is dropped.
pub(crate) struct Broker {
    child: Child,
    bootstrap_servers: String,
}

impl Broker {
    /// Returns once it listens. It must have been built.
    pub(crate) fn start() -> Result<Self> {
        Self::with(&["--brokers", BROKERS])
    }

    /// The same, with arguments of `ottla broker`.
    pub(crate) fn with(arguments: &[&str]) -> Result<Self> {
        let program = workspace::target().join("debug/ottla");
        let mut command = tied(&program);
        command
            .args(["broker", "--listen", "127.0.0.1:0"])
            .args(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let child = command.spawn().context("start `ottla broker`")?;
        let mut started = Self {
            child,
            bootstrap_servers: String::new(),
        };
        started.bootstrap_servers = started.listening_on()?;
        Ok(started)
    }

    fn listening_on(&mut self) -> Result<String> {
        let mut line = String::new();
        if let Some(output) = self.child.stdout.take() {
            let read = BufReader::new(output).read_line(&mut line);
            read.context("read what `ottla broker` prints")?;
        }
        match line.trim_end().strip_prefix("listening on ") {
            Some(servers) => Ok(servers.to_owned()),
            None => bail!("`ottla broker` did not say where it listens, but {line:?}"),
        }
    }

    /// What a client is given to find it.
    pub(crate) fn bootstrap_servers(&self) -> &str {
        &self.bootstrap_servers
    }

    /// How it ended, if it has.
    pub(crate) fn died(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Runs a command that finds the cluster in its environment.
    pub(crate) fn run(
        &mut self,
        command: &mut Command,
        interrupt: &Interrupt,
    ) -> Result<ExitStatus> {
        command.env("OTTLA_BOOTSTRAP_SERVERS", &self.bootstrap_servers);
        // A real Kafka's, which nothing may stop or ask in this one's place.
        for other in [
            "OTTLA_XTASK",
            "OTTLA_KAFKA_CLUSTER",
            "OTTLA_KAFKA_CLASS_PATH",
        ] {
            command.env_remove(other);
        }
        let status = process::run_in_foreground(command, interrupt)?;
        if let Some(died) = self.child.try_wait().context("look after `ottla broker`")? {
            bail!("`ottla broker` died meanwhile ({died})");
        }
        Ok(status)
    }
}

/// Killed with this process, however that ends, where `setpriv` is there to arrange it.
fn tied(program: &Path) -> Command {
    let Some(setpriv) = process::find("setpriv") else {
        return Command::new(program);
    };
    let mut command = Command::new(setpriv);
    command.args(["--pdeathsig", "KILL"]).arg(program);
    command
}

impl Drop for Broker {
    fn drop(&mut self) {
        // One that has died already can't be killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
