//! A copy of the workspace with all bugs in it, each behind its switch. What has not changed keeps its time, so that only the rest is
//! built anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{PLANTED, Plant, SWITCH};

/// Copies the workspace `from` one folder `into` another, and plants all bugs there.
///
/// # Errors
/// A file can't be read or written, or an edit has no place any more.
pub fn copy(from: &Path, into: &Path) -> io::Result<()> {
    let planted = planted(from)?;
    let mut files = BTreeSet::new();
    find(from, Path::new(""), &mut files)?;
    for file in &files {
        let text = match planted.get(file) {
            Some(text) => text.clone().into_bytes(),
            None => fs::read(from.join(file)).map_err(|error| about(file, &error))?,
        };
        write(&into.join(file), &text).map_err(|error| about(file, &error))?;
    }
    let mut copied = BTreeSet::new();
    find(into, Path::new(""), &mut copied)?;
    for file in copied.difference(&files) {
        fs::remove_file(into.join(file)).map_err(|error| about(file, &error))?;
    }
    Ok(())
}

/// The files that bugs change, changed.
fn planted(from: &Path) -> io::Result<BTreeMap<PathBuf, String>> {
    let mut files = BTreeMap::new();
    let mut roots = BTreeSet::new();
    let edits = Plant::all().flat_map(|plant| plant.edits);
    for edit in edits.chain([&PLANTED]) {
        let text = changed(&mut files, from, Path::new(edit.file))?;
        *text = edit.apply(text).map_err(|misplaced| {
            let (file, times) = (edit.file, misplaced.times);
            io::Error::other(format!("{file} has {times} times what is to be changed"))
        })?;
        roots.insert(Path::new(edit.folder()).join("src/lib.rs"));
    }
    for root in roots {
        changed(&mut files, from, &root)?.push_str(SWITCH);
    }
    Ok(files)
}

fn changed<'a>(
    files: &'a mut BTreeMap<PathBuf, String>,
    from: &Path,
    file: &Path,
) -> io::Result<&'a mut String> {
    use std::collections::btree_map::Entry;
    match files.entry(file.to_owned()) {
        Entry::Occupied(there) => Ok(there.into_mut()),
        Entry::Vacant(room) => {
            let text = fs::read_to_string(from.join(file)).map_err(|error| about(file, &error))?;
            Ok(room.insert(text))
        }
    }
}

/// All files below a folder but what is built or hidden.
fn find(root: &Path, folder: &Path, files: &mut BTreeSet<PathBuf>) -> io::Result<()> {
    if !root.join(folder).exists() {
        return Ok(());
    }
    for entry in fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let path = folder.join(entry.file_name());
        let name = entry.file_name();
        if name.to_string_lossy().starts_with('.') || name == "target" {
            continue;
        }
        if entry.file_type()?.is_dir() {
            find(root, &path, files)?;
        } else {
            files.insert(path);
        }
    }
    Ok(())
}

fn write(file: &Path, text: &[u8]) -> io::Result<()> {
    if fs::read(file).is_ok_and(|there| there == text) {
        return Ok(());
    }
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(file, text)
}

fn about(file: &Path, error: &io::Error) -> io::Error {
    io::Error::other(format!("{}: {error}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> PathBuf {
        let simulation = Path::new(env!("CARGO_MANIFEST_DIR"));
        simulation.parent().unwrap().to_owned()
    }

    #[test]
    fn crates_with_bugs_get_the_switch_and_the_program_learns_that_it_is_planted() {
        let planted = planted(&root()).unwrap();
        let group = &planted[Path::new("group/src/lib.rs")];
        assert_eq!(group.matches("fn planted(name: &str)").count(), 1);
        let plants = &planted[Path::new("simulation/src/plants.rs")];
        assert!(plants.contains("IS_PLANTED: bool = true"));
    }

    #[test]
    fn what_is_the_same_is_not_written_again() {
        let folder = std::env::temp_dir().join(format!("ottla-copy-{}", std::process::id()));
        let file = folder.join("a/b.rs");
        write(&file, b"one").unwrap();
        let long_ago = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1);
        fs::File::open(&file)
            .unwrap()
            .set_modified(long_ago)
            .unwrap();
        write(&file, b"one").unwrap();
        assert_eq!(fs::metadata(&file).unwrap().modified().unwrap(), long_ago);
        write(&file, b"two").unwrap();
        assert_ne!(fs::metadata(&file).unwrap().modified().unwrap(), long_ago);
        fs::remove_dir_all(&folder).unwrap();
    }
}
