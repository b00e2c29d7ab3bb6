//! What sled 0.34 leaves undone when it flushes: on Linux it calls `sync_file_range`, which writes neither the log's new
//! length nor the disk's cache, and it never syncs the files under `blobs/` in which it keeps what is too large for
//! the log. A power loss could take what a flush had promised, so each commit syncs both.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Room that stays free: sled writes ahead in segments of 512 KiB, and several commits look at once.
const RESERVE: u64 = 8 << 20;
/// How much of it a byte written may take: in the log, in a page that is written anew, in what is copied later.
const FOLD: u64 = 4;

/// The files of one sled folder.
#[derive(Debug)]
pub(super) struct Disk {
    dir: PathBuf,
    log: File,
    blobs: PathBuf,
    /// The blobs that are on the disk. As many as there are in the folder: those that sled removes are forgotten.
    synced: Mutex<HashSet<OsString>>,
}

impl Disk {
    pub(super) fn open(dir: &Path) -> io::Result<Self> {
        let disk = Self {
            dir: dir.to_owned(),
            log: File::open(dir.join("db"))?,
            blobs: dir.join("blobs"),
            synced: Mutex::default(),
        };
        disk.sync_blobs()?;
        Ok(disk)
    }

    /// Whether so many bytes can be written. sled 0.34 does not survive a write that finds no room: the commit spins for
    /// ever and all others wait behind it, so none may be begun then.
    pub(super) fn has_room_for(&self, bytes: usize) -> io::Result<bool> {
        Ok(fs2::available_space(&self.dir)? >= needed(bytes))
    }

    pub(super) fn place(&self) -> String {
        self.dir.display().to_string()
    }

    /// Returns once all that sled has written is on the disk.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.sync_blobs()?;
        if cfg!(target_os = "linux") {
            self.log.sync_data()?;
        }
        Ok(())
    }

    fn sync_blobs(&self) -> io::Result<()> {
        let present: HashSet<OsString> = match fs::read_dir(&self.blobs) {
            Ok(blobs) => blobs
                .map(|blob| Ok(blob?.file_name()))
                .collect::<io::Result<_>>()?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        let new: Vec<OsString> = {
            let mut synced = self.synced.lock().unwrap_or_else(PoisonError::into_inner);
            synced.retain(|name| present.contains(name));
            present
                .into_iter()
                .filter(|name| !synced.contains(name))
                .collect()
        };
        if new.is_empty() {
            return Ok(());
        }
        for name in &new {
            match File::open(self.blobs.join(name)) {
                Ok(blob) => blob.sync_all()?,
                // sled has removed it since: whatever it held is elsewhere.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        if cfg!(unix) {
            // The folder's entries as well.
            File::open(&self.blobs)?.sync_all()?;
        }
        // Only now, so that two commits at once each see their blobs synced before they return.
        self.synced
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(new);
        Ok(())
    }
}

fn needed(bytes: usize) -> u64 {
    let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
    RESERVE.saturating_add(bytes.saturating_mul(FOLD))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_for_little_and_none_for_more_than_a_disk_has() {
        let dir = tempfile::tempdir().expect("a folder");
        fs::write(dir.path().join("db"), "").expect("a file");
        let disk = Disk::open(dir.path()).expect("a folder like sled's");
        assert!(disk.has_room_for(1).expect("told"));
        assert!(!disk.has_room_for(usize::MAX).expect("told"));
    }

    #[test]
    fn blobs_are_synced_once_and_forgotten_with_their_files() {
        let dir = tempfile::tempdir().expect("a folder");
        fs::write(dir.path().join("db"), "").expect("a file");
        fs::create_dir(dir.path().join("blobs")).expect("a folder");
        let disk = Disk::open(dir.path()).expect("a folder like sled's");
        let known = || disk.synced.lock().expect("not poisoned").len();
        assert_eq!(known(), 0);
        for (at, name) in ["10", "11", "9"].into_iter().enumerate() {
            fs::write(disk.blobs.join(name), "large").expect("a blob");
            disk.sync().expect("synced");
            assert_eq!(known(), at + 1);
        }
        fs::remove_file(disk.blobs.join("10")).expect("removed");
        disk.sync().expect("synced");
        assert_eq!(known(), 2);
    }
}
