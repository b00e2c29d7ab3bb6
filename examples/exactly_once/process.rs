//! Member processes: started, killed, told that it is over.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::ensure;
use clap::ValueEnum;

use crate::member::Target;

/// A member process. Killed when dropped.
pub(crate) struct Process(Child);

impl Process {
    /// Starts this program once more, as `members` members of the group.
    pub(crate) fn start(
        servers: &str,
        topic: &str,
        group: &str,
        target: Target,
        place: &Path,
        members: usize,
    ) -> anyhow::Result<Self> {
        let target = target
            .to_possible_value()
            .map_or_else(String::new, |value| value.get_name().to_owned());
        let child = Command::new(std::env::current_exe()?)
            .args([
                "--bootstrap-servers",
                servers,
                "member",
                topic,
                group,
                &target,
            ])
            .arg(place)
            .arg(members.to_string())
            .stdin(Stdio::piped())
            .spawn()?;
        Ok(Self(child))
    }

    /// SIGKILL: no good-bye, no flush, nothing.
    pub(crate) fn kill(mut self) -> anyhow::Result<()> {
        self.0.kill()?;
        self.0.wait()?;
        Ok(())
    }

    /// Closes its stdin and waits until it has left the group.
    pub(crate) fn finish(mut self) -> anyhow::Result<()> {
        drop(self.0.stdin.take());
        let status = self.0.wait()?;
        ensure!(status.success(), "a member failed: {status}");
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
