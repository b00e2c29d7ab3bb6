//! What the store does to files, one step after the other. A kill comes between any two of them: tests end it there.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use bytes::Bytes;

/// Where steps are done.
#[derive(Debug, Default)]
pub(super) struct Disk {
    /// How many steps are done before the process is killed: all others fail.
    #[cfg(test)]
    pub(super) killed_after: Option<u64>,
}

impl Disk {
    /// Adds batches at a file's end, each a step.
    pub(super) fn append<'a>(
        &mut self,
        file: &Path,
        batches: impl Iterator<Item = &'a Bytes>,
    ) -> io::Result<()> {
        self.step()?;
        let mut file = OpenOptions::new().append(true).create(true).open(file)?;
        for batch in batches {
            self.step()?;
            file.write_all(batch)?;
        }
        Ok(())
    }

    /// The old contents or the new, never a part.
    pub(super) fn replace(&mut self, file: &Path, bytes: &[u8]) -> io::Result<()> {
        let beside = file.with_extension("new");
        self.step()?;
        fs::write(&beside, bytes)?;
        self.step()?;
        fs::rename(beside, file)
    }

    /// Removes a file that may not be there.
    pub(super) fn remove(&mut self, file: &Path) -> io::Result<()> {
        self.step()?;
        match fs::remove_file(file) {
            Err(why) if why.kind() != io::ErrorKind::NotFound => Err(why),
            _ => Ok(()),
        }
    }

    #[cfg(test)]
    fn step(&mut self) -> io::Result<()> {
        let Some(left) = &mut self.killed_after else {
            return Ok(());
        };
        *left = left.checked_sub(1).ok_or(io::ErrorKind::BrokenPipe)?;
        Ok(())
    }

    #[cfg(not(test))]
    #[expect(clippy::unused_self, clippy::unnecessary_wraps)]
    fn step(&self) -> io::Result<()> {
        Ok(())
    }
}
