//! The world of a seed: the embedded cluster, who produces, the members and their store, on one thread with a simulated network and
//! virtual time. It is lived through once; what happened is the history that the checker judges.
//!
//! | part | what |
//! | --- | --- |
//! | `recorder` | takes the history down |
//! | `network` | the simulated network, for client and cluster |
//! | `generator` | who produces |
//! | `transactional` | who produces in transactions |
//! | `member` `life` `acks` `by_key` | a member's process, its lives, and its work; how its handler says what is done |
//! | `store` `table` | the real stores, with an eye on them |
//! | `trouble` | what goes wrong with stores and handlers |
//! | `director` | the cluster's host: faults, resets, when all is done, the last look |
//! | `rules` | faults that are rules of the cluster |
//! | `process` | members that stand still, whose clock is wrong, that are started twice |
//! | `rebalances` | faults that need a rebalance, and so make one |
//! | `calls` | public calls with a limit |
//! | `dropped` | futures that are dropped at one of their awaits |
//! | `slow` | a network that brings a byte a second |
//! | `panics` | panics, which end a task in silence |
//! | `makings` | which making of a topic is meant |
//! | `brokers` | faults of leaders and brokers |
//! | `logs` | faults of topics and logs |
//! | `coordinator` | faults of the group and of what it keeps, and of what brokers tell |
//! | `operator` | who has the group go on where it stops by design |

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use ottla_client::ClientConfig;
use ottla_embedded::groups::CommitWatcher;
use ottla_offset_store::Ambient;
use tokio_util::sync::CancellationToken;

mod acks;
mod brokers;
mod by_key;
mod calls;
mod coordinator;
mod director;
mod dropped;
mod generator;
mod life;
mod logs;
mod makings;
mod member;
mod network;
mod operator;
mod panics;
mod process;
mod rebalances;
mod recorder;
mod rules;
mod slow;
mod store;
mod table;
mod transactional;
mod trouble;

use member::Outside;
use network::Connector;
use recorder::Recorder;
use slow::Slow;
use table::{Table, Watched};
use transactional::Transactions;
use trouble::Troubles;

use crate::check::{Invariant, Terms, Violation, check};
use crate::history::{Ending, Event, History, Keeper, Life, Place, Who, Write};
use crate::plan::Plan;

const GROUP: &str = "group";
const CLUSTER: &str = "cluster";
/// Where broker 1 listens; the others behind it.
const PORT: u16 = 9_092;
/// When worlds begin, since 1970.
const START: Duration = Duration::from_secs(1_700_000_000);
/// The network delivers at these steps. Each costs a look at all hosts: half the length is an eighth more of a seed's time.
const TICK: Duration = Duration::from_millis(10);
/// By then a group's leader has seen that a topic grew.
const METADATA_MAX_AGE: Duration = Duration::from_secs(20);
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
    members: Arc<[Outside]>,
    slow: Slow,
    all_sent: AtomicBool,
    /// Where members said that a log was cut off: at which position they stood, and where the logs part.
    parted: Mutex<BTreeMap<Place, (i64, i64)>>,
    /// How many want no member in the group.
    closed: AtomicU32,
    all_done: CancellationToken,
    tasks_left: AtomicU32,
    commits: Mutex<Option<CommitWatcher>>,
    orders: Orders,
    ending: Mutex<Option<Ending>>,
}

type Orders = Arc<Mutex<VecDeque<(Order, Obeyed)>>>;

/// Whether an order has changed anything: known when the step is over. Clones are the same.
#[derive(Clone, Debug, Default)]
struct Obeyed(Arc<AtomicBool>);

impl Obeyed {
    fn is(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
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
    panics::listen();
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
    let mut violations = Vec::new();
    loop {
        match panics::unless_it_panics(|| sim.step()) {
            Some(Ok(true)) => break,
            Some(Ok(false)) => {}
            // All the world knows then is that it never ended.
            Some(Err(_)) if sim.elapsed() > LONGEST => {
                violations.push(endless());
                break;
            }
            Some(Err(error)) => return Err(Broken(error.to_string())),
            None => break,
        }
        shared.note_commits();
        let orders = std::mem::take(&mut *lock(&shared.orders));
        for (order, obeyed) in orders {
            let has_effect = shared.obey(&mut sim, order);
            obeyed.0.store(has_effect, Ordering::Relaxed);
        }
    }
    shared.note_commits();
    let ending = lock(&shared.ending).take();
    drop(sim);
    let history = shared.recorder.take();
    violations.extend(panics::take());
    // Without an ending all would seem to be lost.
    if let Some(ending) = ending {
        violations.extend(check(&history, &ending, &terms(plan)));
    } else if violations.is_empty() {
        return Err(Broken("it ended without a last look".to_owned()));
    }
    Ok(Lived {
        history,
        violations,
    })
}

fn endless() -> Violation {
    Violation {
        invariant: Invariant::V9,
        what: format!("the world did not end within {} s", LONGEST.as_secs()),
        evidence: Vec::new(),
    }
}

/// What is promised to a workload.
fn terms(plan: &Plan) -> Terms {
    Terms {
        effects: plan.workload.effects,
        keeper: plan.workload.keeper(),
        order: plan.workload.order,
        starts_newest: plan.workload.starts_newest,
        read_committed: !plan.reads_uncommitted(),
        settles_within: Duration::from_secs(90),
        delivers_within: generator::MAX_BLOCK + generator::DELIVERY,
        grace: Duration::from_millis(500),
    }
}

impl Shared {
    fn new(plan: &Plan) -> Result<Self, Broken> {
        let table = Table::new(plan.workload.store);
        let members: Arc<[Outside]> = (0..plan.shape.members)
            .map(|_| Outside::default())
            .collect();
        let orders = Orders::default();
        let clock = || SystemTime::UNIX_EPOCH + START + turmoil::sim_elapsed().unwrap_or_default();
        Ok(Self {
            recorder: Recorder::default(),
            table: table.map_err(|error| Broken(error.to_string()))?,
            troubles: Troubles::new(plan.seed, Arc::clone(&members), Arc::clone(&orders)),
            transactions: Transactions::new(plan),
            ambient: Ambient::seeded(plan.seed).clock(clock),
            members,
            slow: Slow::default(),
            all_sent: AtomicBool::new(false),
            parted: Mutex::default(),
            closed: AtomicU32::new(0),
            all_done: CancellationToken::new(),
            tasks_left: AtomicU32::new(0),
            commits: Mutex::default(),
            orders,
            ending: Mutex::default(),
            plan: plan.clone(),
        })
    }

    /// Somebody's way to the table.
    fn watched(&self, who: Who, ambient: Ambient) -> Watched {
        Watched {
            table: self.table.clone(),
            who,
            recorder: self.recorder.clone(),
            troubles: self.troubles.clone(),
            ambient,
        }
    }

    /// Counts the tasks that are left on the host that asks, but for some that are none of its own.
    fn count_tasks_left(&self, of_others: usize) {
        let runtime = tokio::runtime::Handle::current();
        let left = runtime.metrics().num_alive_tasks();
        let left = left.saturating_sub(of_others);
        let left = u32::try_from(left).unwrap_or(u32::MAX);
        self.tasks_left.fetch_add(left, Ordering::Relaxed);
    }

    fn order(&self, order: Order) -> Obeyed {
        let obeyed = Obeyed::default();
        lock(&self.orders).push_back((order, obeyed.clone()));
        obeyed
    }

    /// Whether it changed anything for a member that runs.
    fn obey(&self, sim: &mut turmoil::Sim<'_>, order: Order) -> bool {
        match order {
            Order::Crash(member) => {
                let runs = sim.is_host_running(host(member));
                if runs {
                    let outside = &self.members[usize::from(member)];
                    let mut lives = outside.process.dies();
                    if lives.is_empty() {
                        lives.push(outside.life(member));
                    }
                    for life in lives {
                        self.recorder.note(Who::Member(life), Event::Crashed);
                    }
                    sim.crash(host(member));
                }
                runs
            }
            Order::Start(member) => {
                let runs = sim.is_host_running(host(member));
                if !runs {
                    sim.bounce(host(member));
                }
                !runs
            }
            Order::CutOff(member) => {
                sim.partition(host(member), CLUSTER);
                sim.is_host_running(host(member))
            }
            Order::Reconnect(member) => {
                sim.repair(host(member), CLUSTER);
                true
            }
        }
    }

    /// Whose member id it is. A static member's does not say which life's: until it has told, it is the latest's.
    fn life_called(&self, member_id: &str) -> Option<Life> {
        let of_member = || {
            let member = member_of(member_id)?;
            Some(self.members.get(usize::from(member))?.life(member))
        };
        self.recorder.life(member_id).or_else(of_member)
    }

    /// What the coordinator wrote since the last step. All that follows from it comes in later steps.
    fn note_commits(&self) {
        let written = lock(&self.commits).as_ref().map(CommitWatcher::take);
        for offset in written.unwrap_or_default() {
            let (who, write) = match self.life_called(&offset.member_id) {
                Some(life) => (Who::Member(life), Write::Commit),
                // Nobody of the group: an operator's tool.
                None => (Who::Operator, Write::Reset),
            };
            let makings = &self.recorder.makings;
            let stored = Event::Stored {
                keeper: Keeper::Kafka,
                place: makings.place(&offset.topic, offset.partition),
                next: Some(offset.offset),
                fence: None,
                write,
                results: Vec::new(),
            };
            self.recorder.note(who, stored);
        }
    }
}

/// The instance id of a static member.
fn instance(member: u8) -> String {
    format!("i{member}")
}

/// A static member's id begins with its instance id.
fn member_of(member_id: &str) -> Option<u8> {
    let (name, _) = member_id.split_once('-')?;
    let number = name.strip_prefix('i').and_then(|name| name.parse().ok());
    number.or_else(|| life(member_id).map(|life| life.member))
}

/// Another member's id begins with its client's name: its life.
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
        .metadata_max_age(METADATA_MAX_AGE)
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
