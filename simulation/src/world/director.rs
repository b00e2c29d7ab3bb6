//! The cluster's host: it starts the brokers, has the plan's faults happen, says when all is done, and looks at what is left.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ottla_embedded::protocol::records::{Decompressor, RecordBatch};
use ottla_embedded::{EmbeddedCluster, LogContents};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};

use super::network::Simulated;
use super::process::certain;
use super::recorder::topic;
use super::transactional::{self, Decided};
use super::{
    CLUSTER, GROUP, Order, PORT, START, Shared, brokers, coordinator, lock, logs, member, operator,
    rebalances, rules,
};
use crate::history::{Ending, Event, Keeper, Log, LogRecord, Place, Who};
use crate::plan::{Fault, Kind};

pub(super) type Cluster = EmbeddedCluster<Simulated>;

/// How long a world waits for its lag to become 0. Later than what is promised, so that the history says how much later.
const PATIENCE: Duration = Duration::from_secs(180);

/// From the first broker's start to the last look.
pub(super) async fn run(shared: Arc<Shared>) -> turmoil::Result {
    let cluster = Arc::new(start(&shared).await?);
    *lock(&shared.commits) = Some(cluster.watch_commits());
    let began = Instant::now();
    let mut faults = JoinSet::new();
    for fault in shared.plan.faults.clone() {
        faults.spawn(happen(
            Arc::clone(&shared),
            Arc::clone(&cluster),
            fault,
            began,
        ));
    }
    let duty = tokio::spawn(operator::on_duty(Arc::clone(&shared), Arc::clone(&cluster)));
    while faults.join_next().await.is_some() {}
    shared.recorder.note(Who::World, Event::Healed);
    settle(&shared, &cluster).await;
    duty.abort();
    shared.all_done.cancel();
    let since = Instant::now();
    let is_done = |member: &member::Outside| member.done.load(Ordering::Relaxed) > 0;
    while !shared.members.iter().all(is_done) && since.elapsed() < Duration::from_secs(40) {
        sleep(Duration::from_millis(100)).await;
    }
    shared.recorder.note(
        Who::World,
        Event::Left {
            tasks: shared.tasks_left.load(Ordering::Relaxed),
            sockets: shared.recorder.sockets(),
            locks: shared.table.locks()?,
        },
    );
    *lock(&shared.ending) = Some(ending(&shared, &cluster)?);
    Ok(())
}

async fn start(shared: &Shared) -> Result<Cluster, Box<dyn std::error::Error>> {
    let shape = shared.plan.shape;
    let listen = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), PORT);
    let mut builder = EmbeddedCluster::builder()
        .brokers(shape.brokers.into())
        .seed(shared.plan.seed)
        .listen(listen)
        .advertised_host(CLUSTER)
        .wall_clock_ms(i64::try_from(START.as_millis())?)
        .auto_create_topics(false)
        .config("group.initial.rebalance.delay.ms", "500");
    for number in 0..shape.topics {
        builder = builder.topic(topic(number), shape.partitions.into());
    }
    let builder = coordinator::set_up(builder, &shared.plan);
    let network = Simulated(shared.slow.clone());
    let cluster = builder.network(network).start().await?;
    for number in 0..shape.topics {
        logs::note_made(shared, &cluster, number, shape.partitions);
    }
    Ok(cluster)
}

/// One fault, from its time until it is over.
async fn happen(shared: Arc<Shared>, cluster: Arc<Cluster>, fault: Fault, began: Instant) {
    sleep_until(began + fault.at).await;
    let started = Event::FaultStarted {
        fault: fault.id,
        kind: fault.kind,
    };
    shared.recorder.note(Who::World, started);
    let hits = meet(&shared, &cluster, &fault).await;
    let fault = fault.id;
    shared
        .recorder
        .note(Who::World, Event::FaultEnded { fault, hits });
}

/// What a fault does; how often it had its effect.
async fn meet(shared: &Shared, cluster: &Cluster, fault: &Fault) -> u32 {
    let target = fault.target;
    match fault.kind {
        Kind::MemberPaused | Kind::PauseInTransaction | Kind::Starved => {
            shared.stand_still(fault).await
        }
        Kind::ClockJumps => shared.jump(|by| cluster.jump_wall_clock(by), fault).await,
        Kind::StaticRestart => shared.start_again(fault).await,
        Kind::LeaderKilledInSync => rebalances::kill_who_assigns(shared, cluster, fault).await,
        Kind::RevokedAtOnce => rebalances::revoke_at_once(shared, cluster, fault).await,
        Kind::Trickle => shared.trickle(fault).await,
        Kind::FutureDropped => shared.drop_futures(fault).await,
        Kind::KillBeforeMirror => kill_before_mirror(shared, fault).await,
        Kind::MemberKilled => shared.kill(target.member, fault.lasts).await,
        Kind::Partitioned => {
            let cut_off = shared.order(Order::CutOff(target.member));
            sleep(fault.lasts).await;
            shared.order(Order::Reconnect(target.member));
            cut_off.is().into()
        }
        Kind::StopInRebalance => rebalances::stop_in_one(shared, cluster, fault).await,
        Kind::JoinStorm => join_storm(shared, fault).await,
        kind if brokers::is_of_brokers(kind) => brokers::meet(shared, cluster, fault).await,
        Kind::UnstableOffsets => transactional::unstable(shared, cluster, fault).await,
        kind if transactional::plays(kind) => transactional::lasted(shared, fault).await,
        kind if logs::is_of_logs(kind) => logs::meet(shared, cluster, fault).await,
        kind if coordinator::is_of_groups(kind) => coordinator::meet(shared, cluster, fault).await,
        kind if rules::is_of_stores(kind) => trouble_a_store(shared, fault).await,
        _ => by_rules(cluster, fault, shared).await,
    }
}

async fn trouble_a_store(shared: &Shared, fault: &Fault) -> u32 {
    match fault.kind {
        // Claims are rare: who joins again claims again.
        Kind::ClaimAnswerLost => {
            shared.troubles.start(certain(*fault));
            shared.members[usize::from(fault.target.member)].stop();
        }
        _ => shared.troubles.start(*fault),
    }
    // What meets no time of its own waits for somebody to come.
    sleep(fault.lasts.max(Duration::from_secs(8))).await;
    if shared.troubles.hangs(fault) {
        // It is cut off when the group has to go on without it.
        let next = (fault.target.member + 1) % shared.plan.shape.members;
        shared.members[usize::from(next)].stop();
    }
    shared.troubles.end(fault.id)
}

/// Waits for a commit of the member, which is its last deed.
async fn kill_before_mirror(shared: &Shared, fault: &Fault) -> u32 {
    let is_killed = shared.meets(fault, Duration::from_secs(10)).await;
    if is_killed {
        sleep(fault.lasts).await;
        shared.order(Order::Start(fault.target.member));
    }
    u32::from(is_killed)
}

async fn by_rules(cluster: &Cluster, fault: &Fault, shared: &Shared) -> u32 {
    let life = shared.members[usize::from(fault.target.member)].life(fault.target.member);
    let rules = rules::of(fault, &life.to_string());
    let faults = cluster.faults();
    let added: Vec<_> = rules
        .into_iter()
        .filter_map(|rule| faults.add(rule).ok())
        .collect();
    if fault.kind == Kind::FetchSessionLost {
        cluster.expire_fetch_sessions();
    }
    sleep(fault.lasts).await;
    let reports = added.into_iter().filter_map(|rule| faults.remove(rule));
    let hits: u64 = reports.map(|report| report.hits).sum();
    u32::try_from(hits).unwrap_or(u32::MAX)
}

async fn join_storm(shared: &Shared, fault: &Fault) -> u32 {
    let until = Instant::now() + fault.lasts;
    let mut stops = 0;
    while Instant::now() < until {
        let member =
            (u32::from(fault.target.choice) + stops) % u32::from(shared.plan.shape.members);
        shared.members[member as usize].stop();
        stops += 1;
        sleep(Duration::from_millis(2_500)).await;
    }
    stops
}

/// Waits until nothing is left to be done.
async fn settle(shared: &Shared, cluster: &Cluster) {
    let since = Instant::now();
    while since.elapsed() < PATIENCE {
        if shared.all_sent.load(Ordering::Relaxed) && lag(shared, cluster) == Some(0) {
            shared.recorder.note(Who::World, Event::Settled);
            return;
        }
        sleep(Duration::from_millis(200)).await;
    }
}

fn lag(shared: &Shared, cluster: &Cluster) -> Option<i64> {
    let kept = kept(shared, cluster, shared.plan.workload.keeper())?;
    let mut lag = 0;
    for place in shared.recorder.makings.places() {
        let log = cluster.log(&topic(place.topic), place.partition.into())?;
        let next = kept.get(&place).copied().unwrap_or(log.start);
        lag += (log.stable - next).max(0);
    }
    Some(lag + mirror_lag(shared, cluster)?)
}

/// How far the mirror is behind its store. What it does not have at all, nobody has committed since it began.
fn mirror_lag(shared: &Shared, cluster: &Cluster) -> Option<i64> {
    if shared.plan.workload.keeper() == Keeper::Kafka {
        return Some(0);
    }
    let mirror = kept(shared, cluster, Keeper::Kafka)?;
    let stored = kept(shared, cluster, Keeper::Store)?.into_iter();
    let behind = stored.filter_map(|(place, next)| Some(next - mirror.get(&place)?));
    Some(behind.map(|lag| lag.max(0)).sum())
}

pub(super) type Offsets = std::collections::BTreeMap<Place, i64>;

pub(super) fn kept(shared: &Shared, cluster: &Cluster, keeper: Keeper) -> Option<Offsets> {
    match keeper {
        Keeper::Store => {
            let rows = shared.table.rows().ok()?.into_iter();
            Some(
                rows.filter_map(|row| Some((operator::place_of(shared, &row), row.next_offset?)))
                    .collect(),
            )
        }
        Keeper::Kafka => {
            let committed = |place: Place| {
                let name = topic(place.topic);
                Some((
                    place,
                    cluster.committed(GROUP, &name, place.partition.into())?,
                ))
            };
            let places = shared.recorder.makings.places().into_iter();
            Some(places.filter_map(committed).collect())
        }
    }
}

/// What is where at the end.
fn ending(shared: &Shared, cluster: &Cluster) -> Result<Ending, Box<dyn std::error::Error>> {
    let mut ending = Ending {
        store: kept(shared, cluster, Keeper::Store).unwrap_or_default(),
        kafka: kept(shared, cluster, Keeper::Kafka).unwrap_or_default(),
        results: shared.table.results()?,
        ..Ending::default()
    };
    for place in shared.recorder.makings.places() {
        if let Some(log) = cluster.log(&topic(place.topic), place.partition.into()) {
            let records = records(&log)?;
            for record in &records {
                shared.recorder.makings.found(record.payload, place);
            }
            let log = Log {
                start: log.start,
                stable: log.stable,
                records,
            };
            ending.logs.insert(place, log);
        }
    }
    Ok(ending)
}

/// The records of a log, and which of them were aborted.
pub(super) fn records(log: &LogContents) -> Result<Vec<LogRecord>, Box<dyn std::error::Error>> {
    let decided = Decided::of(log.batches.iter().map(|batch| &**batch));
    let mut records = Vec::new();
    for batch in &log.batches {
        records.extend(unpack(batch, log.start, &decided)?);
    }
    Ok(records)
}

fn unpack(
    bytes: &[u8],
    start: i64,
    decided: &Decided,
) -> Result<Vec<LogRecord>, Box<dyn std::error::Error>> {
    let Some((batch, _)) = RecordBatch::split_first(bytes)? else {
        return Ok(Vec::new());
    };
    if batch.header().is_control() {
        return Ok(Vec::new());
    }
    let mut decompressor = Decompressor::new();
    let mut plain = Vec::new();
    let mut records = Vec::new();
    for record in batch.records(&mut decompressor, 64 << 20, &mut plain)? {
        let record = record?;
        if record.offset >= start {
            records.push(LogRecord {
                offset: record.offset,
                payload: member::payload(&record),
                aborted: decided.is_aborted(&batch),
            });
        }
    }
    Ok(records)
}
