//! The operator: who has a group go on that stops by design, because its offsets and the cluster no longer agree; and who sets
//! offsets for other reasons.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ottla_client::consumer::ConsumeError;
use ottla_group::GroupError;
use ottla_offset_store::{Committed, Key, OffsetStore, Reset, Row, TableStore};
use tokio::time::{Instant, sleep};

use super::director::{Cluster, kept};
use super::recorder::topic;
use super::table::Watched;
use super::{GROUP, Shared, lock};
use crate::history::{Event, Keeper, Outcome, Place, Who, Write};
use crate::plan::{Fault, Kind};

/// How often an operator looks at a group.
const LOOK: Duration = Duration::from_secs(2);
/// A group whose members can't leave is empty once their sessions are over.
const EMPTY_WITHIN: Duration = Duration::from_secs(60);

/// What is kept of a partition, where it does not fit the cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Misfit {
    place: Place,
    next: i64,
    /// Where its partition goes on.
    to: i64,
    /// The row, where a store has one.
    key: Option<Key>,
}

/// Looks after the group for as long as it is polled: what did not fit the cluster at the last look and still does not is set to where
/// it does.
pub(super) async fn on_duty(shared: Arc<Shared>, cluster: Arc<Cluster>) {
    let needs = |kind: Kind| super::logs::is_of_logs(kind);
    if !shared.plan.faults.iter().any(|fault| needs(fault.kind)) {
        return;
    }
    let mut before: Vec<Misfit> = Vec::new();
    loop {
        sleep(LOOK).await;
        let now = misfits(&shared, &cluster);
        // A word that came after what it asks for was done, by a member that had not heard of it.
        let speaks_of = |place: &Place, position: i64| {
            let speaks = |one: &Misfit| (one.place, one.next) == (*place, position);
            now.iter().any(speaks)
        };
        lock(&shared.parted).retain(|place, (position, _)| speaks_of(place, *position));
        let stays = |one: &Misfit| {
            let same = |old: &Misfit| (old.place, old.next) == (one.place, one.next);
            before.iter().any(same)
        };
        let lasting: Vec<Misfit> = now.iter().filter(|one| stays(one)).cloned().collect();
        if !lasting.is_empty() {
            mend(&shared, &cluster, lasting).await;
        }
        before = now;
    }
}

fn misfits(shared: &Shared, cluster: &Cluster) -> Vec<Misfit> {
    match shared.plan.workload.keeper() {
        Keeper::Store => {
            let rows = shared.table.rows().unwrap_or_default();
            let fits = rows
                .iter()
                .filter_map(|row| misfit_of(shared, cluster, row));
            fits.collect()
        }
        Keeper::Kafka => {
            let kept = kept(shared, cluster, Keeper::Kafka).unwrap_or_default();
            let fits = kept.into_iter().filter_map(|(place, next)| {
                let to = fit(shared, cluster, place, next)?;
                let key = None;
                (to != next).then_some(Misfit {
                    place,
                    next,
                    to,
                    key,
                })
            });
            fits.collect()
        }
    }
}

/// A row of a topic that is gone stays as it is: nobody claims it.
fn misfit_of(shared: &Shared, cluster: &Cluster, row: &Row) -> Option<Misfit> {
    let (next, place) = (row.next_offset?, latest_of(shared, &row.key));
    let is_of_another = place_of(shared, row) != place;
    let start = cluster.log(&row.key.topic, row.key.partition)?.start;
    let to = match is_of_another {
        true => start,
        false => fit(shared, cluster, place, next)?,
    };
    let key = Some(row.key.clone());
    (is_of_another || to != next).then_some(Misfit {
        place,
        next,
        to,
        key,
    })
}

/// A run of a member ended with an error, which an operator reads. That a log was cut off below an offset does not show any more where
/// it has grown again since.
pub(super) fn hear(shared: &Shared, error: &GroupError) {
    if let GroupError::Consume { source } = error
        && let ConsumeError::Truncated {
            partition,
            position,
            end,
        } = source
    {
        let place = shared.recorder.makings.place_of(partition);
        lock(&shared.parted).insert(place, (*position, *end));
    }
}

/// The nearest offset that goes on with what a log has; none: there is no log.
fn fit(shared: &Shared, cluster: &Cluster, place: Place, next: i64) -> Option<i64> {
    let log = cluster.log(&topic(place.topic), place.partition.into())?;
    let parted = lock(&shared.parted).get(&place).copied();
    let parted = parted.filter(|(position, _)| *position == next);
    let end = parted.map_or(log.end, |(_, parted)| parted.min(log.end));
    Some(next.min(end).max(log.start))
}

/// The place that a row's offset speaks of.
pub(super) fn place_of(shared: &Shared, row: &Row) -> Place {
    let makings = &shared.recorder.makings;
    makings.place_by(row.topic_id, &row.key.topic, row.key.partition)
}

fn latest_of(shared: &Shared, key: &Key) -> Place {
    let makings = &shared.recorder.makings;
    makings.place(&key.topic, key.partition)
}

async fn mend(shared: &Shared, cluster: &Cluster, misfits: Vec<Misfit>) {
    match shared.plan.workload.keeper() {
        Keeper::Store => {
            for misfit in misfits {
                if let Some(key) = misfit.key.clone() {
                    set_row(shared, cluster, key, misfit.to).await;
                }
            }
        }
        Keeper::Kafka => {
            without_members(shared, cluster, || {
                for misfit in misfits {
                    set_kafka(shared, cluster, misfit.place, misfit.to);
                }
            })
            .await;
        }
    }
}

/// Sets a row's offset, or what the log has that is nearest to it.
async fn set_row(shared: &Shared, cluster: &Cluster, key: Key, to: i64) -> bool {
    let place = latest_of(shared, &key);
    let Some(to) = fit(shared, cluster, place, to) else {
        return false;
    };
    let next = row(shared, place).and_then(|row| row.next_offset);
    let skipped = next.and_then(|from| Some((from, fit(shared, cluster, place, from)?)));
    let reset = Reset {
        topic_id: cluster.topic_id(&key.topic).unwrap_or_default(),
        partitions_seen: shared.recorder.makings.partitions(place.topic).into(),
        ..Reset::new(key, Committed::at(to))
    };
    let done = store(shared).reset(vec![reset]).await;
    let is_done = done.is_ok_and(|each| each.iter().all(Result::is_ok));
    if let Some(skipped) = skipped.filter(|_| is_done) {
        note_skip(shared, place, skipped);
    }
    note_reset(shared, (Keeper::Store, place, to), is_done);
    lock(&shared.parted).remove(&place);
    is_done
}

/// Sets the group's offset, or what the log has that is nearest to it. The group has no members.
pub(super) fn set_kafka(shared: &Shared, cluster: &Cluster, place: Place, to: i64) -> bool {
    let (name, partition) = (topic(place.topic), i32::from(place.partition));
    let Some(to) = fit(shared, cluster, place, to) else {
        return false;
    };
    if let Some(next) = cluster.committed(GROUP, &name, partition) {
        let fits = fit(shared, cluster, place, next).unwrap_or(next);
        note_skip(shared, place, (next, fits));
    }
    let is_done = cluster.set_offset(GROUP, &name, partition, to).is_ok();
    shared.note_commits();
    note_reset(shared, (Keeper::Kafka, place, to), is_done);
    lock(&shared.parted).remove(&place);
    is_done
}

/// What is no longer there is left out, and the operator says so.
fn note_skip(shared: &Shared, place: Place, (from, to): (i64, i64)) {
    if from != to {
        shared
            .recorder
            .note(Who::Operator, Event::Skipped { place, from, to });
    }
}

/// An offset in Kafka is set in a transaction, which the coordinator tells nobody.
pub(super) fn note_set(shared: &Shared, place: Place, to: i64) {
    let stored = Event::Stored {
        keeper: Keeper::Kafka,
        place,
        next: Some(to),
        fence: None,
        write: Write::Reset,
        results: Vec::new(),
    };
    shared.recorder.note(Who::Operator, stored);
    note_reset(shared, (Keeper::Kafka, place, to), true);
}

fn note_reset(shared: &Shared, (keeper, place, to): (Keeper, Place, i64), is_done: bool) {
    let outcome = match is_done {
        true => Outcome::Acknowledged,
        false => Outcome::Refused,
    };
    shared.recorder.note(
        Who::Operator,
        Event::Reset {
            keeper,
            place,
            to,
            outcome,
        },
    );
}

fn store(shared: &Shared) -> TableStore<Watched> {
    let table = shared.watched(Who::Operator, shared.ambient.clone());
    TableStore::new(table).with_ambient(shared.ambient.clone())
}

/// The row of a place, if there is one that speaks of it.
fn row(shared: &Shared, place: Place) -> Option<Row> {
    let rows = shared.table.rows().ok()?;
    rows.into_iter().find(|row| place_of(shared, row) == place)
}

/// Where an operator sets an offset: to the log's start, to the same, a bit back, a bit forward.
pub(super) fn chosen(fault: &Fault, next: i64) -> i64 {
    match fault.target.choice % 4 {
        0 => 0,
        1 => next,
        2 => next.saturating_sub(5),
        _ => next.saturating_add(5),
    }
}

/// Whoever goes forward leaves out what is there, and says so. What is no longer there is said already.
pub(super) fn note_left_out(
    shared: &Shared,
    cluster: &Cluster,
    place: Place,
    (next, to): (i64, i64),
) {
    let ends = [next, to].map(|at| fit(shared, cluster, place, at).unwrap_or(at));
    if let [from, to] = ends
        && from < to
    {
        note_skip(shared, place, (from, to));
    }
}

/// An operator sets a store's offset.
pub(super) async fn reset(shared: &Shared, cluster: &Cluster, fault: &Fault) -> u32 {
    let makings = &shared.recorder.makings;
    let place = makings.latest(fault.target.topic, fault.target.partition);
    let row = row(shared, place).and_then(|row| Some((row.key, row.next_offset?)));
    match row {
        Some((key, next)) => {
            let to = chosen(fault, next);
            let is_set = set_row(shared, cluster, key, to).await;
            if is_set {
                note_left_out(shared, cluster, place, (next, to));
            }
            is_set.into()
        }
        None => 0,
    }
}

/// A row is deleted by hand.
pub(super) async fn delete_row(shared: &Shared, cluster: &Cluster, fault: &Fault) -> u32 {
    let makings = &shared.recorder.makings;
    let place = makings.latest(fault.target.topic, fault.target.partition);
    let row = row(shared, place).and_then(|row| Some((row.key, row.next_offset?)));
    let Some((key, next)) = row else {
        return 0;
    };
    let fits = fit(shared, cluster, place, next).unwrap_or(next);
    let is_done = store(shared).delete(&[key]).await.is_ok();
    note_skip(shared, place, (next, fits));
    is_done.into()
}

/// What the group had committed in Kafka, also just before, is forgotten, as far as it is no longer there.
pub(super) fn note_forgotten(shared: &Shared, cluster: &Cluster) -> u32 {
    shared.note_commits();
    let makings = &shared.recorder.makings;
    let is_gone = |place: &Place| {
        let name = topic(place.topic);
        let kept = cluster.committed(GROUP, &name, place.partition.into());
        kept.is_none() && makings.latest(place.topic, place.partition) == *place
    };
    let before = shared.recorder.in_kafka();
    let gone: Vec<Place> = before.into_iter().filter(is_gone).collect();
    let hits = u32::try_from(gone.len()).unwrap_or(u32::MAX);
    for place in gone {
        let stored = Event::Stored {
            keeper: Keeper::Kafka,
            place,
            next: None,
            fence: None,
            write: Write::Forget,
            results: Vec::new(),
        };
        shared.recorder.note(Who::Operator, stored);
    }
    hits
}

/// Has all members leave the group, does something, and lets them in again. None: they did not leave.
pub(super) async fn without_members<T>(
    shared: &Shared,
    cluster: &Cluster,
    act: impl FnOnce() -> T,
) -> Option<T> {
    let closed = close(shared, cluster).await;
    let done = closed.then(act);
    open(shared);
    done
}

/// Has all members leave the group, and waits until they have. Whatever comes of it, [`open`] follows.
pub(super) async fn close(shared: &Shared, cluster: &Cluster) -> bool {
    shared.closed.fetch_add(1, Ordering::Relaxed);
    let until = Instant::now() + EMPTY_WITHIN;
    while Instant::now() < until {
        for member in shared.members.iter() {
            member.stop();
        }
        sleep(Duration::from_millis(200)).await;
        if cluster.group_members(GROUP).is_empty() {
            return true;
        }
    }
    false
}

/// Lets members in again.
pub(super) fn open(shared: &Shared) {
    shared.closed.fetch_sub(1, Ordering::Relaxed);
}

/// Returns when no operator wants the group empty.
pub(super) async fn is_let_in(shared: &Shared) {
    while shared.closed.load(Ordering::Relaxed) > 0 && !shared.all_done.is_cancelled() {
        sleep(Duration::from_millis(100)).await;
    }
}
