//! The world of a seed: the embedded cluster, who produces, the members and their store, on one thread with a simulated network and
//! virtual time. It is lived through once; what happened is the history that the checker judges.
//!
//! | part | what |
//! | --- | --- |
//! | `recorder` | takes the history down |
//! | `network` | the simulated network, for client and cluster |
//! | `generator` | who produces |
//! | `transactional` | who produces in transactions |
//! | `member` `life` `by_key` | a member's process, its lives, and its work |
//! | `store` `table` | the real stores, with an eye on them |
//! | `trouble` | what goes wrong with stores and handlers |
//! | `director` | the cluster's host: faults, resets, when all is done, the last look |
//! | `rules` | faults that are rules of the cluster |

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU32};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use ottla_client::ClientConfig;
use ottla_embedded::groups::CommitWatcher;
use ottla_offset_store::Ambient;
use tokio_util::sync::CancellationToken;

mod by_key;
mod director;
mod generator;
mod life;
mod member;
mod network;
mod recorder;
mod rules;
mod store;
mod table;
mod transactional;
mod trouble;

use member::Outside;
use network::Connector;
use recorder::Recorder;
use table::Table;
use transactional::Transactions;
use trouble::Troubles;

use crate::check::{Terms, Violation, check};
use crate::history::{Ending, Event, History, Keeper, Life, Who, Write};
use crate::plan::Plan;

const GROUP: &str = "group";
const CLUSTER: &str = "cluster";
/// Where broker 1 listens; the others behind it.
const PORT: u16 = 9_092;
/// When worlds begin, since 1970.
const START: Duration = Duration::from_secs(1_700_000_000);
/// The network delivers at these steps.
const TICK: Duration = Duration::from_millis(5);
/// No world lasts longer.
const LONGEST: Duration = Duration::from_secs(600);

/// How a world went.
#[derive(Clone, Debug)]
pub struct Lived {
    /// What happened.
    pub history: History,
    /// What does not hold of it.
    pub violations: Vec<Violation>,
}

/// Why a world could not be lived through.
#[derive(Debug)]
pub struct Broken(pub String);

/// What all hosts of a world share: they are on one thread.
struct Shared {
    plan: Plan,
    recorder: Recorder,
    table: Table,
    troubles: Troubles,
    transactions: Transactions,
    ambient: Ambient,
    members: Vec<Outside>,
    all_sent: AtomicBool,
    all_done: CancellationToken,
    tasks_left: AtomicU32,
    commits: Mutex<Option<CommitWatcher>>,
    orders: Mutex<VecDeque<Order>>,
    ending: Mutex<Option<Ending>>,
}

/// What only the world itself can do to a member.
#[derive(Clone, Copy, Debug)]
enum Order {
    Crash(u8),
    Start(u8),
    CutOff(u8),
    Reconnect(u8),
}

/// Lives through the world of a plan. One at a time in a process.
///
/// # Errors
/// The simulation itself failed.
pub fn live(plan: &Plan) -> Result<Lived, Broken> {
    align_task_ids()?;
    let shared = Arc::new(Shared::new(plan)?);
    let mut sim = turmoil::Builder::new()
        .rng_seed(plan.seed)
        .epoch(SystemTime::UNIX_EPOCH)
        .simulation_duration(LONGEST)
        .tick_duration(TICK)
        .min_message_latency(Duration::from_millis(1))
        .max_message_latency(Duration::from_millis(20))
        .tcp_capacity(65_536)
        .build();
    sim.client(CLUSTER, director::run(Arc::clone(&shared)));
    sim.client("generator", generator::run(Arc::clone(&shared)));
    for member in 0..plan.shape.members {
        let shared = Arc::clone(&shared);
        sim.host(host(member), move || {
            member::run(Arc::clone(&shared), member)
        });
    }
    loop {
        let is_over = sim.step().map_err(|error| Broken(error.to_string()))?;
        shared.note_commits();
        if is_over {
            break;
        }
        let orders = std::mem::take(&mut *lock(&shared.orders));
        for order in orders {
            shared.obey(&mut sim, order);
        }
    }
    let ending = lock(&shared.ending).take().unwrap_or_default();
    drop(sim);
    let history = shared.recorder.take();
    let violations = check(&history, &ending, &terms(plan));
    Ok(Lived {
        history,
        violations,
    })
}

/// What is promised to a workload.
fn terms(plan: &Plan) -> Terms {
    Terms {
        effects: plan.workload.effects,
        keeper: plan.workload.keeper(),
        order: plan.workload.order,
        read_committed: !plan.reads_uncommitted(),
        settles_within: Duration::from_secs(90),
        grace: Duration::from_millis(500),
    }
}

impl Shared {
    fn new(plan: &Plan) -> Result<Self, Broken> {
        let table = Table::new(plan.workload.store);
        let clock = || SystemTime::UNIX_EPOCH + START + turmoil::sim_elapsed().unwrap_or_default();
        Ok(Self {
            recorder: Recorder::default(),
            table: table.map_err(|error| Broken(error.to_string()))?,
            troubles: Troubles::new(plan.seed),
            transactions: Transactions::new(plan),
            ambient: Ambient::seeded(plan.seed).clock(clock),
            members: (0..plan.shape.members)
                .map(|_| Outside::default())
                .collect(),
            all_sent: AtomicBool::new(false),
            all_done: CancellationToken::new(),
            tasks_left: AtomicU32::new(0),
            commits: Mutex::default(),
            orders: Mutex::default(),
            ending: Mutex::default(),
            plan: plan.clone(),
        })
    }

    fn order(&self, order: Order) {
        lock(&self.orders).push_back(order);
    }

    fn obey(&self, sim: &mut turmoil::Sim<'_>, order: Order) {
        let who = |member: u8| Who::Member(self.members[usize::from(member)].life(member));
        match order {
            Order::Crash(member) => {
                if sim.is_host_running(host(member)) {
                    self.recorder.note(who(member), Event::Crashed);
                    sim.crash(host(member));
                }
            }
            Order::Start(member) => {
                if !sim.is_host_running(host(member)) {
                    sim.bounce(host(member));
                }
            }
            Order::CutOff(member) => sim.partition(host(member), CLUSTER),
            Order::Reconnect(member) => sim.repair(host(member), CLUSTER),
        }
    }

    /// What the coordinator wrote since the last step. All that follows from it comes in later steps.
    fn note_commits(&self) {
        let written = lock(&self.commits).as_ref().map(CommitWatcher::take);
        for offset in written.unwrap_or_default() {
            let Some(life) = life(&offset.member_id) else {
                continue;
            };
            let stored = Event::Stored {
                keeper: Keeper::Kafka,
                place: recorder::place(&offset.topic, offset.partition),
                next: Some(offset.offset),
                fence: None,
                write: Write::Commit,
                results: Vec::new(),
            };
            self.recorder.note(Who::Member(life), stored);
        }
    }
}

/// A member's id begins with its client's name: its life.
fn life(member_id: &str) -> Option<Life> {
    let (name, _) = member_id.split_once('-')?;
    let (member, life) = name.strip_prefix('m')?.split_once('.')?;
    Some(Life {
        member: member.parse().ok()?,
        life: life.parse().ok()?,
    })
}

fn host(member: u8) -> String {
    format!("m{member}")
}

/// The settings of a client: nothing in it comes from this machine.
fn config(name: &str, seed: u64, recorder: &Recorder) -> ClientConfig {
    let brokers: Vec<String> = (0..3)
        .map(|at| format!("{CLUSTER}:{}", PORT + at))
        .collect();
    ClientConfig::new(&brokers.join(","))
        .client_id(name)
        .connector(Arc::new(Connector(recorder.clone())))
        .clock(|| SystemTime::UNIX_EPOCH + START + turmoil::sim_elapsed().unwrap_or_default())
        .seed(seed)
        .process_id(1)
        .socket_connection_setup_timeout(Duration::from_millis(700))
        .request_timeout(Duration::from_secs(2))
        .default_api_timeout(Duration::from_secs(10))
}

/// Tokio drops the tasks of a host that crashes in an order that goes by their numbers, four lists deep, and all runtimes of a process draw from
/// one counter: each world begins at a multiple of four.
fn align_task_ids() -> Result<(), Broken> {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.map_err(|error| Broken(error.to_string()))?;
    loop {
        let id = runtime.spawn(async {}).id().to_string();
        match id.parse::<u64>() {
            Ok(id) if id % 4 == 3 => return Ok(()),
            Ok(_) => {}
            Err(error) => return Err(Broken(error.to_string())),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
