//! What a cluster is to be: how many brokers, where they listen, who may log in.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use ottla_protocol::ApiKey;
use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::cluster::EmbeddedCluster;
use crate::error::EmbeddedError;
use crate::server::{Clock, Core, Network, Tcp, TlsSource};
use crate::settings::{Settings, User};
use crate::state::State;
use crate::store::Store;

/// The most brokers: each has a port and a task of its own.
const MOST_BROKERS: i32 = 100;

/// What a cluster is to be; [`start`](Self::start) makes it so.
#[derive(Clone)]
pub struct EmbeddedClusterBuilder<N = Tcp> {
    pub(crate) network: N,
    pub(crate) brokers: i32,
    pub(crate) listen: SocketAddr,
    pub(crate) advertised_host: Option<String>,
    pub(crate) racks: BTreeMap<i32, String>,
    pub(crate) tls: Option<TlsSource>,
    pub(crate) topics: Vec<(String, i32)>,
    users: Vec<(String, String)>,
    settings: Settings,
    seed: Option<u64>,
    wall_clock_ms: Option<i64>,
    pub(crate) directory: Option<PathBuf>,
}

/// Without passwords.
impl<N: fmt::Debug> fmt::Debug for EmbeddedClusterBuilder<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let users = self.users.iter().map(|(name, _)| name);
        f.debug_struct("EmbeddedClusterBuilder")
            .field("network", &self.network)
            .field("brokers", &self.brokers)
            .field("listen", &self.listen)
            .field("advertised_host", &self.advertised_host)
            .field("racks", &self.racks)
            .field("tls", &self.tls)
            .field("topics", &self.topics)
            .field("users", &users.collect::<Vec<_>>())
            .field("settings", &self.settings)
            .field("seed", &self.seed)
            .field("wall_clock_ms", &self.wall_clock_ms)
            .field("directory", &self.directory)
            .finish()
    }
}

impl Default for EmbeddedClusterBuilder {
    fn default() -> Self {
        Self {
            network: Tcp,
            brokers: 1,
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
            advertised_host: None,
            racks: BTreeMap::new(),
            tls: None,
            topics: Vec::new(),
            users: Vec::new(),
            settings: Settings::default(),
            seed: None,
            wall_clock_ms: None,
            directory: None,
        }
    }
}

impl<N> EmbeddedClusterBuilder<N> {
    /// How many brokers; 1 unless told otherwise. They are numbered from 1.
    #[must_use]
    pub fn brokers(mut self, brokers: i32) -> Self {
        self.brokers = brokers;
        self
    }

    /// A topic that is there from the start. The first one's partition 0 is led by broker 1, partition 1 by broker 2, and so on around;
    /// the second one's partition 0 by broker 2, so that leaders are spread. Each is kept on three brokers, or on as many as there are,
    /// unless `default.replication.factor` is set (Kafka's own default is 1).
    #[must_use]
    pub fn topic(mut self, name: impl Into<String>, partitions: i32) -> Self {
        self.topics.push((name.into(), partitions));
        self
    }

    /// Where broker 1 listens; the next ones on the ports that follow. Port 0, the default, is a free one for each. By default
    /// on 127.0.0.1.
    #[must_use]
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }

    /// The name under which clients reach the brokers; by default the address that they listen at.
    #[must_use]
    pub fn advertised_host(mut self, host: impl Into<String>) -> Self {
        self.advertised_host = Some(host.into());
        self
    }

    /// The rack of a broker. Where brokers have racks, consumers are sent to the nearest replica (KIP-392).
    #[must_use]
    pub fn rack(mut self, node: i32, rack: impl Into<String>) -> Self {
        self.racks.insert(node, rack.into());
        self
    }

    /// Somebody who may log in, by PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512. With the first user everybody must log in.
    #[must_use]
    pub fn user(mut self, name: impl Into<String>, password: impl Into<String>) -> Self {
        self.users.push((name.into(), password.into()));
        self
    }

    /// Shows Kafka's own topics as a real cluster does: `__consumer_offsets` from the first group on, `__transaction_state` from the
    /// first transactional id on, both empty. Without it they are not there.
    #[must_use]
    pub fn internal_topics(mut self) -> Self {
        self.settings.internal_topics = true;
        self
    }

    /// Encrypts all connections, with a certificate that is made at the start: for `localhost`, 127.0.0.1 and the advertised host.
    /// [`EmbeddedCluster::ca_pem`] is what clients are to trust.
    #[must_use]
    pub fn tls_self_signed(mut self) -> Self {
        self.tls = Some(TlsSource::SelfSigned);
        self
    }

    /// Encrypts all connections, with this certificate and its key, both as PEM.
    #[must_use]
    pub fn tls(mut self, chain: impl Into<String>, key: impl Into<String>) -> Self {
        self.tls = Some(TlsSource::Given {
            chain: chain.into(),
            key: key.into(),
        });
        self
    }

    /// Where all that is drawn by chance begins (ids of the cluster, of topics and members): the same seed and the same requests in the
    /// same order give the same cluster. Drawn anew for each cluster unless told.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// A setting of all brokers, by Kafka's name, such as `message.max.bytes`. Topics take their defaults from there. Two defaults are not
    /// Kafka's: `default.replication.factor` is 3, or the number of brokers where that is less; `group.initial.rebalance.delay.ms` is 0.
    /// Some settings [change nothing](crate#what-it-is-not), such as `broker.rack`, for which there is [`rack`](Self::rack).
    #[must_use]
    pub fn config(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let value: String = value.into();
        let configs = &mut self.settings.configs;
        configs.insert(name.into(), value.trim().to_owned());
        self
    }

    /// The newest version that is served of an API, and told of by ApiVersions, as brokers before Kafka 4.3 have it; one below the first that is
    /// served: the API isn't there at all. [`ClusterFaults::set_newest_version`](crate::ClusterFaults::set_newest_version) changes it later.
    #[must_use]
    pub fn newest_version(mut self, api: ApiKey, version: i16) -> Self {
        self.settings.newest_versions.insert(api, version);
        self
    }

    /// Whether asking for an unknown topic may create it: `auto.create.topics.enable`, true by default, as in Kafka.
    #[must_use]
    pub fn auto_create_topics(self, allowed: bool) -> Self {
        self.config("auto.create.topics.enable", allowed.to_string())
    }

    /// Where the wall clock starts, in ms since the epoch; by default it is the machine's.
    #[must_use]
    pub fn wall_clock_ms(mut self, at: i64) -> Self {
        self.wall_clock_ms = Some(at);
        self
    }

    /// Where topics, records, groups, transactions and settings made at run time are kept, so that they outlive the process, also one that is
    /// killed; made if need be. One cluster at a time. Without it everything is in memory.
    ///
    /// Not kept: who leads and who coordinates, which begins anew under new epochs, brokers that were stopped among it; a high watermark that
    /// was held back; fetch sessions, which clients begin anew; faults and what was seen; the settings of a broker that is no more.
    #[must_use]
    pub fn directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.directory = Some(directory.into());
        self
    }

    /// Another network than TCP, such as a simulated one.
    #[must_use]
    pub fn network<M: Network>(self, network: M) -> EmbeddedClusterBuilder<M> {
        EmbeddedClusterBuilder {
            network,
            brokers: self.brokers,
            listen: self.listen,
            advertised_host: self.advertised_host,
            racks: self.racks,
            tls: self.tls,
            topics: self.topics,
            users: self.users,
            settings: self.settings,
            seed: self.seed,
            wall_clock_ms: self.wall_clock_ms,
            directory: self.directory,
        }
    }

    fn check(&self) -> Result<(), EmbeddedError> {
        let wrong = |setting: &str, why: String| {
            let setting = setting.to_owned();
            Err(EmbeddedError::Config { setting, why })
        };
        if !(1..=MOST_BROKERS).contains(&self.brokers) {
            return wrong("brokers", format!("must be 1 to {MOST_BROKERS}"));
        }
        if let Some(node) = self
            .racks
            .keys()
            .find(|node| !(1..=self.brokers).contains(*node))
        {
            return wrong("rack", format!("there is no broker {node}"));
        }
        self.settings.check()
    }

    fn state(&self) -> State {
        let seed = self.seed.unwrap_or_else(rand::random);
        let mut random = StdRng::seed_from_u64(seed);
        let users = self.users.iter();
        let users = users.map(|(name, password)| User::new(name, password, &mut random));
        let users = users.collect();
        State::new(Settings {
            users,
            seed,
            ..self.settings.clone()
        })
    }
}

impl<N: Network> EmbeddedClusterBuilder<N> {
    /// Starts the cluster: returns once all brokers take connections.
    ///
    /// # Errors
    /// [`EmbeddedError::Config`], [`EmbeddedError::Listen`], [`EmbeddedError::Directory`]; [`EmbeddedError::Refused`] for a topic that can't be made.
    ///
    /// # Cancel safety
    /// Cancel safe: what was begun is ended.
    pub async fn start(self) -> Result<EmbeddedCluster<N>, EmbeddedError> {
        self.check()?;
        let core = Core::new(self.state(), Clock::start(self.wall_clock_ms));
        let store = self.directory.clone().map(Store::open).transpose();
        let store = store.map_err(|source| EmbeddedError::directory(&self.directory, source))?;
        EmbeddedCluster::serve(core, self, store).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_shown() {
        let builder = EmbeddedCluster::builder().user("alice", "wonderland");
        let shown = format!("{builder:?}");
        assert!(shown.contains("alice") && !shown.contains("wonderland"));
    }

    #[test]
    fn clusters_are_told_apart_unless_they_have_one_seed() {
        let id = |builder: EmbeddedClusterBuilder| builder.state().cluster_id;
        let builder = EmbeddedCluster::builder;
        assert_ne!(id(builder()), id(builder()));
        assert_eq!(id(builder().seed(7)), id(builder().seed(7)));
    }

    #[tokio::test]
    async fn there_are_no_ports_behind_the_last() {
        let last = SocketAddr::from(([127, 0, 0, 1], u16::MAX));
        let builder = EmbeddedCluster::builder().brokers(2).listen(last);
        let refused = builder.start().await.unwrap_err();
        let is_config = matches!(refused, EmbeddedError::Config { .. });
        let is_taken = matches!(refused, EmbeddedError::Listen { node: 1, .. });
        assert!(is_config || is_taken, "{refused}");
    }
}
