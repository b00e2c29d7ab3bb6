//! Faults of topics and logs: topics that go and come again or grow, and records that are taken out of logs.

use std::collections::BTreeMap;
use std::time::Duration;

use ottla_embedded::faults::{Action, Matching, Rule};
use ottla_embedded::protocol::ApiKey;
use ottla_embedded::protocol::error_code::ErrorCode;
use tokio::time::sleep;

use super::Shared;
use super::director::{Cluster, records};
use super::recorder::topic;
use crate::history::{Event, Gone, Payload, Place, Who};
use crate::plan::{Fault, Kind};

/// As long as a partition is read by nobody: whoever reads is behind then.
const BEHIND: Duration = Duration::from_secs(3);
/// What is younger stays when retention is put to work.
const RETENTION_MS: &str = "500";
const WEEK_MS: &str = "604800000";

pub(super) fn is_of_logs(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::TopicDeleted
            | Kind::TopicRecreated
            | Kind::PartitionsAdded
            | Kind::UncleanElection
            | Kind::Compaction
            | Kind::Retention
            | Kind::DeleteRecords
    )
}

/// What such a fault does; how often it had its effect.
pub(super) async fn meet(shared: &Shared, cluster: &Cluster, fault: &Fault) -> u32 {
    let target = fault.target;
    let makings = &shared.recorder.makings;
    let place = || makings.latest(target.topic, target.partition);
    let hits = match fault.kind {
        Kind::TopicDeleted | Kind::TopicRecreated => {
            let deleted = delete(shared, cluster, target.topic);
            if deleted {
                sleep(fault.lasts).await;
                make(shared, cluster, target.topic);
            }
            deleted
        }
        Kind::PartitionsAdded => grow(shared, cluster, target.topic, 1 + target.choice % 2),
        Kind::Compaction => compact(shared, cluster, target.topic),
        Kind::Retention => {
            fall_behind(cluster, place()).await;
            retain(shared, cluster, target.topic)
        }
        Kind::DeleteRecords => {
            if !target.choice.is_multiple_of(4) {
                fall_behind(cluster, place()).await;
            }
            delete_records(shared, cluster, place())
        }
        Kind::UncleanElection => {
            truncate(shared, cluster, place(), 1 + i64::from(target.choice % 10))
        }
        _ => false,
    };
    hits.into()
}

/// A topic is there: which making that is, and what it has.
pub(super) fn note_made(shared: &Shared, cluster: &Cluster, number: u8, partitions: u16) {
    let id = cluster.topic_id(&topic(number)).unwrap_or_default();
    let made = shared.recorder.makings.made(number, id, partitions);
    shared.recorder.note(
        Who::Operator,
        Event::TopicMade {
            topic: number,
            made,
            partitions,
        },
    );
}

fn make(shared: &Shared, cluster: &Cluster, number: u8) {
    let partitions = shared.plan.shape.partitions;
    if cluster
        .create_topic(&topic(number), partitions.into())
        .is_ok()
    {
        note_made(shared, cluster, number, partitions);
    }
}

fn delete(shared: &Shared, cluster: &Cluster, number: u8) -> bool {
    let makings = &shared.recorder.makings;
    if !makings.exists(number) {
        return false;
    }
    // What was committed for it until now was committed for this making.
    shared.note_commits();
    for partition in 0..makings.partitions(number) {
        contents(shared, cluster, makings.latest(number, partition));
    }
    let made = makings.latest(number, 0).made;
    let deleted = cluster.delete_topic(&topic(number)).is_ok();
    makings.deleted(number);
    let event = Event::TopicDeleted {
        topic: number,
        made,
    };
    shared.recorder.note(Who::Operator, event);
    deleted
}

fn grow(shared: &Shared, cluster: &Cluster, number: u8, more: u16) -> bool {
    let makings = &shared.recorder.makings;
    let partitions = makings.partitions(number) + more;
    let grown = cluster
        .add_partitions(&topic(number), partitions.into())
        .is_ok();
    if grown {
        makings.grown(number, partitions);
        let made = makings.latest(number, 0).made;
        shared.recorder.note(
            Who::Operator,
            Event::TopicMade {
                topic: number,
                made,
                partitions,
            },
        );
    }
    grown
}

/// Nobody reads a partition for a while, and it is written on.
async fn fall_behind(cluster: &Cluster, place: Place) {
    let reading =
        Matching::api(ApiKey::Fetch).about_partition(topic(place.topic), place.partition.into());
    let refused = Action::Error(ErrorCode::KAFKA_STORAGE_ERROR);
    let rule = cluster.faults().add(Rule::new(reading, refused)).ok();
    sleep(BEHIND).await;
    if let Some(rule) = rule {
        cluster.faults().remove(rule);
    }
}

fn retain(shared: &Shared, cluster: &Cluster, number: u8) -> bool {
    let name = topic(number);
    taken(shared, cluster, number, Gone::Retention, || {
        let set = |time| cluster.set_topic_config(&name, "retention.ms", time);
        let _ = set(RETENTION_MS).and_then(|()| cluster.retain(&name));
        let _ = set(WEEK_MS);
    })
}

fn compact(shared: &Shared, cluster: &Cluster, number: u8) -> bool {
    let name = topic(number);
    taken(shared, cluster, number, Gone::Compaction, || {
        let set = |policy| cluster.set_topic_config(&name, "cleanup.policy", policy);
        let _ = set("compact").and_then(|()| cluster.compact(&name));
        let _ = set("delete");
    })
}

fn delete_records(shared: &Shared, cluster: &Cluster, place: Place) -> bool {
    let name = topic(place.topic);
    taken(shared, cluster, place.topic, Gone::DeleteRecords, || {
        let end = cluster.log(&name, place.partition.into());
        let end = end.map_or(0, |log| log.stable);
        let _ = cluster.delete_records(&name, place.partition.into(), end);
    })
}

/// A leader is elected that lacks the last records.
fn truncate(shared: &Shared, cluster: &Cluster, place: Place, records: i64) -> bool {
    let (name, partition) = (topic(place.topic), i32::from(place.partition));
    taken(shared, cluster, place.topic, Gone::Truncation, || {
        let log = cluster.log(&name, partition);
        let to = log.map_or(0, |log| (log.end - records).max(log.start));
        let _ = cluster.truncate(&name, partition, to);
    })
}

/// A log's bounds, and what is in it.
#[derive(Default)]
struct Contents {
    start: i64,
    end: i64,
    records: BTreeMap<i64, Payload>,
}

fn contents(shared: &Shared, cluster: &Cluster, place: Place) -> Contents {
    let Some(log) = cluster.log(&topic(place.topic), place.partition.into()) else {
        return Contents::default();
    };
    let all = records(&log).unwrap_or_default().into_iter();
    let records: BTreeMap<_, _> = all.map(|it| (it.offset, it.payload)).collect();
    for payload in records.values() {
        shared.recorder.makings.found(*payload, place);
    }
    Contents {
        start: log.start,
        end: log.end,
        records,
    }
}

/// Has records taken out of a topic's logs, and notes which those were.
fn taken(shared: &Shared, cluster: &Cluster, number: u8, why: Gone, take: impl FnOnce()) -> bool {
    let makings = &shared.recorder.makings;
    let places = || {
        let all = makings.places().into_iter();
        all.filter(|place| place.topic == number)
    };
    let before: Vec<_> = places()
        .map(|place| (place, contents(shared, cluster, place)))
        .collect();
    take();
    let mut has_effect = false;
    for (place, before) in before {
        let after = contents(shared, cluster, place);
        for (from, to) in gone(why, &before, &after) {
            has_effect = true;
            let removed = Event::Removed {
                place,
                from,
                to,
                why,
            };
            shared.recorder.note(Who::World, removed);
        }
    }
    has_effect
}

/// The ranges of offsets that are no longer there.
fn gone(why: Gone, before: &Contents, after: &Contents) -> Vec<(i64, i64)> {
    let mut gone = before
        .records
        .keys()
        .copied()
        .filter(|offset| !after.records.contains_key(offset));
    match why {
        Gone::Retention | Gone::DeleteRecords => {
            let moved = before.start < after.start;
            moved
                .then_some((before.start, after.start))
                .into_iter()
                .collect()
        }
        // A batch that reaches the cut goes whole.
        Gone::Truncation => {
            let from = gone.next().map_or(after.end, |first| first.min(after.end));
            let is_cut = after.end < before.end;
            is_cut.then_some((from, before.end)).into_iter().collect()
        }
        Gone::Compaction => gone.map(|offset| (offset, offset + 1)).collect(),
    }
}
