//! Settings as they are shown: the value in force, and where it comes from.

use super::State;
use super::config_changes::Resource;
use crate::configs::{Definition, Values, broker, find};
use crate::error::Refusal;

/// One setting as DescribeConfigs and CreateTopics tell it.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    pub(crate) name: &'static str,
    pub(crate) value: String,
    pub(crate) kind: i8,
    pub(crate) source: i8,
    pub(crate) read_only: bool,
    /// Where it has a value, the one in force first.
    pub(crate) synonyms: Vec<Synonym>,
}

/// One place where a setting has a value.
#[derive(Clone, Debug)]
pub(crate) struct Synonym {
    pub(crate) name: &'static str,
    pub(crate) value: String,
    pub(crate) source: i8,
}

const TOPIC: i8 = 1;
const BROKER: i8 = 2;
const ALL_BROKERS: i8 = 3;
const AT_START: i8 = 4;
const DEFAULT: i8 = 5;
const GROUP: i8 = 8;

/// Settings whose default Kafka has under another name, in hours.
const IN_HOURS: &[(&str, &str, &str)] = &[
    ("log.retention.ms", "log.retention.hours", "168"),
    ("log.roll.ms", "log.roll.hours", "168"),
    ("log.roll.jitter.ms", "log.roll.jitter.hours", "0"),
];

fn note(synonyms: &mut Vec<Synonym>, name: &'static str, value: &str, source: i8) {
    synonyms.push(Synonym {
        name,
        value: value.to_owned(),
        source,
    });
}

impl State {
    /// All settings of a resource, by name.
    pub(crate) fn shown(&self, resource: Resource<'_>) -> Result<Vec<Shown>, Refusal> {
        let own = self.values_of(resource)?;
        let source = match resource {
            Resource::Topic(_) => TOPIC,
            Resource::Broker(None) => ALL_BROKERS,
            Resource::Broker(Some(_)) => BROKER,
            Resource::Group(_) => GROUP,
        };
        // Of all brokers only what was set is told.
        let all = !matches!(resource, Resource::Broker(None));
        let rows = resource.table().iter();
        let rows = rows.filter(|row| all || own.contains_key(row.name));
        Ok(rows
            .map(|row| self.show(row, &own, source, resource))
            .collect())
    }

    /// A topic's settings before it is made.
    pub(crate) fn shown_topic(&self, own: &Values) -> Vec<Shown> {
        let topic = Resource::Topic("");
        let rows = topic.table().iter();
        rows.map(|row| self.show(row, own, TOPIC, topic)).collect()
    }

    fn show(
        &self,
        row: &'static Definition,
        own: &Values,
        source: i8,
        resource: Resource<'_>,
    ) -> Shown {
        let mut synonyms = Vec::new();
        if let Some(value) = own.get(row.name) {
            note(&mut synonyms, row.name, value, source);
        }
        let behind = match resource {
            Resource::Broker(_) => row.name,
            _ => row.synonym,
        };
        let of_all = self.settings.dynamic.get(behind);
        if let Some(value) = of_all.filter(|_| source != ALL_BROKERS) {
            note(&mut synonyms, behind, value, ALL_BROKERS);
        }
        if let Some(value) = self.settings.configs.get(behind) {
            note(&mut synonyms, behind, value, AT_START);
        }
        if let (Resource::Broker(Some(node)), "node.id") = (resource, row.name) {
            note(&mut synonyms, row.name, &node.to_string(), AT_START);
        }
        let is_set = |it: &Synonym| matches!(it.source, ALL_BROKERS | AT_START);
        if behind == "min.insync.replicas" && !synonyms.iter().any(is_set) {
            // A cluster that keeps eligible leaders (KIP-966) has it set for all brokers from its start.
            note(&mut synonyms, behind, row.default, ALL_BROKERS);
        }
        let shown_behind = find(broker::TABLE, behind).map_or(row.name, |behind| behind.name);
        match IN_HOURS.iter().find(|(name, ..)| *name == shown_behind) {
            Some((_, name, hours)) => note(&mut synonyms, name, hours, DEFAULT),
            None if shown_behind == "node.id" => {}
            None => note(&mut synonyms, shown_behind, row.default, DEFAULT),
        }
        let in_force = synonyms.first();
        Shown {
            name: row.name,
            value: match in_force {
                Some(first) if first.source != DEFAULT => first.value.clone(),
                _ => row.default.to_owned(),
            },
            source: in_force.map_or(DEFAULT, |first| first.source),
            kind: row.kind.code(),
            read_only: matches!(resource, Resource::Broker(_))
                && broker::READ_ONLY.contains(&row.name),
            synonyms,
        }
    }
}
