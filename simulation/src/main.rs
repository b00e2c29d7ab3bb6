//! Prints plans. With the wiring it runs them: `cargo xtask simulate` hands its options on to here.
#![forbid(unsafe_code)]

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use ottla_simulation::plan::{Kind, Plan};
use ottla_simulation::plants::{PLANTS, Plant, SWITCH};

/// Runs a simulated world, from seeds
#[derive(Parser)]
#[command(name = "simulate", arg_required_else_help = true)]
struct Arguments {
    /// How many seeds to run
    #[arg(long, value_name = "N")]
    seeds: Option<u64>,
    /// Which seed to run, or the first of them
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
    /// A known bug, which must be found
    #[arg(long, value_name = "NAME")]
    with_bug: Option<String>,
    /// Print what would be done with a seed
    #[arg(long, value_name = "S")]
    plan: Option<u64>,
    /// List the known bugs
    #[arg(long)]
    bugs: bool,
    /// List the kinds of faults
    #[arg(long)]
    faults: bool,
    /// Plant all known bugs, each behind its switch, in this copy of the workspace
    #[arg(long, value_name = "FOLDER")]
    plant_into: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if let Some(name) = &arguments.with_bug
        && Plant::named(name).is_none()
    {
        return Err(io::Error::other(format!(
            "no bug is called {name:?}; --bugs lists them"
        )));
    }
    if let Some(seed) = arguments.plan {
        return write!(out, "{}", Plan::of(seed));
    }
    if arguments.bugs {
        for plant in PLANTS {
            let Plant { name, breaks, .. } = plant;
            writeln!(out, "{name:28} {breaks}")?;
        }
        return Ok(());
    }
    if arguments.faults {
        for kind in Kind::ALL {
            writeln!(out, "{kind:28} {}", kind.scenarios().join(" "))?;
        }
        return Ok(());
    }
    if let Some(folder) = &arguments.plant_into {
        return plant_into(folder);
    }
    Err(io::Error::other(
        "seeds can't be run yet: the wiring is still to come; --plan prints a seed's plan",
    ))
}

fn plant_into(folder: &std::path::Path) -> io::Result<()> {
    let mut roots = std::collections::BTreeSet::new();
    for plant in PLANTS {
        for edit in plant.edits {
            let file = folder.join(edit.file);
            let text = std::fs::read_to_string(&file)?;
            let planted = edit.apply(&text).map_err(|misplaced| {
                let times = misplaced.times;
                io::Error::other(format!(
                    "{}: {} has it {times} times",
                    plant.name, edit.file
                ))
            })?;
            std::fs::write(&file, planted)?;
            roots.insert(edit.folder());
        }
    }
    for root in roots {
        let file = folder.join(root).join("src/lib.rs");
        let text = std::fs::read_to_string(&file)?;
        std::fs::write(&file, text + SWITCH)?;
    }
    Ok(())
}
