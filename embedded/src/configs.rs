//! Settings of topics, brokers and groups: which there are, what they may be, what they are unless set.
#![deny(clippy::disallowed_methods)]

pub(crate) mod broker;
pub(crate) mod group;
pub(crate) mod topic;

use std::collections::BTreeMap;

/// What was set, by name.
pub(crate) type Values = BTreeMap<String, String>;

/// One setting that there is.
#[derive(Debug)]
pub(crate) struct Definition {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) default: &'static str,
    pub(crate) allowed: Allowed,
    /// The name of the broker's setting that is the default of this one; empty: none.
    pub(crate) synonym: &'static str,
}

/// A row of a table.
const fn row(
    name: &'static str,
    kind: Kind,
    default: &'static str,
    allowed: Allowed,
    synonym: &'static str,
) -> Definition {
    Definition {
        name,
        kind,
        default,
        allowed,
        synonym,
    }
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Boolean,
    String,
    Int,
    Long,
    Double,
    List,
}

impl Kind {
    /// The number in DescribeConfigs.
    pub(crate) fn code(self) -> i8 {
        match self {
            Self::Boolean => 1,
            Self::String => 2,
            Self::Int => 3,
            Self::Long => 5,
            Self::Double => 6,
            Self::List => 7,
        }
    }
}

/// Which values are allowed beyond those of the kind.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Allowed {
    Any,
    AtLeast(i64),
    Between(i64, i64),
    OneOf(&'static [&'static str]),
}

impl Definition {
    /// What is wrong with a value, in the broker's words.
    pub(crate) fn fault(&self, value: &str) -> Option<String> {
        let wrong = |why: String| {
            let name = self.name;
            Some(format!(
                "Invalid value {value} for configuration {name}: {why}"
            ))
        };
        let value = value.trim();
        match self.kind {
            Kind::Boolean if !matches!(value, "true" | "false") => {
                wrong("Expected value to be either true or false".to_owned())
            }
            Kind::Int if value.parse::<i32>().is_err() => {
                wrong("Not a number of type INT".to_owned())
            }
            Kind::Long if value.parse::<i64>().is_err() => {
                wrong("Not a number of type LONG".to_owned())
            }
            Kind::Double if value.parse::<f64>().is_err() => {
                wrong("Not a number of type DOUBLE".to_owned())
            }
            _ => self.out_of_bounds(value).and_then(wrong),
        }
    }

    fn out_of_bounds(&self, value: &str) -> Option<String> {
        let number = || value.parse::<i64>().ok();
        match self.allowed {
            Allowed::Any => None,
            Allowed::AtLeast(least) => number()
                .is_some_and(|number| number < least)
                .then(|| format!("Value must be at least {least}")),
            Allowed::Between(least, most) => number()
                .is_some_and(|number| !(least..=most).contains(&number))
                .then(|| format!("Value must be between {least} and {most}")),
            Allowed::OneOf(_) if self.kind == Kind::List && value.is_empty() => None,
            Allowed::OneOf(names) => items(self.kind, value)
                .any(|item| !names.contains(&item))
                .then(|| format!("String must be one of: {}", names.join(", "))),
        }
    }
}

fn items(kind: Kind, value: &str) -> impl Iterator<Item = &str> {
    let separator = if kind == Kind::List { ',' } else { '\0' };
    value.split(separator).map(str::trim)
}

/// One definition of a table, by name.
pub(crate) fn find(table: &'static [Definition], name: &str) -> Option<&'static Definition> {
    table.iter().find(|definition| definition.name == name)
}

/// A change to one setting, as IncrementalAlterConfigs names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Set,
    Delete,
    Append,
    Subtract,
}

impl Operation {
    pub(crate) fn from_code(code: i8) -> Option<Self> {
        Some(match code {
            0 => Self::Set,
            1 => Self::Delete,
            2 => Self::Append,
            3 => Self::Subtract,
            _ => return None,
        })
    }
}

/// Makes one change to `values`; the error is the broker's words on it.
pub(crate) fn change(
    table: &'static [Definition],
    values: &mut Values,
    name: &str,
    operation: Operation,
    value: Option<&str>,
) -> Result<(), String> {
    if operation == Operation::Delete {
        values.remove(name);
        return Ok(());
    }
    let definition = find(table, name).ok_or_else(|| format!("Unknown config name: {name}"))?;
    let value = value.ok_or_else(|| format!("Null value not supported for config {name}"))?;
    let value = match operation {
        Operation::Set | Operation::Delete => value.to_owned(),
        _ if definition.kind != Kind::List => {
            return Err(format!(
                "Config value append and subtract are not allowed for config key: {name}"
            ));
        }
        _ => {
            let current = values.get(name).map_or(definition.default, String::as_str);
            changed_list(current, operation, value)
        }
    };
    match definition.fault(&value) {
        Some(fault) => Err(fault),
        None => {
            values.insert(name.to_owned(), value.trim().to_owned());
            Ok(())
        }
    }
}

fn changed_list<'a>(current: &'a str, operation: Operation, value: &'a str) -> String {
    let items = |text: &'a str| text.split(',').map(str::trim);
    let given: Vec<&str> = items(value).collect();
    let mut list: Vec<&str> = items(current).filter(|item| !item.is_empty()).collect();
    if operation == Operation::Append {
        // What is there already stays where it is: in some lists the first counts.
        for item in given {
            if !list.contains(&item) {
                list.push(item);
            }
        }
    } else {
        list.retain(|item| !given.contains(item));
    }
    list.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(name: &str, operation: Operation, value: &str) -> Result<Values, String> {
        let mut values = Values::new();
        change(topic::TABLE, &mut values, name, operation, Some(value))?;
        Ok(values)
    }

    #[test]
    fn a_value_must_be_of_its_kind_and_within_its_bounds() {
        for (name, value) in [
            ("retention.ms", "soon"),
            ("min.insync.replicas", "0"),
            ("cleanup.policy", "compact,burn"),
            ("preallocate", "yes"),
            ("no.such.setting", "1"),
        ] {
            assert!(changed(name, Operation::Set, value).is_err(), "{name}");
        }
        for (name, value) in [("retention.ms", "-1"), ("cleanup.policy", "compact,delete")] {
            assert!(changed(name, Operation::Set, value).is_ok(), "{name}");
        }
    }

    #[test]
    fn blanks_around_a_value_are_no_part_of_it() {
        let values = changed("retention.ms", Operation::Set, " 1000 ").unwrap();
        assert_eq!(values["retention.ms"], "1000");
    }

    #[test]
    fn lists_grow_and_shrink() {
        let grown = changed("cleanup.policy", Operation::Append, "compact").unwrap();
        assert_eq!(grown["cleanup.policy"], "delete,compact");
        assert_eq!(
            changed_list("delete,compact", Operation::Subtract, "delete"),
            "compact"
        );
        let there = changed_list("delete,compact", Operation::Append, "delete,more");
        assert_eq!(there, "delete,compact,more");
        assert!(changed("retention.ms", Operation::Append, "1").is_err());
    }

    #[test]
    fn defaults_are_allowed_themselves() {
        for definition in topic::TABLE.iter().chain(broker::TABLE).chain(group::TABLE) {
            assert_eq!(definition.fault(definition.default), None, "{definition:?}");
        }
    }
}
