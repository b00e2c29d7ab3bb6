//! Looks for a bug that is planted: runs this program again, a process a seed, until the checker says that something does not hold.
//!
//! A process each, since a bug may panic, or never end: that counts too, and is no end of the hunt. And where a seed shows something, the same seed
//! must show nothing without the bug: else it is not the bug that was found.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::check::Invariant;
use crate::plants::{PLANTS, Plant, VARIABLE};

mod table;

pub use table::table;

/// The status of a process whose world took too long.
pub const STUCK: u8 = 3;
/// A world takes a fraction of a second; so long, if it never ends.
const LONGEST_S: u64 = 120;

/// Where to look.
#[derive(Clone, Copy, Debug)]
pub struct Hunt {
    /// From this seed on.
    pub first: u64,
    /// So many seeds; none: as many as are stated for the bug.
    pub seeds: Option<u64>,
    /// So many at a time.
    pub jobs: usize,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Hunted {
    /// The bug.
    pub plant: &'static Plant,
    /// How many seeds were tried.
    pub tried: u64,
    /// The first seed that showed something.
    pub shown: Option<Shown>,
}

/// A seed that shows something.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Which.
    pub seed: u64,
    /// What does not hold there.
    pub by: BTreeSet<String>,
    /// The seed's report.
    pub report: String,
    /// Whether the same seed shows something without the bug.
    pub is_always: bool,
}

impl Hunted {
    /// Whether it was found as stated.
    #[must_use]
    pub fn is_found(&self) -> bool {
        let stated = self.stated();
        self.shown
            .as_ref()
            .is_some_and(|shown| !shown.is_always && !shown.by.is_disjoint(&stated))
    }

    fn stated(&self) -> BTreeSet<String> {
        let name = |invariant: &Invariant| format!("{invariant:?}");
        self.plant.found_by.iter().map(name).collect()
    }

    /// In a line.
    #[must_use]
    pub fn summary(&self) -> String {
        let (name, tried) = (self.plant.name, self.tried);
        let stated = listed(&self.stated());
        let Some(shown) = &self.shown else {
            return format!("{name}: NOT FOUND in {tried} seeds");
        };
        let (seed, by) = (shown.seed, listed(&shown.by));
        if shown.is_always {
            return format!("{name}: NOT FOUND: seed {seed} shows {by} without the bug too");
        }
        match self.is_found() {
            true => format!("{name}: found at seed {seed}, after {tried} seeds, by {by}"),
            false => format!("{name}: NOT FOUND: seed {seed} shows {by}, but {stated} is stated"),
        }
    }
}

fn listed(names: &BTreeSet<String>) -> String {
    names.iter().cloned().collect::<Vec<_>>().join(", ")
}

/// Looks for one bug.
///
/// # Errors
/// No process can be started.
pub fn hunt(plant: &'static Plant, hunt: Hunt) -> io::Result<Hunted> {
    let (next, shown) = (AtomicU64::new(hunt.first), Mutex::new(None));
    let end = hunt
        .first
        .saturating_add(hunt.seeds.unwrap_or(plant.within));
    side_by_side(hunt.jobs, || {
        loop {
            let seed = next.fetch_add(1, Ordering::SeqCst);
            let is_late = lock(&shown).as_ref().is_some_and(|(at, _)| *at < seed);
            if seed >= end || is_late {
                return Ok(());
            }
            let lived = live(seed, Some(plant))?;
            let mut shown = lock(&shown);
            if let Some(what) = lived
                && shown.as_ref().is_none_or(|(at, _)| *at > seed)
            {
                *shown = Some((seed, what));
            }
        }
    })?;
    let shown = shown.into_inner().unwrap_or_else(PoisonError::into_inner);
    let tried = shown.as_ref().map_or(end, |(seed, _)| seed + 1) - hunt.first;
    let shown = shown.map(|(seed, what)| Shown::new(seed, plant, what));
    Ok(Hunted {
        plant,
        tried,
        shown: shown.transpose()?,
    })
}

/// Looks for all, several at a time; tells of each as soon as it is known.
///
/// # Errors
/// No process can be started.
pub fn hunt_all(how: Hunt, tell: impl Fn(&Hunted) + Sync) -> io::Result<Vec<Hunted>> {
    let next = Mutex::new(PLANTS.iter().enumerate());
    let done = Mutex::new(Vec::new());
    side_by_side(how.jobs, || {
        loop {
            let Some((number, plant)) = lock(&next).next() else {
                return Ok(());
            };
            let hunted = hunt(plant, Hunt { jobs: 1, ..how })?;
            tell(&hunted);
            lock(&done).push((number, hunted));
        }
    })?;
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(number, _)| *number);
    Ok(done.into_iter().map(|(_, hunted)| hunted).collect())
}

impl Shown {
    fn new(seed: u64, plant: &Plant, what: What) -> io::Result<Self> {
        let again = format!(
            "again: cargo xtask simulate --with-bug {} --seed {seed}\n",
            plant.name
        );
        let lines = what.report.lines();
        let lines = lines.filter(|line| !line.starts_with("again: "));
        Ok(Self {
            seed,
            by: what.by,
            report: lines.map(|line| format!("{line}\n")).collect::<String>() + &again,
            is_always: live(seed, None)?.is_some(),
        })
    }
}

/// What a seed shows.
struct What {
    by: BTreeSet<String>,
    report: String,
}

/// Lives through one seed in a process of its own.
fn live(seed: u64, plant: Option<&Plant>) -> io::Result<Option<What>> {
    let mut command = Command::new(program()?);
    command.args(["--seed", &seed.to_string(), "--part"]);
    command.args(["--longest", &LONGEST_S.to_string()]);
    match plant {
        Some(plant) => command.env(VARIABLE, plant.name),
        None => command.env_remove(VARIABLE),
    };
    Ok(read(&command.output()?))
}

fn program() -> io::Result<PathBuf> {
    std::env::current_exe()
}

/// A world that never ends is no progress (V9); a process that dies of it gives no answer (V10).
fn read(output: &Output) -> Option<What> {
    let report = String::from_utf8_lossy(&output.stdout).into_owned();
    let by = match output.status.code() {
        Some(0) => return None,
        Some(code) if code == i32::from(STUCK) => {
            let report = format!("V9: the world did not end within {LONGEST_S} s of real time\n");
            let by = BTreeSet::from(["V9".to_owned()]);
            return Some(What { by, report });
        }
        _ => violated(&report),
    };
    if !by.is_empty() {
        return Some(What { by, report });
    }
    let why = String::from_utf8_lossy(&output.stderr);
    let report = format!("V10: the process died ({}): {why}\n", output.status);
    let by = BTreeSet::from(["V10".to_owned()]);
    Some(What { by, report })
}

/// What the first line of a report says that does not hold.
fn violated(report: &str) -> BTreeSet<String> {
    let first = report
        .lines()
        .find_map(|line| line.split_once(" violations of "));
    let names = first.map_or("", |(_, names)| names);
    let names = names.split(", ").filter(|name| !name.is_empty());
    names.map(str::to_owned).collect()
}

fn side_by_side(jobs: usize, work: impl Fn() -> io::Result<()> + Sync) -> io::Result<()> {
    thread::scope(|scope| {
        let workers: Vec<_> = (0..jobs.max(1)).map(|_| scope.spawn(&work)).collect();
        for worker in workers {
            let ended = worker.join();
            ended.unwrap_or_else(|_| Err(io::Error::other("a thread of the hunt died")))?;
        }
        Ok(())
    })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
