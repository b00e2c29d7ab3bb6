//! A world of one partition: a row, the results beside it, a coordinator, members (some of them zombies), an operator,
//! and a network that loses, delays and repeats. After every step it checks what must never happen.

use std::collections::HashSet;

use ottla_protocol::types::TopicId;
use proptest::prelude::*;

use super::step::{MEMBERS, Network, Step};
use crate::Refused;
use crate::confirm::{Confirmed, Seen};
use crate::fence::{self, Claim, Fate, Lost, Reset, Wanted};
use crate::model::{Committed, Fence, Key, Owner, Row};
use crate::table::{Expect, Write, Written};

/// Where a row starts that is not there.
const START: i64 = 2;

/// A bug planted to see whether the world would notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plant {
    None,
    /// The table writes whatever it is told.
    NoGuard,
    /// A commit leaves the fence as it was.
    CommitKeepsFence,
    /// Fences count instead of being random.
    FencesCount,
    /// The guard compares offsets instead of fences.
    GuardsTheOffset,
    /// A claim takes whatever is there.
    ClaimsUnconditionally,
    /// The coordinator is not asked.
    ClaimsUnconfirmed,
    /// A commit whose answer was lost is taken for done.
    TrustsLostAnswers,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Idle,
    Looked(Seen),
    Confirmed(Confirmed),
    Owns(Claim),
}

#[derive(Debug, Default)]
struct Member {
    state: State,
    /// The assignment that it believes in.
    heard: Option<u64>,
    lost: Option<Lost>,
}

/// A write under way, and the records whose results it carries.
#[derive(Clone, Debug)]
struct Flight {
    write: Write,
    records: Option<(i64, i64)>,
}

impl Flight {
    fn is_claim(&self) -> bool {
        let owner = self.write.row.as_ref().and_then(|row| row.owner.as_ref());
        self.records.is_none() && owner.is_some()
    }
}

/// What commits leave behind.
#[derive(Clone, Debug, Default)]
struct Results {
    /// How often each record's effect is there, since an operator last asked for it.
    effects: Vec<u32>,
    /// The commits that were done. One without records, such as a timer's, has an effect too.
    commits: HashSet<Fence>,
}

pub(super) struct World {
    plant: Plant,
    row: Option<Row>,
    results: Results,
    backup: Option<(Option<Row>, Results)>,
    assigned: usize,
    assignment: u64,
    members: [Member; MEMBERS],
    flights: Vec<Flight>,
    operator: Option<Option<Row>>,
    drawn: u64,
    /// The fences of all writes that were done.
    done: HashSet<Fence>,
}

pub(super) type Checked<T = ()> = Result<T, TestCaseError>;

fn key() -> Key {
    Key::new("cluster", "group", "topic", 0)
}

fn owner(member: usize) -> Owner {
    Owner::new(format!("member {member}"))
}

impl World {
    pub(super) fn new(plant: Plant) -> Self {
        Self {
            plant,
            row: None,
            results: Results::default(),
            backup: None,
            assigned: 0,
            assignment: 0,
            members: Default::default(),
            flights: Vec::new(),
            operator: None,
            drawn: 0,
            done: HashSet::new(),
        }
    }

    pub(super) fn take(&mut self, step: Step) -> Checked {
        match step {
            Step::Assign(member) => self.assign(member),
            Step::Hear(member) => self.hear(member),
            Step::Look(member) => self.look(member),
            Step::Confirm(member) => self.confirm(member),
            Step::Claim(member, network) => self.claim(member, network)?,
            Step::Commit(member, records, network) => self.commit(member, records, network)?,
            Step::Watch(member) => self.watch(member),
            Step::Release(member, network) => self.release(member, network)?,
            Step::Arrive(at) => self.arrive(at)?,
            Step::OperatorLooks => self.operator = Some(self.row.clone()),
            Step::OperatorResets(to) => self.reset(to)?,
            Step::OperatorForgets => self.forget()?,
            Step::RowVanishes => self.row = None,
            Step::Backup => self.backup = Some((self.row.clone(), self.results.clone())),
            Step::Restore => {
                if let Some((row, results)) = self.backup.clone() {
                    (self.row, self.results) = (row, results);
                }
            }
        }
        self.what_is_owned_was_written()?;
        self.at_most_one_claim_can_commit()
    }

    /// After all faults: the member that the coordinator means claims and commits at the first try.
    pub(super) fn settle(&mut self) -> Checked {
        let member = self.assigned;
        self.hear(member);
        self.watch(member);
        if !matches!(self.members[member].state, State::Owns(_)) {
            self.members[member].state = State::Idle;
            self.look(member);
            self.confirm(member);
            self.claim(member, Network::Answers)?;
        }
        let before = self.row.clone().and_then(|row| row.next_offset);
        self.commit(member, 1, Network::Answers)?;
        let after = self.row.clone().and_then(|row| row.next_offset);
        prop_assert_eq!(
            after,
            before.map(|next| next + 1),
            "the owner could not go on"
        );
        Ok(())
    }

    fn assign(&mut self, member: usize) {
        if self.assigned != member {
            self.assigned = member;
            self.assignment += 1;
        }
    }

    fn hear(&mut self, member: usize) {
        let heard = (self.assigned == member).then_some(self.assignment);
        if self.members[member].heard != heard {
            // A break: what was held before counts for nothing.
            self.members[member] = Member {
                heard,
                ..Member::default()
            };
        }
    }

    fn look(&mut self, member: usize) {
        let row = self.row.clone();
        let member = &mut self.members[member];
        if matches!(member.state, State::Idle) && member.heard.is_some() {
            member.state = State::Looked(Seen::new(key(), row));
        }
    }

    fn confirm(&mut self, at: usize) {
        let yes = self.members[at].heard == Some(self.assignment) && self.assigned == at
            || self.plant == Plant::ClaimsUnconfirmed;
        let member = &mut self.members[at];
        match std::mem::take(&mut member.state) {
            State::Looked(seen) if yes => member.state = State::Confirmed(seen.by_coordinator()),
            // Not confirmed: it is lost, let go.
            State::Looked(_) => *member = Member::default(),
            other => member.state = other,
        }
    }

    fn claim(&mut self, at: usize, network: Network) -> Checked {
        let confirmed = match std::mem::take(&mut self.members[at].state) {
            State::Confirmed(confirmed) => confirmed,
            other => {
                self.members[at].state = other;
                return Ok(());
            }
        };
        let mut wanted = Wanted::new(confirmed, Committed::at(START), TopicId::UNKNOWN, 1);
        if let Some(lost) = &self.members[at].lost {
            wanted = wanted.after(lost.clone());
        }
        let fence = self.draw(wanted.confirmed.row().map(|row| row.fence));
        let claiming = fence::claim(&owner(at), wanted, fence, 0);
        // One coordinator never has two owners by right.
        let claiming = claiming.map_err(|refused| TestCaseError::fail(refused.to_string()))?;
        let flight = Flight {
            write: claiming.write(),
            records: None,
        };
        let claimed = match self.send(flight, network)? {
            Some(Written::Done) => Ok(claiming.done()),
            Some(Written::Refused) => claiming.refused(self.row.as_ref()),
            None => return Ok(()),
        };
        if let Ok(claim) = claimed {
            self.members[at].state = State::Owns(claim);
            self.members[at].lost = None;
        }
        Ok(())
    }

    fn commit(&mut self, at: usize, records: i64, network: Network) -> Checked {
        let Some(claim) = self.take_claim(at) else {
            return Ok(());
        };
        let from = claim.start().next;
        let fence = match self.plant {
            Plant::CommitKeepsFence => claim.fence(),
            _ => self.draw(Some(claim.fence())),
        };
        let advance = claim.advance(Committed::at(from + records));
        let committing = fence::advance(advance, fence, 0);
        let flight = Flight {
            write: committing.write(),
            records: Some((from, from + records)),
        };
        let answer = match self.send(flight, network)? {
            Some(Written::Done) => Ok(committing.done()),
            Some(Written::Refused) => committing.refused(self.row.as_ref()),
            None if self.plant == Plant::TrustsLostAnswers => {
                self.members[at].state = State::Owns(committing.done());
                return Ok(());
            }
            None => {
                let lost = committing.unknown();
                if lost.fate(self.row.as_ref()) == Fate::Done {
                    prop_assert!(self.done.contains(&fence), "took for done what was not");
                }
                self.members[at].lost = Some(lost);
                return Ok(());
            }
        };
        match answer {
            Ok(claim) => {
                self.members[at].state = State::Owns(claim);
            }
            Err(Refused::Fenced { lost, .. }) => self.members[at].lost = Some(*lost),
            Err(other) => return Err(TestCaseError::fail(other.to_string())),
        }
        Ok(())
    }

    fn watch(&mut self, at: usize) {
        if let Some(claim) = self.take_claim(at) {
            let member = &mut self.members[at];
            if claim.stands_in(self.row.as_ref()) {
                member.state = State::Owns(claim);
            } else {
                member.lost = Some(claim.lose());
            }
        }
    }

    fn release(&mut self, at: usize, network: Network) -> Checked {
        if let Some(claim) = self.take_claim(at) {
            let fence = self.draw(Some(claim.fence()));
            let write = fence::release(claim, fence, 0);
            self.members[at] = Member::default();
            let flight = Flight {
                write,
                records: None,
            };
            self.send(flight, network)?;
        }
        Ok(())
    }

    fn arrive(&mut self, at: usize) -> Checked {
        if let Some(flight) = self.flights.get(at).cloned() {
            self.write(&flight)?;
        }
        Ok(())
    }

    fn reset(&mut self, to: i64) -> Checked {
        if let Some(row) = self.operator.take() {
            let fence = self.draw(row.as_ref().map(|row| row.fence));
            let reset = Reset::new(key(), Committed::at(to));
            let write = fence::reset(row.as_ref(), &reset, fence, 0).expect("an offset");
            let flight = Flight {
                write,
                records: None,
            };
            self.write(&flight)?;
        }
        Ok(())
    }

    fn forget(&mut self) -> Checked {
        if let Some(row) = self.operator.take() {
            let fence = self.draw(row.as_ref().map(|row| row.fence));
            if let Some(write) = fence::forget(row.as_ref(), fence, 0) {
                let flight = Flight {
                    write,
                    records: None,
                };
                self.write(&flight)?;
            }
        }
        Ok(())
    }

    fn take_claim(&mut self, at: usize) -> Option<Claim> {
        match std::mem::take(&mut self.members[at].state) {
            State::Owns(claim) => Some(claim),
            other => {
                self.members[at].state = other;
                None
            }
        }
    }

    /// Never the same twice, which is what 16 random bytes come to.
    fn draw(&mut self, after: Option<Fence>) -> Fence {
        self.drawn += 1;
        let number = match (self.plant, after) {
            (Plant::FencesCount, None) => 1,
            (Plant::FencesCount, Some(fence)) => u128::from_be_bytes(fence.0) + 1,
            _ => u128::from(self.drawn),
        };
        Fence(number.to_be_bytes())
    }

    /// The answer, if one is heard.
    fn send(&mut self, flight: Flight, network: Network) -> Checked<Option<Written>> {
        match network {
            Network::Answers => self.write(&flight).map(Some),
            Network::Repeats => {
                self.write(&flight)?;
                self.write(&flight).map(Some)
            }
            Network::LosesTheAnswer => self.write(&flight).map(|_| None),
            Network::LosesTheWrite => Ok(None),
            Network::Delays => {
                self.flights.push(flight);
                Ok(None)
            }
        }
    }

    /// The table and the results beside it, in one transaction.
    fn write(&mut self, flight: &Flight) -> Checked<Written> {
        if !self.guard_holds(flight) {
            return Ok(Written::Refused);
        }
        let before = self.row.as_ref().and_then(|row| row.next_offset);
        self.row.clone_from(&flight.write.row);
        let after = self.row.as_ref().and_then(|row| row.next_offset);
        self.done.extend(self.row.as_ref().map(|row| row.fence));
        match flight.records {
            Some((from, to)) => {
                prop_assert_eq!(
                    before,
                    Some(from),
                    "a commit from where the row did not stand"
                );
                let fence = self.row.as_ref().map_or(Fence::NONE, |row| row.fence);
                self.results.apply(from, to, fence)?;
            }
            None if flight.is_claim() && before.is_some() => {
                prop_assert_eq!(before, after, "a claim moved the row");
            }
            None if before != after => self.results.asked_for(after.unwrap_or(0)),
            None => {}
        }
        Ok(Written::Done)
    }

    fn guard_holds(&self, flight: &Flight) -> bool {
        let Flight { write, records } = flight;
        match (self.plant, write.expect, &self.row) {
            (Plant::NoGuard, ..) => true,
            (Plant::ClaimsUnconditionally, ..) if flight.is_claim() => true,
            (Plant::GuardsTheOffset, _, Some(row)) if records.is_some() => {
                row.next_offset == records.map(|(from, _)| from)
            }
            (_, Expect::Absent, None) => true,
            (_, Expect::Fence(fence), Some(row)) => row.fence == fence,
            _ => false,
        }
    }

    fn what_is_owned_was_written(&self) -> Checked {
        for member in &self.members {
            if let State::Owns(claim) = &member.state {
                let written = self.done.contains(&claim.fence());
                prop_assert!(written, "took for done what was not");
            }
        }
        Ok(())
    }

    /// Of all claims that members think they have, and all commits under way, one at most has the row's fence.
    fn at_most_one_claim_can_commit(&self) -> Checked {
        let Some(row) = &self.row else {
            return Ok(());
        };
        let claims = self.members.iter().filter(|member| match &member.state {
            State::Owns(claim) => claim.stands_in(Some(row)),
            _ => false,
        });
        let mut under_way: Vec<&Write> = Vec::new();
        for flight in &self.flights {
            let may_land = flight.write.expect == Expect::Fence(row.fence);
            if flight.records.is_some() && may_land && !under_way.contains(&&flight.write) {
                under_way.push(&flight.write);
            }
        }
        prop_assert!(
            claims.count() + under_way.len() <= 1,
            "two claims can commit"
        );
        Ok(())
    }
}

impl Results {
    fn apply(&mut self, from: i64, to: i64, commit: Fence) -> Checked {
        prop_assert!(self.commits.insert(commit), "a commit has its effect twice");
        for record in from..to {
            let record = usize::try_from(record).expect("an offset");
            if self.effects.len() <= record {
                self.effects.resize(record + 1, 0);
            }
            self.effects[record] += 1;
            prop_assert_eq!(
                self.effects[record],
                1,
                "record {} has its effect twice",
                record
            );
        }
        Ok(())
    }

    /// An operator, or a start policy, said where to go on: what lies before is taken for done, what lies behind is
    /// asked for anew.
    fn asked_for(&mut self, next: i64) {
        let next = usize::try_from(next).expect("an offset");
        self.effects.clear();
        self.effects.resize(next, 1);
    }
}
