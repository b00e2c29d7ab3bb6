//! The table, and the verdict: whether what the project promises still holds.
//!
//! Noise only ever adds time. So all of a case take turns, a fraction of a millisecond each, for many rounds, and the
//! shortest turn of each counts; a case that misses its limit is measured again before it is called missed.

use std::fs;
use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::case::{Case, Limit, Who};

const ROUNDS: usize = 200;
const TURN: Duration = Duration::from_micros(400);
const ATTEMPTS: usize = 4;
/// How far beyond a limit on time counts as missed, to leave room for what even the shortest turn has of noise.
const TOLERANCE: f64 = 0.05;

/// Of one case, by place: nanoseconds and allocations, for each unit.
struct Figures {
    nanos: Vec<f64>,
    allocations: Vec<f64>,
}

/// Prints the table; fails if a limit is missed.
pub(crate) fn print(cases: &mut [Case]) -> ExitCode {
    print_settings();
    println!(
        "| case | ns per | floor | lower floor | ottla | kafka-protocol | krafka | ottla / floor | / lower floor | faster than kafka-protocol | than krafka | allocations: ottla | kafka-protocol | krafka |"
    );
    println!(
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    );
    let mut missed = Vec::new();
    for case in cases {
        let figures = measure(case);
        println!("{}", row(case, &figures));
        missed.extend(
            case.limits
                .iter()
                .filter_map(|&limit| miss(case, &figures, limit)),
        );
    }
    println!();
    if missed.is_empty() {
        println!(
            "every limit holds (tolerance for times: {:.0} %)",
            TOLERANCE * 100.0
        );
        return ExitCode::SUCCESS;
    }
    for line in missed {
        println!("MISSED: {line}");
    }
    ExitCode::FAILURE
}

fn measure(case: &mut Case) -> Figures {
    let allocations = case.runs.iter_mut().map(|run| {
        let taken = allocation_counter::measure(|| {
            black_box((run.go)());
        });
        taken.count_total as f64 / case.units as f64
    });
    let mut figures = Figures {
        allocations: allocations.collect(),
        nanos: vec![f64::INFINITY; case.runs.len()],
    };
    for _ in 0..ATTEMPTS {
        take_turns(case, &mut figures.nanos);
        let holds = |&limit: &Limit| miss(case, &figures, limit).is_none();
        if case.limits.iter().all(holds) {
            break;
        }
    }
    figures
}

fn take_turns(case: &mut Case, nanos: &mut [f64]) {
    let turns: Vec<u32> = case
        .runs
        .iter_mut()
        .map(|run| times_a_turn(&mut run.go))
        .collect();
    for _ in 0..ROUNDS {
        for ((run, &times), best) in case.runs.iter_mut().zip(&turns).zip(nanos.iter_mut()) {
            let started = Instant::now();
            for _ in 0..times {
                black_box((run.go)());
            }
            let each = started.elapsed().as_nanos() as f64 / f64::from(times) / case.units as f64;
            *best = best.min(each);
        }
    }
}

fn times_a_turn(go: &mut dyn FnMut() -> u64) -> u32 {
    let started = Instant::now();
    black_box(go());
    let once = started.elapsed().max(Duration::from_nanos(1));
    (TURN.as_nanos() / once.as_nanos()).clamp(1, 10_000) as u32
}

/// Says how a limit is missed, if it is.
fn miss(case: &Case, figures: &Figures, limit: Limit) -> Option<String> {
    let nanos = |who| case.place(who).map(|at| figures.nanos[at]);
    let allocations = |who| case.place(who).map(|at| figures.allocations[at]);
    let (name, unit) = (&case.name, case.unit);
    let ours = nanos(Who::Ottla)?;
    match limit {
        Limit::TimesFloor(most) => {
            let times = ours / nanos(Who::Floor)?;
            (times > most * (1.0 + TOLERANCE))
                .then(|| format!("{name}: {times:.2} times the floor, at most {most} promised"))
        }
        Limit::TimesFaster(least) => {
            let times = nanos(Who::KafkaProtocol)? / ours;
            (times < least * (1.0 - TOLERANCE)).then(|| {
                format!("{name}: {times:.2} times faster than kafka-protocol, {least} promised")
            })
        }
        Limit::NoAllocation => {
            let taken = allocations(Who::Ottla)?;
            (taken > 0.0).then(|| format!("{name}: {taken} allocations a {unit}, none promised"))
        }
        Limit::FewerAllocations => {
            let (taken, theirs) = (allocations(Who::Ottla)?, allocations(Who::KafkaProtocol)?);
            (taken > theirs).then(|| {
                format!("{name}: {taken} allocations a {unit}, kafka-protocol takes {theirs}")
            })
        }
    }
}

fn row(case: &Case, figures: &Figures) -> String {
    let nanos = |who| case.place(who).map(|at| figures.nanos[at]);
    let ratio = |of: Option<f64>, by: Option<f64>| match of.zip(by) {
        Some((of, by)) => format!("{:.2}", of / by),
        None => String::new(),
    };
    let ours = nanos(Who::Ottla);
    let mut cells = vec![case.name.clone(), case.unit.to_owned()];
    cells.extend(Who::ALL.map(|who| nanos(who).map(figure).unwrap_or_default()));
    cells.push(ratio(ours, nanos(Who::Floor)));
    cells.push(ratio(ours, nanos(Who::LowerFloor)));
    cells.push(ratio(nanos(Who::KafkaProtocol), ours));
    cells.push(ratio(nanos(Who::Krafka), ours));
    cells.extend(
        [Who::Ottla, Who::KafkaProtocol, Who::Krafka].map(|who| match case.place(who) {
            Some(at) => allocated(figures.allocations[at]),
            None => String::new(),
        }),
    );
    format!("| {} |", cells.join(" | "))
}

fn figure(nanos: f64) -> String {
    if nanos < 1000.0 {
        format!("{nanos:.1}")
    } else {
        format!("{nanos:.0}")
    }
}

fn allocated(each: f64) -> String {
    if each.fract() == 0.0 {
        format!("{each:.0}")
    } else {
        format!("{each:.3}")
    }
}

/// On what, with what: as far as the program can know.
fn print_settings() {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name| {
        let line = cpu.lines().find(|line| line.starts_with(name));
        line.and_then(|line| line.split(": ").nth(1))
            .unwrap_or("unknown")
    };
    let flags = field("flags");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let wide = if flags.contains("avx512f") {
        "with AVX-512"
    } else {
        "without AVX-512"
    };
    println!("\nmachine: {}, {wide}, {cores} cores", field("model name"));
    let lock = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.lock");
    let lock = fs::read_to_string(lock).unwrap_or_default();
    for name in [
        "kafka-protocol",
        "krafka",
        "crc32c",
        "crc-fast",
        "lz4_flex",
        "zstd",
        "flate2",
    ] {
        println!("{name}: {}", versions(&lock, name).join(", "));
    }
    println!(
        "the shortest of {ROUNDS} turns of {TURN:?} or one run; everybody's allocations are counted, which costs each \
         about a nanosecond; the memory of C's codecs is not seen\n"
    );
}

fn versions<'l>(lock: &'l str, name: &str) -> Vec<&'l str> {
    let packages = lock.split("[[package]]");
    let those = packages.filter(|package| package.contains(&format!("name = \"{name}\"\n")));
    those
        .filter_map(|package| package.split("version = \"").nth(1)?.split('"').next())
        .collect()
}
