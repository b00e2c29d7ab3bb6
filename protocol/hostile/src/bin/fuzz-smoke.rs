//! A million spoiled inputs in seconds: `cargo xtask fuzz-smoke`.
//!
//! `fuzz-smoke INPUTS SEED` makes and checks so many; `fuzz-smoke LINE` checks one, as it was printed.
//!
//! The same seed makes the same inputs, so that an input that never comes back can be told too.

#![forbid(unsafe_code)]

use std::collections::BTreeMap;
use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use ottla_hostile::check::{Checked, Checker};
use ottla_hostile::input::Input;
use ottla_hostile::mutate::Mutator;
use ottla_hostile::{seeds, stuffed};

/// How long one input may take. Nothing here takes a thousandth of it; but machines are busy.
const PATIENCE: Duration = Duration::from_secs(1);
/// Elements in the arrays of stuffed messages.
const STUFFED: usize = 1000;
/// Below this, the memory of an input says nothing of its kind: constants outweigh the bytes.
const TELLING: usize = 512;

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let done = match &words[..] {
        [inputs, seed] if inputs.parse::<u64>().is_ok() => {
            run(inputs.parse().unwrap_or(0), seed.parse().unwrap_or(1))
        }
        line => one(&line.join(" ")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}

/// Checks one input, from its line.
fn one(line: &str) -> Result<(), String> {
    let input: Input = line.parse().map_err(|why| format!("{line:?} is {why}"))?;
    let checked = check(&mut Checker::default(), &input)?;
    match checked.refused {
        Some(why) => println!("refused: {why}"),
        None => println!("read"),
    }
    println!("{} bytes of memory for {}", checked.peak, input.bytes.len());
    Ok(())
}

/// Checks many inputs, on all cores.
fn run(inputs: u64, seed: u64) -> Result<(), String> {
    let begin = Instant::now();
    let mut tally = Tally::default();
    let mut checker = Checker::default();
    let seeds = seeds::all(seed);
    for input in seeds.iter().cloned().chain(stuffed::all(STUFFED)) {
        let checked = check(&mut checker, &input)?;
        if let Some(why) = checked.refused {
            return Err(format!("a valid input is refused: {why}\n{input}"));
        }
        tally.add(&input, &checked);
    }
    println!("seed {seed}, {} valid inputs to begin with", tally.inputs());
    let mutator = Mutator::new(seed, seeds);
    tally.join(spoiled(&mutator, inputs)?);
    tally.print();
    println!("{:.1} s", begin.elapsed().as_secs_f64());
    Ok(())
}

/// Checks the inputs that a mutator makes.
fn spoiled(mutator: &Mutator, inputs: u64) -> Result<Tally, String> {
    let workers = thread::available_parallelism().map_or(1, |cores| cores.get() as u64);
    let at: Vec<AtomicU64> = (0..workers).map(AtomicU64::new).collect();
    thread::scope(|scope| {
        let (tell, told) = mpsc::channel();
        for at in &at {
            let tell = tell.clone();
            scope.spawn(move || tell.send(worker(mutator, inputs, workers, at)));
        }
        drop(tell);
        let mut tally = Tally::default();
        let mut last = Vec::new();
        loop {
            match told.recv_timeout(10 * PATIENCE) {
                Ok(done) => tally.join(done?),
                Err(RecvTimeoutError::Disconnected) => return Ok(tally),
                Err(RecvTimeoutError::Timeout) => {
                    let now: Vec<u64> = at.iter().map(|at| at.load(Ordering::Relaxed)).collect();
                    hung(mutator, &last, &now, inputs);
                    last = now;
                }
            }
        }
    })
}

/// Ends the program if a worker is where it was: nothing else stops it.
fn hung(mutator: &Mutator, last: &[u64], now: &[u64], inputs: u64) {
    for (last, now) in last.iter().zip(now) {
        if last == now && *now < inputs {
            eprintln!("error: no end of\n{}", mutator.input(*now));
            std::process::exit(1);
        }
    }
}

fn worker(mutator: &Mutator, inputs: u64, step: u64, at: &AtomicU64) -> Result<Tally, String> {
    let (mut checker, mut tally) = (Checker::default(), Tally::default());
    loop {
        let index = at.load(Ordering::Relaxed);
        if index >= inputs {
            return Ok(tally);
        }
        let input = mutator.input(index);
        tally.add(&input, &check(&mut checker, &input)?);
        at.store(index + step, Ordering::Relaxed);
    }
}

fn check(checker: &mut Checker, input: &Input) -> Result<Checked, String> {
    let begin = Instant::now();
    let checked = catch_unwind(AssertUnwindSafe(|| checker.check(input)));
    let took = begin.elapsed();
    match checked {
        Ok(Ok(_)) if took > PATIENCE => Err(format!("{took:?} for\n{input}")),
        Ok(Ok(checked)) => Ok(checked),
        Ok(Err(rule)) => Err(format!("{rule}\n{input}")),
        // What panicked where is printed already.
        Err(_) => Err(format!("panic at\n{input}")),
    }
}

/// What was seen, by kind.
#[derive(Default)]
struct Tally(BTreeMap<&'static str, Row>);

#[derive(Default)]
struct Row {
    inputs: u64,
    read: u64,
    peak: u64,
    /// Memory for each byte, and the name of the input.
    worst: (f64, String),
}

impl Tally {
    fn add(&mut self, input: &Input, checked: &Checked) {
        let row = self.0.entry(input.kind.word()).or_default();
        row.inputs += 1;
        row.read += u64::from(checked.refused.is_none());
        row.peak = row.peak.max(checked.peak);
        let bytes = input.bytes.len();
        let each = checked.peak as f64 / bytes.max(1) as f64;
        if bytes >= TELLING && each > row.worst.0 {
            row.worst = (each, input.kind.to_string());
        }
    }

    fn join(&mut self, other: Self) {
        for (word, row) in other.0 {
            let mine = self.0.entry(word).or_default();
            mine.inputs += row.inputs;
            mine.read += row.read;
            mine.peak = mine.peak.max(row.peak);
            if row.worst.0 > mine.worst.0 {
                mine.worst = row.worst;
            }
        }
    }

    fn inputs(&self) -> u64 {
        self.0.values().map(|row| row.inputs).sum()
    }

    fn print(&self) {
        println!("kind               inputs  still read  most memory  most for a byte");
        for (word, row) in &self.0 {
            let (each, kind) = &row.worst;
            println!(
                "{word:16}{:9}{:12}{:13}{each:9.1}  {kind}",
                row.inputs, row.read, row.peak
            );
        }
    }
}
