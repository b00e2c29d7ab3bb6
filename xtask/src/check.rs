//! `cargo xtask check`: all that is wanted of the source besides that its tests pass.

mod alone;
mod files;
mod layers;
mod packages;

use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::interrupt::Interrupt;
use crate::process;
use crate::stages::{Outcome, Stages};
use crate::workspace::{cargo, output, succeed};

#[derive(Args)]
pub(crate) struct Arguments {
    /// Only these; all of them when none is named
    #[arg(value_enum)]
    steps: Vec<Step>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Step {
    /// The formatting
    Fmt,
    /// The shape of files: size, head, names
    Files,
    /// Which crate may need which
    Layers,
    /// Clippy, on all targets
    Clippy,
    /// The documentation
    Doc,
    /// Each library crate picked alone by a program outside the workspace
    Alone,
    /// ottla-protocol for wasm32
    Wasm,
    /// The packages that would be published
    Package,
    /// Licences and advisories of what we depend on
    Deny,
}

pub(crate) fn run(arguments: &Arguments, interrupt: &Interrupt) -> Result<ExitCode> {
    let steps = match arguments.steps.as_slice() {
        [] => Step::value_variants(),
        some => some,
    };
    let mut stages = Stages::new(interrupt);
    for step in steps {
        stages.run(step.name(), || step.run(interrupt));
    }
    Ok(stages.finish())
}

impl Step {
    fn name(self) -> &'static str {
        match self {
            Self::Fmt => "formatting",
            Self::Files => "files",
            Self::Layers => "layers",
            Self::Clippy => "clippy",
            Self::Doc => "documentation",
            Self::Alone => "each crate alone",
            Self::Wasm => "ottla-protocol for wasm32",
            Self::Package => "packages",
            Self::Deny => "licences and advisories",
        }
    }

    fn run(self, interrupt: &Interrupt) -> Result<Outcome> {
        match self {
            Self::Fmt => done(&mut cargo(&["fmt", "--all", "--check"]), interrupt),
            Self::Files => files::check(),
            Self::Layers => layers::check(),
            Self::Clippy => done(&mut cargo(CLIPPY), interrupt),
            Self::Doc => done(cargo(DOC).env("RUSTDOCFLAGS", "-D warnings"), interrupt),
            Self::Alone => alone::check(interrupt),
            Self::Wasm => wasm(interrupt),
            Self::Package => packages::check(interrupt),
            Self::Deny => deny(interrupt),
        }
    }
}

const CLIPPY: &[&str] = &[
    "clippy",
    "--workspace",
    "--all-targets",
    "--quiet",
    "--",
    "-D",
    "warnings",
];
const DOC: &[&str] = &["doc", "--workspace", "--no-deps", "--quiet"];
fn done(command: &mut Command, interrupt: &Interrupt) -> Result<Outcome> {
    succeed(command, interrupt)?;
    Ok(Outcome::Done)
}

/// Without the compressions, of which zstd is C and needs a compiler of its own for this target.
fn wasm(interrupt: &Interrupt) -> Result<Outcome> {
    const TARGET: &str = "wasm32-unknown-unknown";
    let sysroot = output(Command::new("rustc").args(["--print", "sysroot"]))?;
    if !Path::new(sysroot.trim())
        .join("lib/rustlib")
        .join(TARGET)
        .exists()
    {
        return Ok(Outcome::Skipped(format!(
            "the target {TARGET} is not installed"
        )));
    }
    let mut command = cargo(&[
        "check",
        "--package",
        "ottla-protocol",
        "--target",
        TARGET,
        "--quiet",
    ]);
    done(
        command.args(["--no-default-features", "--features", "messages,records"]),
        interrupt,
    )
}

fn deny(interrupt: &Interrupt) -> Result<Outcome> {
    if process::find("cargo-deny").is_none() {
        return Ok(Outcome::Skipped("cargo-deny is not installed".to_owned()));
    }
    done(&mut cargo(&["deny", "--workspace", "check"]), interrupt)
}
