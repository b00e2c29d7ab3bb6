//! Settings changed at run time, of topics, brokers and groups.

use std::collections::{BTreeMap, BTreeSet};

use ottla_protocol::error_code::ErrorCode;

use super::State;
use super::topics::TopicRef;
use crate::configs::{self, Definition, Operation, Values};
use crate::error::Refusal;

/// What has settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Resource<'a> {
    Topic(&'a str),
    /// One broker; none: what holds for all of them.
    Broker(Option<i32>),
    Group(&'a str),
}

/// One change that is asked for, by the operation's number.
pub(crate) type Change<'a> = (&'a str, i8, Option<&'a str>);

/// What a request wants of a resource that it names by number and text.
pub(crate) type Alteration<'a> = (i8, &'a str, Vec<Change<'a>>);

impl<'a> Resource<'a> {
    /// What a request names by number and text.
    pub(crate) fn read(kind: i8, name: &'a str) -> Result<Self, Refusal> {
        match kind {
            2 if name.is_empty() => Err(Refusal::new(
                ErrorCode::INVALID_REQUEST,
                "Default topic resources are not allowed.",
            )),
            2 => Ok(Self::Topic(name)),
            4 if name.is_empty() => Ok(Self::Broker(None)),
            4 => name
                .parse()
                .map(|node| Self::Broker(Some(node)))
                .map_err(|_| {
                    let why = format!("Broker id must be an integer, but it is: {name}");
                    Refusal::new(ErrorCode::INVALID_REQUEST, why)
                }),
            32 if name.is_empty() => Err(Refusal::new(
                ErrorCode::INVALID_REQUEST,
                "Default group resources are not allowed.",
            )),
            32 => Ok(Self::Group(name)),
            other => Err(Refusal::new(
                ErrorCode::INVALID_REQUEST,
                format!("Unsupported resource type {other}"),
            )),
        }
    }

    pub(crate) fn table(self) -> &'static [Definition] {
        match self {
            Self::Topic(_) => configs::topic::TABLE,
            Self::Broker(_) => configs::broker::TABLE,
            Self::Group(_) => configs::group::TABLE,
        }
    }
}

impl State {
    /// What was set for a resource at run time.
    pub(crate) fn values_of(&self, resource: Resource<'_>) -> Result<Values, Refusal> {
        match resource {
            Resource::Topic(name) => {
                let topic = self.topics.named(name).ok_or_else(Refusal::unknown_topic)?;
                Ok(topic.configs.clone())
            }
            Resource::Broker(None) => Ok(self.settings.dynamic.clone()),
            Resource::Broker(Some(node)) => match self.brokers.get(node) {
                Some(broker) => Ok(broker.configs.clone()),
                None => Err(Refusal::new(
                    ErrorCode::INVALID_REQUEST,
                    format!("There is no broker {node}"),
                )),
            },
            Resource::Group(name) => Ok(self.group_configs.get(name).cloned().unwrap_or_default()),
        }
    }

    fn keep(&mut self, resource: Resource<'_>, values: Values) {
        self.metadata_changed = true;
        match resource {
            Resource::Topic(name) => {
                if let Some(topic) = self.topics.get_mut(TopicRef::Name(name)) {
                    topic.configs = values;
                }
                self.configure_logs(Some(name));
            }
            Resource::Broker(None) => {
                self.settings.dynamic = values;
                self.configure_logs(None);
                *self.groups.settings_mut() = self.settings.groups();
                self.configure_groups();
            }
            Resource::Broker(Some(node)) => {
                if let Some(broker) = self.brokers.get_mut(node) {
                    broker.configs = values;
                }
            }
            Resource::Group(name) => {
                self.group_configs.insert(name.to_owned(), values);
                self.configure_group(name);
            }
        }
    }

    /// Tells the coordinator the settings of all groups that have some of their own: what they leave open is the brokers'.
    pub(super) fn configure_groups(&mut self) {
        let own: Vec<String> = self.group_configs.keys().cloned().collect();
        own.iter().for_each(|group| self.configure_group(group));
    }

    /// Tells the coordinator a group's own settings.
    fn configure_group(&mut self, name: &str) {
        let own = self.group_configs.get(name).filter(|own| !own.is_empty());
        let settings = own.map(|own| self.settings.group(own));
        self.groups.set_settings_of(name, settings);
    }

    /// Changes settings of several resources, each for itself; none of one that is named twice.
    pub(crate) fn change_each(
        &mut self,
        resources: &[Alteration<'_>],
        replace: bool,
        validate_only: bool,
    ) -> Vec<Result<(), Refusal>> {
        let mut times: BTreeMap<(i8, &str), usize> = BTreeMap::new();
        for (kind, name, _) in resources {
            *times.entry((*kind, name)).or_default() += 1;
        }
        let change = |(kind, name, changes): &Alteration<'_>| {
            if times.get(&(*kind, *name)) != Some(&1) {
                return Err(Refusal::named_twice());
            }
            let resource = Resource::read(*kind, name)?;
            self.change_configs(resource, changes, replace, validate_only)
        };
        resources.iter().map(change).collect()
    }

    /// Changes settings of one resource, all or none of them. `replace` forgets those that are not named.
    pub(crate) fn change_configs(
        &mut self,
        resource: Resource<'_>,
        changes: &[Change<'_>],
        replace: bool,
        validate_only: bool,
    ) -> Result<(), Refusal> {
        let mut values = self.values_of(resource)?;
        if replace {
            values.clear();
        }
        let mut named = BTreeSet::new();
        for &(name, operation, value) in changes {
            // Kafka fails over an operation that there isn't.
            let operation = Operation::from_code(operation);
            let operation = operation.ok_or(Refusal::from(ErrorCode::UNKNOWN_SERVER_ERROR))?;
            if matches!(resource, Resource::Broker(_)) && configs::broker::READ_ONLY.contains(&name)
            {
                let why = format!("Cannot update these configs dynamically: [{name}]");
                return Err(Refusal::new(ErrorCode::INVALID_REQUEST, why));
            }
            if !named.insert(name) {
                let why = format!("Error due to duplicate config keys: {name}");
                return Err(Refusal::new(ErrorCode::INVALID_REQUEST, why));
            }
            if value.is_none() && operation != Operation::Delete {
                let why = format!("Null value not supported for: {name}");
                return Err(Refusal::new(ErrorCode::INVALID_REQUEST, why));
            }
            let code = match resource {
                Resource::Broker(_) => ErrorCode::INVALID_REQUEST,
                _ => ErrorCode::INVALID_CONFIG,
            };
            configs::change(resource.table(), &mut values, name, operation, value)
                .map_err(|fault| Refusal::new(code, fault))?;
        }
        if let (Resource::Topic(_), Some(fault)) = (resource, configs::topic::conflict(&values)) {
            return Err(Refusal::new(ErrorCode::INVALID_CONFIG, fault));
        }
        if !validate_only {
            self.keep(resource, values);
        }
        Ok(())
    }
}
