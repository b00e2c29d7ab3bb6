//! ◇ Faults on command, and what was seen: rules that say which requests go wrong and how, and a log of all requests.
//!
//! The server takes the [`Facts`] out of each request and asks [`Faults::request`], before anything else. The [`Verdict`] says how long to
//! wait, whether the request takes effect ([`Effect`]), and what becomes of the answer ([`Answering`]). When all is done, the server
//! says so with [`Faults::finished`].
//!
//! Several rules may match a request. Delays and throttles add up; of the effect and of the answer, the rule that was added first decides,
//! one each: so a request may be refused with an error *and* have that answer truncated. A rule that has no part in the
//! verdict doesn't fire, and isn't counted.
//!
//! | part | what |
//! | --- | --- |
//! | `facts` | what a rule can go by |
//! | `rule` | which requests, how often, and what then |
//! | `verdict` | what becomes of one request |
//! | `damage` | what is wrong inside of an answer |
//! | `seen` | the log of requests |
#![deny(clippy::disallowed_methods)]

mod damage;
mod facts;
mod rule;
mod seen;
#[cfg(test)]
mod tests;
mod verdict;

use rand::Rng;

pub(crate) use damage::has_partitions;
pub use facts::{Facts, TopicFacts};
pub use rule::{Action, Firing, Matching, Rule, RuleId, RuleReport};
pub use seen::{Outcome, SeenId, SeenLog, SeenRequest};
pub use verdict::{Answering, Effect, Refusal, Verdict};

use crate::time::Now;
use rule::ActiveRule;

/// How many rules there may be at once.
const MAX_RULES: usize = 10_000;

/// The rules in force, and what was seen.
#[derive(Debug, Default)]
pub struct Faults {
    next_rule: u64,
    /// In the order in which they were added.
    rules: Vec<ActiveRule>,
    seen: SeenLog,
}

impl Faults {
    /// No rules, and a log of at most `capacity` requests.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self {
            seen: SeenLog::new(capacity),
            ..Self::default()
        }
    }

    // Rules.

    /// Puts a rule in force, behind those that are. None: there are 10,000 already.
    pub fn add(&mut self, rule: Rule) -> Option<RuleId> {
        if self.rules.len() >= MAX_RULES {
            return None;
        }
        let id = RuleId(self.next_rule);
        self.next_rule += 1;
        self.rules.push(ActiveRule::new(id, rule));
        Some(id)
    }

    /// Ends a rule, and says what it did; none if there is no such rule.
    pub fn remove(&mut self, id: RuleId) -> Option<RuleReport> {
        let at = self.rules.iter().position(|rule| rule.id == id)?;
        Some(self.rules.remove(at).report())
    }

    /// Ends all rules.
    pub fn clear(&mut self) {
        self.rules.clear();
    }

    /// What a rule did so far; none if there is no such rule.
    #[must_use]
    pub fn report(&self, id: RuleId) -> Option<RuleReport> {
        let rule = self.rules.iter().find(|rule| rule.id == id)?;
        Some(rule.report())
    }

    /// What each rule did so far, in the order in which they were added. One that has fired as often as it may is still among them.
    pub fn reports(&self) -> impl Iterator<Item = RuleReport> {
        self.rules.iter().map(ActiveRule::report)
    }

    // Requests.

    /// A request came: notes it, and says what becomes of it. Chance is asked only for a rule that goes by it, and for a bit to flip.
    pub fn request(&mut self, facts: &Facts<'_>, now: Now, rng: &mut impl Rng) -> Verdict {
        let mut verdict = Verdict::untouched(self.seen.note(facts, now), facts);
        for rule in &mut self.rules {
            let has_part = verdict.takes(&rule.rule.action);
            if has_part && rule.rule.matching.covers(facts) && rule.fires(rng) {
                verdict.add(rule.id, &rule.rule, rng);
            }
        }
        verdict
    }

    /// A request is dealt with.
    pub fn finished(&mut self, verdict: &Verdict, outcome: Outcome, now: Now) {
        self.seen.finish(verdict, outcome, now);
    }

    /// What was seen.
    #[must_use]
    pub fn seen(&self) -> &SeenLog {
        &self.seen
    }
}
