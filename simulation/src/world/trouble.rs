//! What goes wrong with stores and handlers: the plan's faults that are in force, and whom they meet.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ottla_offset_store::StoreError;
use tokio::task::yield_now;

use super::member::Outside;
use super::{Obeyed, Order, Orders, lock};
use crate::history::{FaultId, Life, Who};
use crate::plan::{Aim, Dice, Fault, Kind};

/// A handler that hangs is cut off by a rebalance before, or goes on in the end: no world waits for ever.
const HANGS: Duration = Duration::from_secs(45);

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Claim,
    Commit,
    Release,
}

/// What becomes of a write.
#[derive(Debug)]
pub(super) enum Trouble {
    /// It is done after a long time.
    Wait(Duration),
    /// Nobody knows of it, and it is done later.
    Late(Duration),
    /// It is done, and nobody knows.
    Applied,
    /// It is not done, and nobody knows.
    NotApplied,
    /// It is not done.
    Refused(StoreError),
    /// It is done, and that is the last that its owner does.
    Killed,
    /// Its owner stands still just before it, and does it when it goes on.
    StandsStill,
}

/// What a handler meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ordeal {
    Fails,
    Panics,
    Takes(Duration),
}

/// The troubles of a world. Clones share them.
#[derive(Clone, Debug)]
pub(super) struct Troubles {
    state: Arc<Mutex<State>>,
    members: Arc<[Outside]>,
    orders: Orders,
}

#[derive(Debug)]
struct State {
    dice: Dice,
    active: Vec<Active>,
}

#[derive(Debug)]
struct Active {
    fault: Fault,
    passed: u16,
    hits: u32,
    /// How often a run was polled that is to be dropped.
    polls: u32,
}

/// Writes that are under way: as many as there are clones.
#[derive(Clone, Debug, Default)]
pub(super) struct Late(Arc<()>);

impl Late {
    pub(super) fn under_way(&self) -> usize {
        Arc::strong_count(&self.0) - 1
    }
}

impl Troubles {
    pub(super) fn new(seed: u64, members: Arc<[Outside]>, orders: Orders) -> Self {
        let state = State {
            dice: Dice::new(seed ^ 0x7072_6f62_6c65_6d73),
            active: Vec::new(),
        };
        Self {
            state: Arc::new(Mutex::new(state)),
            members,
            orders,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a handler commits by itself what it has marked, which it may leave to the group.
    pub(super) fn commits_by_hand(&self) -> bool {
        self.state().dice.once_in(5)
    }

    /// How long a store takes for one step.
    pub(super) fn moment(&self) -> Duration {
        Duration::from_micros(self.state().dice.between(200, 3_000).into())
    }

    pub(super) fn start(&self, fault: Fault) {
        self.state().active.push(Active {
            fault,
            passed: 0,
            hits: 0,
            polls: 0,
        });
    }

    /// Ends a fault, and says how often it had its effect.
    pub(super) fn end(&self, id: FaultId) -> u32 {
        let mut state = self.state();
        let at = state.active.iter().position(|it| it.fault.id == id);
        at.map_or(0, |at| state.active.remove(at).hits)
    }

    /// A write of a store.
    pub(super) fn meet(&self, step: Step, who: Who) -> Option<Trouble> {
        let fault = self.state().hit(who, |fault| concerns(fault, step))?;
        let long = Duration::from_millis(6_000 + 20 * u64::from(fault.target.choice));
        Some(match fault.kind {
            Kind::LateClaim => Trouble::Wait(long),
            // A store that is down may refuse, or hang.
            Kind::StoreDownAtRevoke if fault.target.choice % 2 == 1 => Trouble::Wait(long),
            Kind::StoreCommitUnknownLate => Trouble::Late(long / 4),
            Kind::StoreCommitUnknownApplied | Kind::ClaimAnswerLost => Trouble::Applied,
            Kind::StoreCommitUnknownNotApplied => Trouble::NotApplied,
            Kind::KillBeforeMirror => Trouble::Killed,
            Kind::MemberPaused | Kind::PauseInTransaction => Trouble::StandsStill,
            Kind::SerializationFailure => Trouble::Refused(StoreError::Busy {
                store: "simulated",
                doing: "writing",
                waited: Duration::ZERO,
            }),
            Kind::StoreReadOnly => Trouble::Refused(StoreError::Full {
                store: "simulated",
                doing: "writing",
                place: "the disk".to_owned(),
            }),
            _ => Trouble::Refused(StoreError::Unavailable {
                store: "simulated",
                doing: "writing",
                source: "a fault of the plan".into(),
            }),
        })
    }

    /// Which partition of a commit of many is fenced, modulo how many they are.
    pub(super) fn fences(&self, who: Who) -> Option<usize> {
        let fault = self
            .state()
            .hit(who, |fault| fault.kind == Kind::FencedInBatch)?;
        Some(fault.target.choice.into())
    }

    /// A member does nothing any more, and is killed with the end of this step.
    pub(super) fn kill(&self, who: Who) {
        self.hold(who);
        if let Who::Member(Life { member, .. }) = who {
            lock(&self.orders).push_back((Order::Crash(member), Obeyed::default()));
            let mut state = self.state();
            let killers = state
                .active
                .iter_mut()
                .filter(|it| is_killer(&it.fault, who));
            killers.for_each(|it| it.hits += 1);
        }
    }

    /// A write is done, and its owner may stand still before it hears so.
    pub(super) async fn may_wait_for_answer(&self, who: Who) {
        let met = self.state().hit(who, pauses_behind_write);
        if met.is_some() {
            self.hold(who);
            yield_now().await;
        }
    }

    /// A write comes later: for as long as what is given back is kept.
    pub(super) fn late(&self, who: Who) -> Option<Late> {
        match who {
            Who::Member(Life { member, .. }) => {
                Some(self.members[usize::from(member)].late.clone())
            }
            _ => None,
        }
    }

    /// A member has no turn from its next await on.
    pub(super) fn hold(&self, who: Who) {
        if let Who::Member(Life { member, .. }) = who {
            self.members[usize::from(member)].process.stops_dead();
        }
    }

    /// Whether a fault had its effect.
    pub(super) fn has_met(&self, id: FaultId) -> bool {
        let state = self.state();
        let mut active = state.active.iter();
        active.any(|it| it.fault.id == id && it.hits > 0)
    }

    /// Whether futures of somebody are dropped at this time.
    pub(super) fn are_dropped(&self, who: Who) -> bool {
        let state = self.state();
        let mut active = state.active.iter();
        active.any(|it| it.fault.kind == Kind::FutureDropped && is_target(&it.fault, who))
    }

    /// A public future begins: with how many polls it is dropped.
    pub(super) fn drops(&self, who: Who) -> Option<u32> {
        let mut state = self.state();
        let fault = state.hit(who, |fault| fault.kind == Kind::FutureDropped)?;
        Some(
            state
                .dice
                .between(1, 2 + u32::from(fault.target.choice % 8)),
        )
    }

    /// A member's run is polled: whether it is dropped instead. One fault of four drops one run.
    pub(super) fn drops_run(&self, who: Who) -> bool {
        let mut state = self.state();
        let is_meant = |it: &&mut Active| {
            let Fault { kind, target, .. } = it.fault;
            kind == Kind::FutureDropped && target.choice % 4 == 0 && is_target(&it.fault, who)
        };
        let Some(met) = state.active.iter_mut().find(is_meant) else {
            return false;
        };
        met.polls += 1;
        let is_now = met.polls == 1 + u32::from(met.fault.target.choice) / 8;
        met.hits += u32::from(is_now);
        is_now
    }

    /// Whether a handler hangs by this fault.
    pub(super) fn hangs(&self, fault: &Fault) -> bool {
        fault.kind == Kind::HandlerFails && fault.target.choice % 3 == 2 && self.has_met(fault.id)
    }

    /// A record in a handler.
    pub(super) fn handling(&self, who: Who) -> Option<Ordeal> {
        let kinds = |fault: &Fault| matches!(fault.kind, Kind::HandlerFails | Kind::SlowHandler);
        let fault = self.state().hit(who, kinds)?;
        Some(match fault.kind {
            Kind::HandlerFails => match fault.target.choice % 3 {
                0 => Ordeal::Fails,
                1 => Ordeal::Panics,
                _ => Ordeal::Takes(HANGS),
            },
            _ => Ordeal::Takes(Duration::from_millis(
                200 + 8 * u64::from(fault.target.choice),
            )),
        })
    }
}

impl State {
    fn hit(&mut self, who: Who, concerns: impl Fn(&Fault) -> bool) -> Option<Fault> {
        let Self { dice, active } = self;
        let met = active.iter_mut().find(|it| {
            concerns(&it.fault) && is_target(&it.fault, who) && !is_spent(it.fault.kind, it.hits)
        })?;
        if met.passed < met.fault.target.skip {
            met.passed += 1;
            return None;
        }
        if dice.between(1, 1_000) > met.fault.target.permille.into() {
            return None;
        }
        // A write that is refused kills nobody.
        met.hits += u32::from(met.fault.kind != Kind::KillBeforeMirror);
        Some(met.fault)
    }
}

fn is_killer(fault: &Fault, who: Who) -> bool {
    fault.kind == Kind::KillBeforeMirror && is_target(fault, who)
}

/// What takes long, or ends a run, happens once.
fn is_spent(kind: Kind, hits: u32) -> bool {
    let once = matches!(
        kind,
        Kind::LateClaim
            | Kind::PauseInTransaction
            | Kind::HandlerFails
            | Kind::KillBeforeMirror
            | Kind::MemberPaused
            | Kind::FencedInBatch
    );
    once && hits > 0
}

fn is_target(fault: &Fault, who: Who) -> bool {
    match (fault.kind.aim(), who) {
        (_, Who::Operator) => false,
        (Aim::Member, Who::Member(life)) => life.member == fault.target.member,
        _ => true,
    }
}

/// Not before the guarded write, but between it and its answer.
fn pauses_behind_write(fault: &Fault) -> bool {
    fault.kind == Kind::PauseInTransaction && fault.target.choice % 2 == 1
}

fn concerns(fault: &Fault, step: Step) -> bool {
    match fault.kind {
        Kind::PauseInTransaction => step == Step::Commit && !pauses_behind_write(fault),
        Kind::LateClaim | Kind::ClaimAnswerLost | Kind::StoreDownAtClaim => step == Step::Claim,
        Kind::KillBeforeMirror
        | Kind::MemberPaused
        | Kind::StoreDownAtCommit
        | Kind::StoreCommitUnknownApplied
        | Kind::StoreCommitUnknownNotApplied
        | Kind::StoreCommitUnknownLate => step == Step::Commit,
        Kind::StoreDownAtRevoke => step == Step::Release,
        Kind::StoreReadOnly | Kind::SerializationFailure => true,
        _ => false,
    }
}
