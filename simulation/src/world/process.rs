//! A member's process as its machine has it: it may stand still, its clock may be wrong, and its program may be started a second time.
//!
//! A process that stands still: no task in it gets a turn, while time passes and the network brings what others send. All that client and group spawn is
//! behind the same gate ([`ClientConfig::gate`]), and so is the program itself.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker, ready};
use std::time::{Duration, SystemTime};

use ottla_client::ClientConfig;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};

use super::{Order, START, Shared, lock};
use crate::history::{Event, Life, Who};
use crate::plan::{Fault, Kind, Target};

/// A member's process, whichever runs at the time.
#[derive(Debug, Default)]
pub(super) struct Process {
    /// None: it does not run.
    turns: Mutex<Option<Turns>>,
    /// How far its machine's clock is off, in milliseconds.
    off_by: Arc<AtomicI64>,
    /// How often it was read while it was.
    wrong: Arc<AtomicU32>,
    again: Notify,
    asked: Notify,
    living: Mutex<Vec<Life>>,
}

impl Process {
    /// It starts; its tasks have their turns by this.
    pub(super) fn starts(&self) -> Turns {
        let turns = Turns::default();
        *lock(&self.turns) = Some(turns.clone());
        turns
    }

    /// It is killed. Those who lived in it.
    pub(super) fn dies(&self) -> Vec<Life> {
        *lock(&self.turns) = None;
        std::mem::take(&mut lock(&self.living))
    }

    /// No task of it has a turn any more.
    pub(super) fn stops_dead(&self) {
        if let Some(turns) = &*lock(&self.turns) {
            turns.hold();
        }
    }

    /// Those who live in it.
    pub(super) fn lives(&self) -> Vec<Life> {
        lock(&self.living).clone()
    }

    pub(super) fn begins(&self, life: Life) {
        lock(&self.living).push(life);
    }

    pub(super) fn ends(&self, life: Life) {
        lock(&self.living).retain(|other| *other != life);
    }

    /// Returns when the program is started a second time beside itself.
    pub(super) async fn started_again(&self) {
        self.again.notified().await;
    }

    /// It is to ask for more than it needs.
    pub(super) fn is_to_ask(&self) {
        self.asked.notify_one();
    }

    pub(super) async fn is_asked(&self) {
        self.asked.notified().await;
    }

    /// A client's settings, with the time of day and the turns of this process.
    pub(super) fn of(&self, config: ClientConfig) -> ClientConfig {
        let turns = lock(&self.turns).clone().unwrap_or_default();
        config.clock(self.clock()).gate(move |cx| turns.poll(cx))
    }

    /// The time of day on its machine.
    pub(super) fn clock(&self) -> impl Fn() -> SystemTime + Send + Sync + 'static {
        let (off_by, wrong) = (Arc::clone(&self.off_by), Arc::clone(&self.wrong));
        move || {
            let now = START + turmoil::sim_elapsed().unwrap_or_default();
            let off_by = off_by.load(Ordering::Relaxed);
            wrong.fetch_add(u32::from(off_by != 0), Ordering::Relaxed);
            let by = Duration::from_millis(off_by.unsigned_abs());
            SystemTime::UNIX_EPOCH
                + match off_by < 0 {
                    true => now.saturating_sub(by),
                    false => now + by,
                }
        }
    }
}

/// The turns of one process's tasks. Clones are the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Turns(Arc<Mutex<Held>>);

#[derive(Debug, Default)]
struct Held {
    /// By how many faults.
    by: u32,
    waiting: Vec<Waker>,
}

impl Turns {
    fn poll(&self, cx: &Context<'_>) -> Poll<()> {
        let mut held = lock(&self.0);
        if held.by == 0 {
            return Poll::Ready(());
        }
        if !held.waiting.iter().any(|one| one.will_wake(cx.waker())) {
            held.waiting.push(cx.waker().clone());
        }
        Poll::Pending
    }

    /// A future as a part of the process.
    pub(super) async fn within<F: Future>(self, future: F) -> F::Output {
        let mut future = pin!(future);
        poll_fn(|cx| {
            ready!(self.poll(cx));
            future.as_mut().poll(cx)
        })
        .await
    }

    /// No task has a turn from now on. Whether they had.
    fn hold(&self) -> bool {
        let mut held = lock(&self.0);
        held.by += 1;
        held.by == 1
    }

    /// Whether they have turns again.
    fn release(&self) -> bool {
        let mut held = lock(&self.0);
        // Who stood still may have been killed since, and this is the next.
        held.by = held.by.saturating_sub(1);
        let goes_on = held.by == 0;
        let woken = match goes_on {
            true => std::mem::take(&mut held.waiting),
            false => Vec::new(),
        };
        drop(held);
        woken.into_iter().for_each(Waker::wake);
        goes_on
    }
}

/// The same fault, which lets nothing pass.
pub(super) fn certain(fault: Fault) -> Fault {
    let target = Target {
        skip: 0,
        permille: 1_000,
        ..fault.target
    };
    Fault { target, ..fault }
}

impl Shared {
    /// A process stands still for a while, if it runs. Half of those who are to stand for long do so at a commit, if one comes.
    pub(super) async fn stand_still(&self, fault: &Fault) -> u32 {
        let process = &self.members[usize::from(fault.target.member)].process;
        let in_transaction = fault.kind == Kind::PauseInTransaction;
        let at_commit = in_transaction
            || fault.kind == Kind::MemberPaused && fault.target.choice.is_multiple_of(2);
        let is_held = at_commit && self.meets(fault, Duration::from_secs(6)).await;
        if in_transaction && !is_held {
            return 0;
        }
        let Some(turns) = lock(&process.turns).clone() else {
            return 0;
        };
        let lives = process.lives();
        if is_held || turns.hold() {
            self.note_all(&lives, &Event::Paused);
        }
        sleep(fault.lasts).await;
        let living = process.lives();
        if turns.release() && lives == living {
            self.note_all(&lives, &Event::Resumed);
        }
        u32::from(!lives.is_empty())
    }

    /// Has a fault of stores wait until it is met once. Whether it was.
    pub(super) async fn meets(&self, fault: &Fault, within: Duration) -> bool {
        self.troubles.start(certain(*fault));
        let since = Instant::now();
        while !self.troubles.has_met(fault.id) && since.elapsed() < within {
            sleep(Duration::from_millis(20)).await;
        }
        self.troubles.end(fault.id) > 0
    }

    fn note_all(&self, lives: &[Life], event: &Event) {
        for life in lives {
            self.recorder.note(Who::Member(*life), event.clone());
        }
    }

    /// A member is killed, and started again later. Whether it ran.
    pub(super) async fn kill(&self, member: u8, lasts: Duration) -> u32 {
        let killed = self.order(Order::Crash(member));
        sleep(lasts).await;
        self.order(Order::Start(member));
        killed.is().into()
    }

    /// A machine's clock jumps by an hour, and back later: the member's, or all brokers'.
    pub(super) async fn jump(&self, jump_brokers: impl Fn(i64), fault: &Fault) -> u32 {
        let hour = 3_600_000;
        let by = match fault.target.choice % 2 {
            0 => hour,
            _ => -hour,
        };
        let Process { off_by, wrong, .. } = &self.members[usize::from(fault.target.member)].process;
        let is_of_brokers = fault.target.choice.is_multiple_of(3);
        let jump = |by| match is_of_brokers {
            true => jump_brokers(by),
            false => {
                off_by.fetch_add(by, Ordering::Relaxed);
            }
        };
        let before = wrong.load(Ordering::Relaxed);
        jump(by);
        sleep(fault.lasts).await;
        jump(-by);
        match is_of_brokers {
            true => 1,
            false => wrong.load(Ordering::Relaxed) - before,
        }
    }

    /// A static member is killed and started again, or its program is started beside itself.
    pub(super) async fn start_again(&self, fault: &Fault) -> u32 {
        let member = fault.target.member;
        let process = &self.members[usize::from(member)].process;
        if fault.target.choice.is_multiple_of(2) {
            return self.kill(member, fault.lasts).await;
        }
        let was_alone = process.lives().len() == 1;
        process.again.notify_waiters();
        sleep(fault.lasts).await;
        u32::from(was_alone)
    }
}
