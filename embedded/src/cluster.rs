//! The handle of a running cluster.

mod addresses;
mod faults;
mod logs;
mod operator;

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use crate::builder::EmbeddedClusterBuilder;
use crate::error::{EmbeddedError, Refusal};
use crate::server::{Core, Listener, Network, Serving, Tcp, Tls, run_timer, serve};
use crate::state::coordinators::Coordinated;
use crate::state::creation::Wanted;
use crate::store::Store;
pub use faults::{ClusterFaults, Observer};
pub use logs::LogContents;

/// A running cluster. Dropping it stops all brokers and closes all connections.
#[derive(Debug)]
pub struct EmbeddedCluster<N = Tcp> {
    pub(crate) core: Core,
    network: N,
    /// Where each broker listens, also while it is down.
    addresses: Mutex<BTreeMap<i32, SocketAddr>>,
    running: Mutex<BTreeMap<i32, Running>>,
    advertised: Vec<String>,
    tls: Option<Tls>,
    tasks: TaskTracker,
    stop: CancellationToken,
    _stop_when_dropped: DropGuard,
}

/// A broker that is up.
#[derive(Debug)]
struct Running {
    stop: CancellationToken,
    serving: JoinHandle<()>,
}

impl EmbeddedCluster {
    /// What the cluster is to be; one broker on a free port of 127.0.0.1 unless told otherwise.
    #[must_use]
    pub fn builder() -> EmbeddedClusterBuilder {
        EmbeddedClusterBuilder::default()
    }
}

impl<N: Network> EmbeddedCluster<N> {
    pub(crate) async fn serve(
        core: Core,
        builder: EmbeddedClusterBuilder<N>,
        store: Option<Store>,
    ) -> Result<Self, EmbeddedError> {
        let stop = CancellationToken::new();
        let host = builder.advertised_host.as_deref();
        let tls = builder.tls.as_ref().map(|source| Tls::new(source, host));
        let directory = builder.directory.clone();
        let mut cluster = Self {
            tls: tls.transpose()?,
            tasks: TaskTracker::new(),
            core,
            addresses: Mutex::default(),
            running: Mutex::default(),
            advertised: Vec::new(),
            _stop_when_dropped: stop.clone().drop_guard(),
            stop,
            network: builder.network,
        };
        let mut listeners = Vec::new();
        for node in 1..=builder.brokers {
            let address = address_of(node, builder.listen)?;
            let listener = cluster.bind(node, address).await?;
            let address = local_address(node, &listener, address)?;
            let host = builder.advertised_host.clone();
            let host = host.unwrap_or_else(|| reachable(address));
            cluster.advertised.push(bootstrap(&host, address.port()));
            cluster.addresses().insert(node, address);
            let rack = builder.racks.get(&node).cloned();
            cluster
                .core
                .with(|state, _| state.add_broker(node, host, address.port(), rack));
            listeners.push((node, listener));
        }
        // Nobody is served before everything is there: a client that waits for the cluster would make topics itself.
        if let Some(store) = store {
            let kept = cluster.core.keep_in(store);
            kept.map_err(|source| EmbeddedError::directory(&directory, source))?;
        }
        cluster.create_all(&builder.topics)?;
        for (node, listener) in listeners {
            cluster.run(node, listener);
        }
        let timer = run_timer(cluster.core.clone());
        let stop = cluster.stop.clone();
        cluster
            .tasks
            .spawn(async move { stop.run_until_cancelled(timer).await });
        Ok(cluster)
    }

    async fn bind(&self, node: i32, address: SocketAddr) -> Result<N::Listener, EmbeddedError> {
        let bound = self.network.bind(address).await;
        bound.map_err(|source| EmbeddedError::Listen {
            node,
            address: address.to_string(),
            source,
        })
    }

    fn run(&self, node: i32, listener: N::Listener) {
        let largest = self
            .core
            .with(|state, _| state.broker_number("socket.request.max.bytes"));
        let stop = self.stop.child_token();
        let serving = Serving {
            core: self.core.clone(),
            node,
            tls: self.tls.clone(),
            stop: stop.clone(),
            largest: usize::try_from(largest).unwrap_or(usize::MAX),
        };
        let serving = self.tasks.spawn(serve(serving, listener));
        self.running().insert(node, Running { stop, serving });
    }

    fn running(&self) -> MutexGuard<'_, BTreeMap<i32, Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The brokers' addresses as clients take them: `127.0.0.1:40001,127.0.0.1:40002`.
    #[must_use]
    pub fn bootstrap_servers(&self) -> String {
        self.advertised.join(",")
    }

    /// Where a broker listens, also while it is stopped; none if there is no such broker.
    #[must_use]
    pub fn address(&self, node: i32) -> Option<SocketAddr> {
        self.addresses().get(&node).copied()
    }

    fn addresses(&self) -> MutexGuard<'_, BTreeMap<i32, SocketAddr>> {
        self.addresses
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The certificate that clients are to trust, as PEM; none where connections are not encrypted.
    #[must_use]
    pub fn ca_pem(&self) -> Option<&str> {
        self.tls.as_ref().map(|tls| &*tls.ca_pem)
    }

    /// The cluster's id.
    #[must_use]
    pub fn cluster_id(&self) -> String {
        self.core.with(|state, _| state.cluster_id.clone())
    }

    /// Makes a topic, kept on three brokers, or on as many as there are, unless `default.replication.factor` is set.
    ///
    /// # Errors
    /// [`EmbeddedError::Refused`]: the name is taken or not allowed, or the number is below 1.
    pub fn create_topic(&self, name: &str, partitions: i32) -> Result<(), EmbeddedError> {
        self.create_topic_with(name, partitions, -1, &[])
    }

    /// Makes a topic with settings of its own; a replication factor of -1 is the default.
    ///
    /// # Errors
    /// As [`create_topic`](Self::create_topic), or a setting that can't be taken.
    pub fn create_topic_with(
        &self,
        name: &str,
        partitions: i32,
        replication_factor: i16,
        configs: &[(&str, &str)],
    ) -> Result<(), EmbeddedError> {
        self.create(&Wanted {
            name,
            partitions,
            replication_factor,
            assignments: Vec::new(),
            configs: configs
                .iter()
                .map(|(key, value)| (*key, Some(*value)))
                .collect(),
        })
    }

    /// The topics of the start. Those that a directory brought back stay as they are.
    fn create_all(&self, topics: &[(String, i32)]) -> Result<(), EmbeddedError> {
        let kept = self.core.with(|state, _| {
            let names = state.topics.all().map(|topic| topic.name.clone());
            names.collect::<BTreeSet<_>>()
        });
        let mut new = topics.iter().filter(|(name, _)| !kept.contains(&**name));
        new.try_for_each(|(name, partitions)| self.create_topic(name, *partitions))
    }

    fn create(&self, wanted: &Wanted<'_>) -> Result<(), EmbeddedError> {
        let made = self.core.with(|state, _| state.create_topic(wanted, false));
        made.map(drop)
            .map_err(|refusal| refusal.asked(format!("create topic {}", wanted.name)))
    }

    /// Deletes a topic with its records, and what groups have committed for it.
    ///
    /// # Errors
    /// [`EmbeddedError::Refused`]: there is none of this name.
    pub fn delete_topic(&self, name: &str) -> Result<(), EmbeddedError> {
        let deleted = self.core.with(|state, _| state.delete_topic(name));
        match deleted {
            true => Ok(()),
            false => Err(Refusal::unknown_topic().asked(format!("delete topic {name}"))),
        }
    }

    /// Raises a topic's number of partitions to `count`.
    ///
    /// # Errors
    /// [`EmbeddedError::Refused`]: there is no such topic, or it has as many already.
    pub fn add_partitions(&self, topic: &str, count: i32) -> Result<(), EmbeddedError> {
        let added = self
            .core
            .with(|state, _| state.add_partitions(topic, count, None, false));
        added.map_err(|refusal| refusal.asked(format!("add partitions to {topic}")))
    }

    /// Makes one of a partition's replicas its leader, under a new leader epoch; also the present one.
    ///
    /// # Errors
    /// [`EmbeddedError::Refused`]: there is no such partition, or the broker keeps no copy of it or is down.
    pub fn move_leader(&self, topic: &str, partition: i32, node: i32) -> Result<(), EmbeddedError> {
        let moved = self
            .core
            .with(|state, _| state.move_leader(topic, partition, node));
        moved.map_err(|refusal| refusal.asked(format!("move {topic}-{partition} to broker {node}")))
    }

    /// Makes another broker the coordinator of a group. What its members wait for is answered with NOT_COORDINATOR.
    ///
    /// # Errors
    /// [`EmbeddedError::UnknownBroker`].
    pub fn move_coordinator(&self, group: &str, node: i32) -> Result<(), EmbeddedError> {
        self.move_coordination(Coordinated::Group, group, node)
    }

    /// Makes another broker the coordinator of a transactional id.
    ///
    /// # Errors
    /// [`EmbeddedError::UnknownBroker`].
    pub fn move_transaction_coordinator(
        &self,
        transactional_id: &str,
        node: i32,
    ) -> Result<(), EmbeddedError> {
        self.move_coordination(Coordinated::Transaction, transactional_id, node)
    }

    fn move_coordination(
        &self,
        kind: Coordinated,
        key: &str,
        node: i32,
    ) -> Result<(), EmbeddedError> {
        self.known(node)?;
        self.core
            .with(|state, now| state.move_coordinator(now, kind, key, node));
        Ok(())
    }

    fn known(&self, node: i32) -> Result<SocketAddr, EmbeddedError> {
        self.address(node)
            .ok_or(EmbeddedError::UnknownBroker { node })
    }

    /// Stops a broker: its connections close, others lead what it led. Returns once it is down; stopping it twice does nothing.
    ///
    /// # Errors
    /// [`EmbeddedError::UnknownBroker`].
    ///
    /// # Cancel safety
    /// Once polled, the broker is going down, whether or not this is waited for.
    pub async fn stop_broker(&self, node: i32) -> Result<(), EmbeddedError> {
        self.known(node)?;
        let Some(running) = self.running().remove(&node) else {
            return Ok(());
        };
        running.stop.cancel();
        self.core.with(|state, now| state.broker_down(now, node));
        // A task that panicked has ended as well.
        let _ = running.serving.await;
        Ok(())
    }

    /// Starts a broker that was stopped, where it listened before. Starting it twice does nothing.
    ///
    /// # Errors
    /// [`EmbeddedError::UnknownBroker`]; [`EmbeddedError::Listen`]: another process has taken its port.
    ///
    /// # Cancel safety
    /// Cancel safe.
    pub async fn start_broker(&self, node: i32) -> Result<(), EmbeddedError> {
        let address = self.known(node)?;
        if self.running().contains_key(&node) {
            return Ok(());
        }
        let listener = self.bind(node, address).await?;
        self.core.with(|state, now| state.broker_up(now, node));
        self.run(node, listener);
        Ok(())
    }

    /// Lets time pass for the cluster, on both of its clocks: sessions expire, transactions time out. A hundred years at most, all in all.
    pub fn advance_clock(&self, by: Duration) {
        self.core.with_clock(|clock| clock.advance(by));
    }

    /// Makes the wall clock of all brokers jump, forwards or backwards. No time passes: only timestamps and retention see it.
    pub fn jump_wall_clock(&self, by_ms: i64) {
        self.core.with_clock(|clock| clock.jump(by_ms));
    }

    /// Stops all brokers; returns once their connections are closed, and the directory, if there is one, is free.
    ///
    /// # Cancel safety
    /// Once polled, the cluster is going down, whether or not this is waited for.
    pub async fn shutdown(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

/// Where a broker is to listen: as many ports behind the first one as there are brokers before it.
fn address_of(node: i32, first: SocketAddr) -> Result<SocketAddr, EmbeddedError> {
    if first.port() == 0 {
        return Ok(first);
    }
    let port = i32::from(first.port()) + node - 1;
    let port = u16::try_from(port).map_err(|_| EmbeddedError::Config {
        setting: "listen".to_owned(),
        why: format!("there is no port {port} for broker {node}"),
    })?;
    Ok(SocketAddr::new(first.ip(), port))
}

/// Colons of an IPv6 address are no port's.
fn bootstrap(host: &str, port: u16) -> String {
    match host.contains(':') {
        true => format!("[{host}]:{port}"),
        false => format!("{host}:{port}"),
    }
}

fn local_address<L: Listener>(
    node: i32,
    listener: &L,
    wanted: SocketAddr,
) -> Result<SocketAddr, EmbeddedError> {
    listener
        .local_address()
        .map_err(|source| EmbeddedError::Listen {
            node,
            address: wanted.to_string(),
            source,
        })
}

/// The host to tell clients: nobody can connect to "all addresses".
fn reachable(address: SocketAddr) -> String {
    match address.ip() {
        ip if ip.is_unspecified() => "localhost".to_owned(),
        ip => ip.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_of_an_ipv6_address_can_be_told() {
        assert_eq!(bootstrap("::1", 9092), "[::1]:9092");
        assert_eq!(bootstrap("127.0.0.1", 9092), "127.0.0.1:9092");
    }
}
