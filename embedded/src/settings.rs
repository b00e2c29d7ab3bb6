//! What a cluster is told at its start, read: plain values, no defaults left open.
#![deny(clippy::disallowed_methods)]

use std::collections::BTreeMap;
use std::time::Duration;

use ottla_protocol::ApiKey;
use rand::Rng;

use crate::configs::{self, Values};
use crate::error::EmbeddedError;
use crate::groups::{Assignor, GroupSettings};
use crate::sasl::{Credentials, Mechanism};
use crate::transactions;

/// What the cluster itself needs to know.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    /// Where all that is drawn by chance begins.
    pub(crate) seed: u64,
    /// The brokers' settings at the start, by Kafka's names: as a file of each broker would have them.
    pub(crate) configs: Values,
    /// What was set for all brokers since; it goes first.
    pub(crate) dynamic: Values,
    /// The newest versions that are served of some APIs.
    pub(crate) newest_versions: BTreeMap<ApiKey, i16>,
    /// Who may log in, by name; empty: nobody needs to.
    pub(crate) users: Vec<User>,
    /// Whether Kafka's own topics show.
    pub(crate) internal_topics: bool,
}

/// Somebody who may log in.
#[derive(Clone)]
pub(crate) struct User {
    pub(crate) name: String,
    pub(crate) password: String,
    sha_256: Credentials,
    sha_512: Credentials,
}

impl User {
    pub(crate) fn new(name: &str, password: &str, random: &mut impl Rng) -> Self {
        Self {
            name: name.to_owned(),
            password: password.to_owned(),
            sha_256: Credentials::new(Mechanism::ScramSha256, password, random),
            sha_512: Credentials::new(Mechanism::ScramSha512, password, random),
        }
    }

    /// What SCRAM checks a proof against.
    pub(crate) fn credentials(&self, mechanism: Mechanism) -> Option<&Credentials> {
        match mechanism {
            Mechanism::Plain => None,
            Mechanism::ScramSha256 => Some(&self.sha_256),
            Mechanism::ScramSha512 => Some(&self.sha_512),
        }
    }
}

/// Without the password.
impl std::fmt::Debug for User {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "User({})", self.name)
    }
}

impl Settings {
    /// A setting of the brokers, or its default.
    pub(crate) fn broker(&self, name: &str) -> &str {
        let default = || {
            configs::find(configs::broker::TABLE, name).map_or("", |definition| definition.default)
        };
        self.set(name).unwrap_or_else(default)
    }

    /// What a setting of all brokers was set to, if it was.
    pub(crate) fn set(&self, name: &str) -> Option<&str> {
        let set = self.dynamic.get(name).or_else(|| self.configs.get(name));
        set.map(String::as_str)
    }

    pub(crate) fn number(&self, name: &str) -> i64 {
        self.broker(name).parse().unwrap_or_default()
    }

    /// A topic's setting: its own, the brokers', the default.
    pub(crate) fn topic<'a>(&'a self, own: &'a Values, name: &str) -> &'a str {
        if let Some(own) = own.get(name) {
            return own;
        }
        let Some(definition) = configs::find(configs::topic::TABLE, name) else {
            return "";
        };
        self.set(definition.synonym).unwrap_or(definition.default)
    }

    fn millis(&self, name: &str) -> Duration {
        Duration::from_millis(u64::try_from(self.number(name)).unwrap_or(0))
    }

    /// What the group coordinator is set up with.
    pub(crate) fn groups(&self) -> GroupSettings {
        let count = |name| usize::try_from(self.number(name)).unwrap_or(usize::MAX);
        let assignors = self.broker("group.consumer.assignors").split(',');
        let assignors = assignors.filter_map(|name| Assignor::named(name.trim()));
        GroupSettings {
            min_session_timeout: self.millis("group.min.session.timeout.ms"),
            max_session_timeout: self.millis("group.max.session.timeout.ms"),
            initial_rebalance_delay: self.millis("group.initial.rebalance.delay.ms"),
            max_size: count("group.max.size"),
            consumer_session_timeout: self.millis("group.consumer.session.timeout.ms"),
            consumer_heartbeat_interval: self.millis("group.consumer.heartbeat.interval.ms"),
            consumer_max_size: count("group.consumer.max.size"),
            consumer_assignors: assignors.collect(),
            offset_metadata_max: count("offset.metadata.max.bytes"),
            offsets_retention: self.millis("offsets.retention.minutes") * 60_000,
            offsets_retention_check: self.millis("offsets.retention.check.interval.ms"),
            ..GroupSettings::default()
        }
    }

    /// The same for a group that has settings of its own.
    pub(crate) fn group(&self, own: &Values) -> GroupSettings {
        let mut settings = self.groups();
        let millis = |name| {
            let set = own.get(name)?.parse().ok()?;
            Some(Duration::from_millis(set))
        };
        if let Some(timeout) = millis("consumer.session.timeout.ms") {
            settings.consumer_session_timeout = timeout;
        }
        if let Some(interval) = millis("consumer.heartbeat.interval.ms") {
            settings.consumer_heartbeat_interval = interval;
        }
        settings
    }

    /// What the transaction coordinator is set up with.
    pub(crate) fn transactions(&self) -> transactions::Settings {
        transactions::Settings {
            transaction_max_timeout: self.millis("transaction.max.timeout.ms"),
            transactional_id_expiration: self.millis("transactional.id.expiration.ms"),
            ..transactions::Settings::default()
        }
    }

    /// Whether clients must log in.
    pub(crate) fn wants_login(&self) -> bool {
        !self.users.is_empty()
    }

    /// Whether each broker setting is one, and may be what it was set to.
    pub(crate) fn check(&self) -> Result<(), EmbeddedError> {
        for (name, value) in &self.configs {
            let fault = match configs::find(configs::broker::TABLE, name) {
                Some(definition) => definition.fault(value),
                None => Some("no broker has a setting of this name".to_owned()),
            };
            if let Some(why) = fault {
                let setting = name.clone();
                return Err(EmbeddedError::Config { setting, why });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assignors_are_those_that_are_set_in_their_order() {
        let set = |value: &str| {
            let name = "group.consumer.assignors".to_owned();
            let settings = Settings {
                configs: [(name, value.to_owned())].into(),
                ..Settings::default()
            };
            settings
                .check()
                .map(|()| settings.groups().consumer_assignors)
        };
        assert_eq!(set("range").unwrap(), [Assignor::Range]);
        let both = [Assignor::Range, Assignor::Uniform];
        assert_eq!(set("range, uniform").unwrap(), both);
        assert!(set("mine").is_err());
        let usual = Settings::default().groups();
        assert_eq!(
            usual.consumer_assignors,
            GroupSettings::default().consumer_assignors
        );
    }
}
