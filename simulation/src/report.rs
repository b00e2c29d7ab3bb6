//! ◇ What a person reads when a seed failed: what does not hold and the events that prove it, then the plan, then everything.
#![deny(clippy::disallowed_methods)]

use std::collections::BTreeSet;

use crate::check::Violation;
use crate::history::History;
use crate::plan::Plan;

/// So many violations are explained; one bug often breaks the same thing a hundred times.
const MOST: usize = 20;

/// All that is known of a seed that failed. The same for each run of it, byte for byte.
#[must_use]
pub fn report(plan: &Plan, history: &History, violations: &[Violation]) -> String {
    let seed = plan.seed;
    let names: BTreeSet<_> = violations.iter().map(|it| it.invariant).collect();
    let names: Vec<_> = names.iter().map(|name| format!("{name:?}")).collect();
    let (count, names) = (violations.len(), names.join(", "));
    let mut text = format!("seed {seed}: {count} violations of {names}\n\n");
    for violation in violations.iter().take(MOST) {
        text.push_str(&violation.explain(history));
        text.push('\n');
    }
    if let Some(more) = violations.len().checked_sub(MOST).filter(|more| *more > 0) {
        text.push_str(&format!("and {more} more\n\n"));
    }
    text.push_str(&format!("{plan}\n{history}\n"));
    text.push_str(&format!(
        "again: cargo xtask simulate --seeds 1 --seed {seed}\n"
    ));
    text
}

/// Where two runs of one seed went apart, with the lines before it.
#[must_use]
pub fn difference(one: &History, other: &History) -> Option<String> {
    let number = one.difference(other)?;
    let mut text = format!("two runs of one seed differ from event {number} on\n");
    let from = number.saturating_sub(5);
    for (at, entry) in one.entries().iter().enumerate().take(number).skip(from) {
        text.push_str(&format!("  {at:6} {entry}\n"));
    }
    for (sign, history) in [('-', one), ('+', other)] {
        match history.entries().get(number) {
            Some(entry) => text.push_str(&format!("{sign} {number:6} {entry}\n")),
            None => text.push_str(&format!("{sign} {number:6} the end\n")),
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::check::Invariant;
    use crate::history::{Event, Who};

    fn history(events: usize) -> History {
        let mut history = History::new();
        for number in 0..events {
            let said = Event::Said(format!("word {number}"));
            history.note(Duration::from_secs(1), Who::World, said);
        }
        history
    }

    #[test]
    fn it_begins_with_what_does_not_hold_and_ends_with_how_to_see_it_again() {
        let violation = Violation {
            invariant: Invariant::V4,
            what: "something is covered".to_owned(),
            evidence: vec![1],
        };
        let text = report(&Plan::of(7), &history(3), &vec![violation; 21]);
        assert!(text.starts_with("seed 7: 21 violations of V4\n\nV4: something is covered\n"));
        assert!(text.contains("\n     1     1.000000 world     word 1\n"));
        assert!(text.contains("and 1 more\n"));
        assert!(text.ends_with("again: cargo xtask simulate --seeds 1 --seed 7\n"));
    }

    #[test]
    fn a_difference_is_shown_with_what_led_to_it() {
        assert_eq!(difference(&history(3), &history(3)), None);
        let text = difference(&history(3), &history(2)).unwrap();
        assert!(text.contains("       1     1.000000 world     word 1\n-      2"));
        assert!(text.ends_with("+      2 the end\n"));
    }
}
