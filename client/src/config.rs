//! Settings: one table with name, type, unit and default; and how text becomes a setting.
//!
//! Kafka's names are the names, with underscores for dots and without the unit: `request.timeout.ms` is
//! [`ClientConfig::request_timeout`], a [`Duration`].

mod ambient;
mod known;
pub mod properties;
mod setting;

use std::time::Duration;

pub use ottla_protocol::records::Compression;

pub use crate::error::ConfigError;
use setting::{Setting, settings};

settings! {
    /// Where to ask first, as `host:port`. Every address is tried; one that answers is enough.
    bootstrap_servers: Vec<String> = Vec::new(), "bootstrap.servers";
    /// What the broker's logs and quotas call this client. Default: `ottla`.
    client_id: String = "ottla".to_owned(), "client.id";
    /// How long one request may take, from the call to its answer. Default: 30 s.
    request_timeout: Duration = Duration::from_secs(30), "request.timeout.ms";
    /// How long an operation of several requests may take, retries included. Default: 60 s.
    default_api_timeout: Duration = Duration::from_secs(60), "default.api.timeout.ms";
    /// How long opening a connection may take: name lookup, TCP and the first answer. Default: 10 s.
    socket_connection_setup_timeout: Duration = Duration::from_secs(10), "socket.connection.setup.timeout.ms";
    /// The pause before the first retry; it doubles from there, with jitter. Default: 100 ms.
    retry_backoff: Duration = Duration::from_millis(100), "retry.backoff.ms";
    /// The longest pause between two retries. Default: 1 s.
    retry_backoff_max: Duration = Duration::from_secs(1), "retry.backoff.max.ms";
    /// The pause before a broker that could not be reached is tried again; it doubles from there. Default: 50 ms.
    reconnect_backoff: Duration = Duration::from_millis(50), "reconnect.backoff.ms";
    /// The longest pause between two attempts to reach a broker. Default: 1 s.
    reconnect_backoff_max: Duration = Duration::from_secs(1), "reconnect.backoff.max.ms";
    /// How old metadata may become before it is asked for again without need. Default: 5 min.
    metadata_max_age: Duration = Duration::from_secs(300), "metadata.max.age.ms";
    /// How long the metadata of a topic that nobody asks for any more is kept fresh. Default: 5 min.
    metadata_max_idle: Duration = Duration::from_secs(300), "metadata.max.idle.ms";
    /// How long an unused connection stays open; `None`: for ever. Default: 9 min.
    connections_max_idle: Option<Duration> = Some(Duration::from_secs(540)), "connections.max.idle.ms";
    /// The largest response that is read, in bytes: a longer one closes the connection. Default: 100 MB.
    receive_message_max_bytes: usize = 100_000_000, "receive.message.max.bytes";

    /// Whether records of open and aborted transactions are read. Default: `read_committed` (Kafka's own clients
    /// default to `read_uncommitted`).
    isolation_level: IsolationLevel = IsolationLevel::ReadCommitted, "isolation.level";
    /// The least data that a fetch waits for, in bytes. Default: 1.
    fetch_min_bytes: i32 = 1, "fetch.min.bytes";
    /// How long a broker may hold a fetch that has less than [`fetch_min_bytes`](Self::fetch_min_bytes). Default: 500 ms.
    fetch_max_wait: Duration = Duration::from_millis(500), "fetch.max.wait.ms";
    /// The most data in one fetch response, in bytes. Default: 50 MiB.
    fetch_max_bytes: i32 = 50 << 20, "fetch.max.bytes";
    /// The most data of one partition in one fetch response, in bytes. Default: 1 MiB.
    max_partition_fetch_bytes: i32 = 1 << 20, "max.partition.fetch.bytes";
    /// Where a partition without a committed offset starts. Default: [`AutoOffsetReset::Oldest`] (Kafka's own clients
    /// default to the newest).
    auto_offset_reset: AutoOffsetReset = AutoOffsetReset::Oldest, "auto.offset.reset";

    /// The group to join or to commit for.
    group_id: Option<String> = None, "group.id";
    /// The name of a static member (KIP-345).
    group_instance_id: Option<String> = None, "group.instance.id";
    /// How long a member may be silent before the coordinator gives its partitions away. Default: 45 s.
    session_timeout: Duration = Duration::from_secs(45), "session.timeout.ms";
    /// How often a member says that it is alive. Default: 3 s.
    heartbeat_interval: Duration = Duration::from_secs(3), "heartbeat.interval.ms";
    /// How long a member may take to finish its work in hand when partitions move. Default: 5 min.
    max_poll_interval: Duration = Duration::from_secs(300), "max.poll.interval.ms";
    /// Whether marked offsets are committed by themselves. Default: yes.
    enable_auto_commit: bool = true, "enable.auto.commit";
    /// How often marked offsets are committed by themselves. Default: 5 s.
    auto_commit_interval: Duration = Duration::from_secs(5), "auto.commit.interval.ms";

    /// Which replicas must have a record before it counts as written. Default: all in sync.
    acks: Acks = Acks::All, "acks";
    /// How a batch of records is compressed. Default: not at all.
    compression_type: Compression = Compression::None, "compression.type";
    /// Whether the broker drops a batch that it has already written when it is sent again. Default: yes.
    enable_idempotence: bool = true, "enable.idempotence";
    /// How long a batch that is not full waits for more records. Default: 5 ms.
    linger: Duration = Duration::from_millis(5), "linger.ms";
    /// The size at which a batch is full, in bytes. Default: 128 KiB (Kafka's own clients: 16 KiB, which costs more than twice the CPU for a
    /// busy partition). Topics whose `max.message.bytes` is below it need a smaller one.
    batch_size: usize = 128 << 10, "batch.size";
    /// The memory for records that are not yet written, in bytes; `send` waits for room. Default: 32 MiB.
    buffer_memory: usize = 32 << 20, "buffer.memory";
    /// The largest produce request, in bytes. Default: 1 MiB.
    max_request_size: usize = 1 << 20, "max.request.size";
    /// How many produce requests may be under way to one broker. Default: 5, the most that idempotence allows.
    max_in_flight_requests_per_connection: usize = 5, "max.in.flight.requests.per.connection";
    /// How long a record may wait for its acknowledgement, retries included. Default: 2 min.
    delivery_timeout: Duration = Duration::from_secs(120), "delivery.timeout.ms";
    /// How long `send` waits for room or for metadata. Default: 60 s.
    max_block: Duration = Duration::from_secs(60), "max.block.ms";
    /// The name under which transactions are fenced.
    transactional_id: Option<String> = None, "transactional.id";
    /// How long a transaction may stay open before the broker aborts it. Default: 60 s.
    transaction_timeout: Duration = Duration::from_secs(60), "transaction.timeout.ms";
}

impl ClientConfig {
    /// The defaults, with the addresses to ask first: `host:port`, several separated by commas.
    #[must_use]
    pub fn new(bootstrap_servers: &str) -> Self {
        let addresses = bootstrap_servers.split(',').map(str::trim);
        Self {
            bootstrap_servers: addresses
                .filter(|a| !a.is_empty())
                .map(str::to_owned)
                .collect(),
            ..Self::default()
        }
    }

    /// Reads settings under Kafka's names (and librdkafka's where they differ). A known name that this library has no
    /// use for is ignored.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Unknown`] with a suggestion, [`ConfigError::NotBuiltYet`], [`ConfigError::Invalid`].
    pub fn from_properties(
        pairs: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut config = Self::default();
        for (name, text) in pairs {
            config.set_property(&name, &text)?;
        }
        Ok(config)
    }

    /// Sets one setting under Kafka's name.
    ///
    /// # Errors
    ///
    /// As [`from_properties`](Self::from_properties).
    pub fn set_property(&mut self, name: &str, text: &str) -> Result<(), ConfigError> {
        let name = known::kafkas_name(name);
        if known::is_not_built_yet(name, text) {
            return Err(ConfigError::NotBuiltYet {
                name: name.to_owned(),
            });
        }
        if self.set_by_name(name, text.trim())? || known::is_ignored(name) {
            return Ok(());
        }
        Err(ConfigError::Unknown {
            name: name.to_owned(),
            suggestion: known::closest(name, Self::NAMES),
        })
    }

    /// The bootstrap addresses, taken apart.
    pub(crate) fn bootstrap(&self) -> Result<Vec<(String, u16)>, ConfigError> {
        if self.bootstrap_servers.is_empty() {
            return Err(ConfigError::Missing {
                name: "bootstrap.servers",
            });
        }
        self.bootstrap_servers
            .iter()
            .map(|address| host_and_port(address))
            .collect()
    }
}

/// Which records of transactions are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum IsolationLevel {
    /// All records, those of open and aborted transactions too.
    ReadUncommitted,
    /// Records outside transactions and of committed ones.
    #[default]
    ReadCommitted,
}

impl IsolationLevel {
    /// The number that requests carry.
    #[must_use]
    pub fn code(self) -> i8 {
        match self {
            Self::ReadUncommitted => 0,
            Self::ReadCommitted => 1,
        }
    }
}

/// Which replicas must have a record before it counts as written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Acks {
    /// Nobody says anything: a lost record is not noticed.
    None,
    /// The leader alone.
    Leader,
    /// All replicas that are in sync.
    #[default]
    All,
}

impl Acks {
    /// The number that requests carry.
    #[must_use]
    pub fn code(self) -> i16 {
        match self {
            Self::None => 0,
            Self::Leader => 1,
            Self::All => -1,
        }
    }
}

/// Where a partition without a committed offset starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum AutoOffsetReset {
    /// At the oldest record there is (Kafka: `earliest`).
    #[default]
    Oldest,
    /// After the newest record (Kafka: `latest`).
    Newest,
    /// Nowhere: it is an error (Kafka: `none`).
    Fail,
}

/// Takes `host:port`, `[v6]:port` and `PLAINTEXT://host:port` apart.
fn host_and_port(address: &str) -> Result<(String, u16), ConfigError> {
    let invalid = || ConfigError::Invalid {
        name: "bootstrap.servers".to_owned(),
        value: address.to_owned(),
        expected: "addresses as HOST:PORT, separated by commas",
    };
    let bare = address.strip_prefix("PLAINTEXT://").unwrap_or(address);
    let (host, port) = bare.rsplit_once(':').ok_or_else(invalid)?;
    let bracketed = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
    let host = match bracketed {
        Some(v6) => v6,
        None if host.contains(':') => return Err(invalid()),
        None => host,
    };
    match port.parse() {
        Ok(port) if port > 0 && !host.is_empty() => Ok((host.to_owned(), port)),
        _ => Err(invalid()),
    }
}

#[cfg(test)]
mod tests;
