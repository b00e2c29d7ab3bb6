//! Each library crate picked alone: a tiny program outside the workspace that depends on it by path and on nothing else.
//!
//! Inside the workspace cargo unites the features of all crates, so a crate may build there only because another asks
//! for what it forgot to ask for.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::interrupt::Interrupt;
use crate::stages::Outcome;
use crate::workspace::{self, cargo, succeed};

/// The folder of each library crate, its name, and a program that uses it.
const PROGRAMS: &[(&str, &str, &str)] = &[
    (
        "protocol",
        "ottla-protocol",
        include_str!("../../alone/ottla-protocol.rs"),
    ),
    (
        "client",
        "ottla-client",
        include_str!("../../alone/ottla-client.rs"),
    ),
    (
        "offset-store",
        "ottla-offset-store",
        include_str!("../../alone/ottla-offset-store.rs"),
    ),
    (
        "group",
        "ottla-group",
        include_str!("../../alone/ottla-group.rs"),
    ),
    (
        "embedded",
        "ottla-embedded",
        include_str!("../../alone/ottla-embedded.rs"),
    ),
];

pub(crate) fn check(interrupt: &Interrupt) -> Result<Outcome> {
    let place = workspace::target().join("alone");
    for (folder, name, program) in PROGRAMS {
        let package = place.join(name);
        write(&package, folder, name, program)
            .with_context(|| format!("write {}", package.display()))?;
        // The workspace's build folder: what they share with it is built once.
        let mut command = cargo(&["check", "--quiet", "--target-dir"]);
        succeed(
            command.arg(workspace::target()).current_dir(&package),
            interrupt,
        )?;
    }
    Ok(Outcome::Done)
}

fn write(package: &Path, folder: &str, name: &str, program: &str) -> Result<()> {
    fs::create_dir_all(package.join("src"))?;
    fs::write(
        package.join("Cargo.toml"),
        manifest(&workspace::root().join(folder), name),
    )?;
    fs::write(package.join("src/main.rs"), program)?;
    // The versions that the workspace has, which this machine has too.
    fs::copy(
        workspace::root().join("Cargo.lock"),
        package.join("Cargo.lock"),
    )?;
    Ok(())
}

/// The empty table `[workspace]` keeps cargo from looking for one in the folders above.
fn manifest(path: &Path, name: &str) -> String {
    format!(
        r#"[workspace]

[package]
name = "{name}-alone"
version = "0.0.0"
edition = "2024"

[dependencies]
{name} = {{ path = {:?} }}
"#,
        path.display().to_string()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_depends_on_the_one_crate() {
        let manifest = manifest(Path::new("/here/client"), "ottla-client");
        assert!(
            manifest.ends_with("[dependencies]\nottla-client = { path = \"/here/client\" }\n"),
            "{manifest}"
        );
    }
}
