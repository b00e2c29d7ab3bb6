//! Runs seeds, one after another: `cargo xtask simulate` hands its options on to here.
#![forbid(unsafe_code)]

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};

use clap::Parser;
use ottla_simulation::plan::{Coverage, Kind, Plan};
use ottla_simulation::plants::{PLANTS, Plant, SWITCH};
use ottla_simulation::report::{difference, report};
use ottla_simulation::world::{self, Lived};

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
    /// Run each seed twice, and compare the histories
    #[arg(long)]
    twice: bool,
    /// Without faults
    #[arg(long)]
    calm: bool,
    /// With faults of these kinds alone, as --faults lists them
    #[arg(long, value_name = "KIND,KIND", value_delimiter = ',')]
    only: Vec<String>,
    /// Print each history
    #[arg(long)]
    history: bool,
    /// Run so many processes side by side
    #[arg(long, value_name = "N")]
    jobs: Option<u64>,
    /// This is one of them: what is missing is not for it to say
    #[arg(long, hide = true)]
    part: bool,
    /// Run only each so-manieth of the seeds: processes side by side share them so
    #[arg(long, value_name = "N", default_value_t = 1)]
    every: usize,
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

impl Arguments {
    fn plan(&self, seed: u64) -> io::Result<Plan> {
        if self.only.is_empty() {
            return Ok(Plan::wired(seed));
        }
        let named = |name: &String| {
            let found = Kind::ALL.iter().copied().find(|kind| kind.name() == name);
            found.ok_or_else(|| io::Error::other(format!("no kind of fault is called {name:?}")))
        };
        let kinds: Vec<Kind> = self.only.iter().map(named).collect::<Result<_, _>>()?;
        Ok(Plan::only(seed, &kinds))
    }
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
    if arguments.with_bug.is_some() {
        return Err(io::Error::other(
            "plant the bugs with --plant-into in a copy of the workspace, build that, and choose one by OTTLA_PLANT",
        ));
    }
    if let Some(seed) = arguments.plan {
        return write!(out, "{}", arguments.plan(seed)?);
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
    match arguments.jobs {
        Some(jobs) if jobs > 1 => side_by_side(arguments, jobs, &mut out),
        _ => seeds(arguments, &mut out),
    }
}

/// Processes that share the seeds: a world needs a process of its own.
fn side_by_side(arguments: &Arguments, jobs: u64, out: &mut impl Write) -> io::Result<()> {
    let (first, count) = (arguments.seed.unwrap_or(0), arguments.seeds.unwrap_or(1));
    let mut children = Vec::new();
    for job in 0..jobs.min(count) {
        let mut command = Command::new(std::env::current_exe()?);
        command
            .args(["--seed", &(first + job).to_string()])
            .args(["--seeds", &(count - job).to_string()])
            .args(["--every", &jobs.to_string(), "--part"])
            .stdout(Stdio::piped());
        for (is_set, flag) in [(arguments.twice, "--twice"), (arguments.calm, "--calm")] {
            command.args(is_set.then_some(flag).as_slice());
        }
        if !arguments.only.is_empty() {
            command.args(["--only", &arguments.only.join(",")]);
        }
        children.push(command.spawn()?);
    }
    let mut coverage = Coverage::new();
    let mut has_failed = false;
    for child in children {
        let ended = child.wait_with_output()?;
        let text = String::from_utf8_lossy(&ended.stdout);
        match text.parse::<Coverage>() {
            Ok(counts) if ended.status.success() => coverage.merge(&counts),
            _ => {
                has_failed = true;
                write!(out, "{text}")?;
            }
        }
    }
    write!(out, "{coverage}")?;
    if has_failed {
        return Err(io::Error::other("a seed failed"));
    }
    nothing_is_missing(&coverage)
}

fn nothing_is_missing(coverage: &Coverage) -> io::Result<()> {
    match coverage.missing() {
        missing if missing.is_empty() => Ok(()),
        missing => Err(io::Error::other(missing.join("\n"))),
    }
}

/// Runs seeds; fails with the first that shows a violation.
fn seeds(arguments: &Arguments, out: &mut impl Write) -> io::Result<()> {
    let first = arguments.seed.unwrap_or(0);
    let count = arguments.seeds.unwrap_or(1);
    let mut coverage = Coverage::new();
    for seed in (first..first.saturating_add(count)).step_by(arguments.every.max(1)) {
        let mut plan = arguments.plan(seed)?;
        if arguments.calm {
            plan.faults.clear();
        }
        let lived = live(&plan)?;
        if arguments.twice
            && let Some(difference) = difference(&lived.history, &live(&plan)?.history)
        {
            return Err(io::Error::other(format!("seed {seed}: {difference}")));
        }
        coverage.add(&plan, &lived.history);
        if arguments.history {
            write!(out, "{}", lived.history)?;
        }
        if !lived.violations.is_empty() {
            write!(out, "{}", report(&plan, &lived.history, &lived.violations))?;
            return Err(io::Error::other(format!("seed {seed} failed")));
        }
    }
    write!(out, "{coverage}")?;
    match arguments.part {
        true => Ok(()),
        false => nothing_is_missing(&coverage),
    }
}

fn live(plan: &Plan) -> io::Result<Lived> {
    world::live(plan).map_err(|world::Broken(why)| {
        io::Error::other(format!("the world of seed {} broke: {why}", plan.seed))
    })
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
