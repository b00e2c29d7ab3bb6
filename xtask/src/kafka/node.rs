//! One Kafka process: its folder, its pid file, its start and its end.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::distribution::Distribution;
use crate::process;

/// How long a broker may take to shut down in order before it is killed.
const SHUTDOWN: Duration = Duration::from_secs(10);

/// Whether a node's process outlives the xtask that started it.
#[derive(Clone, Copy)]
pub(crate) enum Lifetime {
    /// It runs until it is stopped.
    Detached,
    /// It is killed with the xtask that started it, however that ends, where `setpriv` is there to arrange it.
    Tied,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Running(Pid),
    /// Never started, or stopped on demand.
    Stopped,
    /// Started and not stopped, but gone.
    Died,
}

/// The folder `node-<id>` of a cluster: settings, data, log and pid of one Kafka process.
pub(crate) struct NodeFolder {
    path: PathBuf,
}

impl NodeFolder {
    pub(crate) fn of(cluster: &Path, id: i32) -> Self {
        Self {
            path: cluster.join(format!("node-{id}")),
        }
    }

    /// All that are there, of whatever layout.
    pub(crate) fn all(cluster: &Path) -> Result<Vec<Self>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(cluster).with_context(|| format!("list {}", cluster.display()))? {
            let path = entry
                .with_context(|| format!("list {}", cluster.display()))?
                .path();
            if path.is_dir() {
                found.push(Self { path });
            }
        }
        Ok(found)
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.path.join("data")
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.path.join("log")
    }

    fn settings(&self) -> PathBuf {
        self.path.join("server.properties")
    }

    fn pid_file(&self) -> PathBuf {
        self.path.join("pid")
    }

    pub(crate) fn create(&self, server_properties: &str) -> Result<()> {
        fs::create_dir_all(self.path.join("tmp"))
            .with_context(|| format!("create {}", self.path.display()))?;
        fs::write(self.settings(), server_properties).context("write server.properties")
    }

    /// Starts to format the data folder, which Kafka wants before a node's first start.
    pub(crate) fn format(&self, kafka: &Distribution, cluster_id: &str) -> Result<Child> {
        let mut command = kafka.java();
        command
            .args([
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-XX:-UsePerfData",
            ])
            .args([
                "kafka.tools.StorageTool",
                "format",
                "--cluster-id",
                cluster_id,
                "--config",
            ])
            .arg(self.settings());
        process::spawn_into(&mut command, &self.log()).context("start kafka.tools.StorageTool")
    }

    /// Starts Kafka; it serves some seconds later.
    pub(crate) fn start(&self, kafka: &Distribution, lifetime: Lifetime) -> Result<()> {
        let mut command = match (lifetime, process::find("setpriv")) {
            (Lifetime::Tied, Some(setpriv)) => {
                let mut command = Command::new(setpriv);
                command
                    .args(["--pdeathsig", "KILL"])
                    .arg(kafka.java_program());
                command
            }
            _ => Command::new(kafka.java_program()),
        };
        // A group of its own: Ctrl-C at the terminal is for the xtask, which then stops its nodes.
        command.current_dir(&self.path).process_group(0).args(JVM);
        // Native libraries are unpacked there, and a killed JVM leaves them.
        command.arg(format!(
            "-Djava.io.tmpdir={}",
            self.path.join("tmp").display()
        ));
        command
            .args(["-cp", &kafka.class_path(), "kafka.Kafka"])
            .arg(self.settings());
        let mut child =
            process::spawn_into(&mut command, &self.log()).context("start kafka.Kafka")?;
        if let Err(error) = fs::write(self.pid_file(), child.id().to_string()) {
            child
                .kill()
                .and_then(|()| child.wait())
                .context("kill a node without a pid file")?;
            return Err(error).context("write a pid file");
        }
        Ok(())
    }

    pub(crate) fn state(&self) -> Result<State> {
        let text = match fs::read_to_string(self.pid_file()) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(State::Stopped);
            }
            Err(error) => return Err(error).context("read a pid file"),
        };
        // A pid file written halfway by a killed xtask.
        let Ok(pid) = text.parse().map(Pid::from_raw) else {
            return Ok(State::Died);
        };
        // The number alone may belong to another process by now; the settings file is this node's alone.
        let ours = command_line(pid)
            .is_some_and(|line| line.contains(&self.settings().display().to_string()));
        Ok(if ours {
            State::Running(pid)
        } else {
            State::Died
        })
    }

    /// Stops the node in order: its partitions move to other brokers first.
    pub(crate) fn stop(&self) -> Result<()> {
        self.end(Signal::SIGTERM, SHUTDOWN).or_else(|_| self.kill())
    }

    /// Ends the node at once, as a crash would.
    pub(crate) fn kill(&self) -> Result<()> {
        self.end(Signal::SIGKILL, SHUTDOWN)
    }

    fn end(&self, signal: Signal, patience: Duration) -> Result<()> {
        let deadline = Instant::now() + patience;
        if let State::Running(pid) = self.state()? {
            // It may be gone by now, which the state tells.
            let _ = kill(pid, signal);
        }
        while let State::Running(pid) = self.state()? {
            if Instant::now() >= deadline {
                bail!(
                    "Kafka (process {pid}) still runs {} s after {signal}",
                    patience.as_secs()
                );
            }
            thread::sleep(Duration::from_millis(10));
        }
        match fs::remove_file(self.pid_file()) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).context("remove a pid file")
            }
            _ => Ok(()),
        }
    }
}

const JVM: &[&str] = &[
    "-Xmx768m",
    "-XX:+UseG1GC",
    "-XX:+ExitOnOutOfMemoryError",
    // No file in the system's temporary folder, which a killed JVM would leave.
    "-XX:-UsePerfData",
    "-Djava.awt.headless=true",
    "-Dorg.slf4j.simpleLogger.logFile=System.out",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS",
];

/// The command line of a process, if it runs.
fn command_line(pid: Pid) -> Option<String> {
    if !Path::new("/proc/self/stat").exists() {
        let shown = Command::new("ps")
            .args(["-ww", "-o", "args=", "-p", &pid.to_string()])
            .output()
            .ok()?;
        return Some(String::from_utf8_lossy(&shown.stdout).into_owned());
    }
    for _ in 0..100 {
        let line = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // Zombies have an empty command line, and so has for a moment a process that is becoming another program.
        if !line.is_empty() || is_zombie(&stat) {
            return Some(String::from_utf8_lossy(&line).into_owned());
        }
        thread::sleep(Duration::from_millis(1));
    }
    None // a thread of the kernel's
}

/// Reads the letter after the program's name, which stands in parentheses and may hold some itself.
fn is_zombie(stat: &str) -> bool {
    stat.rsplit_once(") ")
        .is_some_and(|(_, rest)| rest.starts_with(['Z', 'X']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> NodeFolder {
        let path = std::env::temp_dir().join(format!("ottla-xtask-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        NodeFolder { path }
    }

    #[test]
    fn a_pid_that_belongs_to_another_process_is_a_node_that_died() {
        let node = folder("foreign-pid");
        assert_eq!(node.state().unwrap(), State::Stopped);
        fs::write(node.pid_file(), std::process::id().to_string()).unwrap();
        assert_eq!(node.state().unwrap(), State::Died);
        node.kill().unwrap();
        assert_eq!(node.state().unwrap(), State::Stopped);
        fs::remove_dir_all(&node.path).unwrap();
    }

    #[test]
    fn a_zombie_is_told_by_the_letter_after_the_name() {
        assert!(is_zombie("7 (java) Z 1 7"));
        assert!(!is_zombie("7 (Z) Z) S 1 7"));
    }

    #[test]
    fn a_torn_pid_file_is_a_node_that_died() {
        let node = folder("torn-pid");
        fs::write(node.pid_file(), "").unwrap();
        assert_eq!(node.state().unwrap(), State::Died);
        fs::remove_dir_all(&node.path).unwrap();
    }
}
