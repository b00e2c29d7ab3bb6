//! Runs seeds, one after another: `cargo xtask simulate` hands its options on to here.
#![forbid(unsafe_code)]

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::thread;
use std::time::Duration;

use clap::Parser;
use ottla_simulation::hunt::{self, Hunt};
use ottla_simulation::plan::{Coverage, Kind, Plan};
use ottla_simulation::plants::{self, IS_PLANTED, Plant};
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
    /// With faults of these kinds only
    #[arg(long, value_name = "KIND,...", value_delimiter = ',', value_parser = kind)]
    only: Vec<Kind>,
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
    /// Look for a known bug that is built in, or for all: it must be found within so many seeds as are stated for it, or --seeds
    #[arg(long, value_name = "NAME")]
    with_bug: Option<String>,
    /// A world may take so many seconds of real time
    #[arg(long, value_name = "S", hide = true)]
    longest: Option<u64>,
    /// Print what would be done with a seed
    #[arg(long, value_name = "S")]
    plan: Option<u64>,
    /// List the known bugs
    #[arg(long)]
    bugs: bool,
    /// List the kinds of faults
    #[arg(long)]
    faults: bool,
    /// Copy the workspace there, with all known bugs in it: --with-bug needs the simulation that is built from that
    #[arg(long, value_name = "FOLDER")]
    plant_into: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Some(longest) = arguments.longest.map(Duration::from_secs) {
        thread::spawn(move || {
            thread::sleep(longest);
            std::process::exit(hunt::STUCK.into());
        });
    }
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let bug = arguments.with_bug.as_deref().map(Bug::named).transpose()?;
    if let Some(folder) = &arguments.plant_into {
        return plants::copy(Path::new("."), folder);
    }
    if let Some(bug) = bug {
        return look_for(bug, arguments, &mut out);
    }
    if let Some(seed) = arguments.plan {
        return write!(out, "{}", plan(arguments, seed));
    }
    if arguments.bugs {
        for plant in Plant::all() {
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
        for kind in &arguments.only {
            command.args(["--only", kind.name()]);
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
        let plan = plan(arguments, seed);
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

fn plan(arguments: &Arguments, seed: u64) -> Plan {
    let mut plan = match &arguments.only[..] {
        [] => Plan::of(seed),
        only => Plan::only(seed, only),
    };
    if arguments.calm {
        plan.faults.clear();
    }
    plan
}

fn kind(name: &str) -> Result<Kind, String> {
    let mut all = Kind::ALL.iter().copied();
    let found = all.find(|kind| kind.name() == name);
    found.ok_or_else(|| format!("no kind is called {name:?}; --faults lists them all"))
}

fn live(plan: &Plan) -> io::Result<Lived> {
    world::live(plan).map_err(|world::Broken(why)| {
        io::Error::other(format!("the world of seed {} broke: {why}", plan.seed))
    })
}

/// What is to be found.
#[derive(Clone, Copy)]
enum Bug {
    One(&'static Plant),
    All,
}

impl Bug {
    fn named(name: &str) -> io::Result<Self> {
        let unknown = || io::Error::other(format!("no bug is called {name:?}; --bugs lists them"));
        match name {
            "all" => Ok(Self::All),
            _ => Plant::named(name).map(Self::One).ok_or_else(unknown),
        }
    }
}

fn look_for(bug: Bug, arguments: &Arguments, out: &mut impl Write) -> io::Result<()> {
    if !IS_PLANTED {
        let how = "this program has no bug built in: cargo xtask simulate --with-bug NAME builds one that has";
        return Err(io::Error::other(how));
    }
    let jobs = arguments.jobs.unwrap_or(1);
    let how = Hunt {
        first: arguments.seed.unwrap_or(0),
        seeds: arguments.seeds,
        jobs: usize::try_from(jobs).unwrap_or(usize::MAX),
    };
    let is_well = match bug {
        Bug::One(plant) => {
            let hunted = hunt::hunt(plant, how)?;
            if let Some(shown) = &hunted.shown {
                writeln!(out, "{}", shown.report)?;
            }
            writeln!(out, "{}\n{}", plant.breaks, hunted.summary())?;
            hunted.is_found()
        }
        Bug::All => {
            let (table, is_well) = hunt::table(&hunt::hunt_all(how, |hunted| {
                eprintln!("{}", hunted.summary())
            })?);
            write!(out, "{table}")?;
            is_well
        }
    };
    match is_well {
        true => Ok(()),
        false => Err(io::Error::other("not as stated")),
    }
}
