//! The packages that would be published, built from what is in them and from nothing else.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::interrupt::Interrupt;
use crate::stages::Outcome;
use crate::workspace::{self, cargo, succeed};

/// Packages the workspace, unpacks it side by side and checks that.
///
/// Not by cargo's own verification: it unpacks our packages into its home once a version, and verifies a later state
/// of one against an earlier state of another.
pub(crate) fn check(interrupt: &Interrupt) -> Result<Outcome> {
    let place = workspace::target().join("packages");
    if place.exists() {
        fs::remove_dir_all(&place).with_context(|| format!("remove {}", place.display()))?;
    }
    fs::create_dir_all(&place).with_context(|| format!("create {}", place.display()))?;
    let packed = place.join("packed");
    let mut package = cargo(&[
        "package",
        "--workspace",
        // Never published, and made of files of ottla-protocol's tests.
        "--exclude",
        "ottla-hostile",
        "--allow-dirty",
        "--no-verify",
        "--quiet",
        "--target-dir",
    ]);
    succeed(package.arg(&packed), interrupt)?;
    for package in packages(&packed.join("package"))? {
        let mut unpack = Command::new("tar");
        succeed(
            unpack.arg("-xzf").arg(package).arg("-C").arg(&place),
            interrupt,
        )?;
    }
    write_workspace(&place)?;
    let mut check = cargo(&["check", "--workspace", "--quiet", "--target-dir"]);
    succeed(
        check.arg(workspace::target()).current_dir(&place),
        interrupt,
    )?;
    Ok(Outcome::Done)
}

fn packages(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut packages = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("list {}", folder.display()))? {
        let path = entry
            .with_context(|| format!("list {}", folder.display()))?
            .path();
        if path
            .extension()
            .is_some_and(|extension| extension == "crate")
        {
            packages.push(path);
        }
    }
    ensure!(
        !packages.is_empty(),
        "cargo left no package in {}",
        folder.display()
    );
    Ok(packages)
}

/// Makes the unpacked packages find each other where they would otherwise look for published ones.
fn write_workspace(place: &Path) -> Result<()> {
    let mut folders = Vec::new();
    for entry in fs::read_dir(place).with_context(|| format!("list {}", place.display()))? {
        let entry = entry.with_context(|| format!("list {}", place.display()))?;
        if entry.path().join("Cargo.toml").exists() {
            folders.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    fs::write(place.join("Cargo.toml"), manifest(&folders))
        .context("write the workspace of packages")?;
    fs::copy(
        workspace::root().join("Cargo.lock"),
        place.join("Cargo.lock"),
    )
    .context("copy Cargo.lock")?;
    Ok(())
}

/// `folders` are named `name-version`.
fn manifest(folders: &[String]) -> String {
    let patch = |folder: &String| {
        let (name, _) = folder.rsplit_once('-')?;
        name.starts_with("ottla-")
            .then(|| format!("{name} = {{ path = {folder:?} }}\n"))
    };
    let patches: String = folders.iter().filter_map(patch).collect();
    format!("[workspace]\nresolver = \"3\"\nmembers = {folders:?}\n\n[patch.crates-io]\n{patches}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_find_each_other() {
        let manifest = manifest(&["ottla-client-0.1.0".to_owned(), "xtask-0.1.0".to_owned()]);
        assert!(
            manifest.contains("members = [\"ottla-client-0.1.0\", \"xtask-0.1.0\"]\n"),
            "{manifest}"
        );
        assert!(
            manifest.ends_with("ottla-client = { path = \"ottla-client-0.1.0\" }\n"),
            "{manifest}"
        );
    }
}
