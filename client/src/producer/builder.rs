//! How a producer is set up.

use std::time::Duration;

use super::Producer;
use super::sequence::WINDOW;
use crate::client::Client;
use crate::config::{Acks, ClientConfig, Compression, ConfigError};

impl Client {
    /// Sets up a producer, with the client's settings to begin with.
    pub fn producer(&self) -> ProducerBuilder {
        ProducerBuilder {
            settings: Settings::of(self.config()),
            client: self.clone(),
        }
    }
}

/// A producer's settings.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) acks: Acks,
    pub(super) idempotent: bool,
    pub(super) compression: Compression,
    pub(super) linger: Duration,
    pub(super) batch_size: usize,
    pub(super) buffer_memory: usize,
    pub(super) max_request_size: usize,
    pub(super) max_in_flight: usize,
    pub(super) delivery_timeout: Duration,
    pub(super) max_block: Duration,
    transactional: bool,
}

impl Settings {
    pub(super) fn of(config: &ClientConfig) -> Self {
        Self {
            acks: config.acks,
            idempotent: config.enable_idempotence,
            compression: config.compression_type,
            linger: config.linger,
            batch_size: config.batch_size,
            buffer_memory: config.buffer_memory,
            max_request_size: config.max_request_size,
            max_in_flight: config.max_in_flight_requests_per_connection,
            delivery_timeout: config.delivery_timeout,
            max_block: config.max_block,
            transactional: config.transactional_id.is_some(),
        }
    }
}

/// Sets up a [`Producer`].
#[derive(Debug)]
#[must_use = "`build` makes the producer"]
pub struct ProducerBuilder {
    client: Client,
    settings: Settings,
}

impl ProducerBuilder {
    /// Which replicas must have a record before it counts as written. Anything but all turns idempotence off. Default: all (`acks`).
    pub fn acks(mut self, acks: Acks) -> Self {
        self.settings.acks = acks;
        self
    }

    /// How batches are compressed. Default: not at all (`compression.type`).
    pub fn compression(mut self, compression: Compression) -> Self {
        self.settings.compression = compression;
        self
    }

    /// How long a batch that is not full waits for more records. Default: 5 ms (`linger.ms`).
    pub fn linger(mut self, linger: Duration) -> Self {
        self.settings.linger = linger;
        self
    }

    /// The size at which a batch is full, in bytes. Default: 128 KiB (`batch.size`).
    pub fn batch_size(mut self, bytes: usize) -> Self {
        self.settings.batch_size = bytes;
        self
    }

    /// The memory for records that are not written yet, in bytes. Default: 32 MiB (`buffer.memory`).
    pub fn buffer_memory(mut self, bytes: usize) -> Self {
        self.settings.buffer_memory = bytes;
        self
    }

    /// How long a record may wait for its acknowledgement, retries included. Default: 2 min (`delivery.timeout.ms`).
    pub fn delivery_timeout(mut self, timeout: Duration) -> Self {
        self.settings.delivery_timeout = timeout;
        self
    }

    /// Starts the producer. Nothing is asked of any broker before the first record.
    ///
    /// # Errors
    ///
    /// [`ConfigError::NotBuiltYet`] with a `transactional.id`; [`ConfigError::Invalid`] for settings that exclude each other.
    pub fn build(self) -> Result<Producer, ConfigError> {
        let mut settings = self.settings;
        if settings.transactional {
            let name = "transactional.id".to_owned();
            return Err(ConfigError::NotBuiltYet { name });
        }
        settings.idempotent &= settings.acks == Acks::All;
        check_in_flight(&settings)?;
        Ok(Producer::new(self.client, settings))
    }
}

/// More than the broker knows again could be written twice.
fn check_in_flight(settings: &Settings) -> Result<(), ConfigError> {
    let most = if settings.idempotent {
        WINDOW
    } else {
        usize::MAX
    };
    if (1..=most).contains(&settings.max_in_flight) {
        return Ok(());
    }
    Err(ConfigError::Invalid {
        name: "max.in.flight.requests.per.connection".to_owned(),
        value: settings.max_in_flight.to_string(),
        expected: "1 to 5 with idempotence, else 1 or more",
    })
}
