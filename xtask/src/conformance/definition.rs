//! A message's definition, as Kafka's schemas have it; ours are printed in the same form.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;

use anyhow::{Context, Result};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A message.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Definition {
    pub(crate) name: String,
    /// What it is a definition of: `request`, `response`, `header`, or whatever lies inside of those or in logs.
    #[serde(rename = "type")]
    pub(crate) of: String,
    pub(crate) api_key: Option<i16>,
    #[serde(rename = "validVersions")]
    pub(crate) versions: Versions,
    /// The newest version is still being worked on; a request says so for its response, too.
    #[serde(default)]
    pub(crate) latest_version_unstable: bool,
    #[serde(rename = "flexibleVersions", default)]
    pub(crate) flexible: Versions,
    #[serde(default)]
    pub(crate) fields: Vec<Field>,
    /// Structs that several fields are of.
    #[serde(default)]
    common_structs: Vec<Struct>,
    /// Whether it has room for tagged fields that it doesn't know. Ours say so.
    #[serde(default)]
    pub(crate) keeps_unknown: bool,
}

/// A struct beside the fields.
#[derive(Deserialize)]
struct Struct {
    name: String,
    fields: Vec<Field>,
}

/// A field.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Field {
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// Those where it is tagged, if nothing is said.
    #[serde(default)]
    pub(crate) versions: Versions,
    #[serde(rename = "nullableVersions", default)]
    pub(crate) nullable: Versions,
    #[serde(rename = "taggedVersions", default)]
    pub(crate) tagged: Versions,
    pub(crate) tag: Option<u32>,
    #[serde(default)]
    default: Value,
    #[serde(default, deserialize_with = "bool_or_text")]
    pub(crate) ignorable: bool,
    /// Those of the struct that it is of.
    #[serde(default)]
    pub(crate) fields: Vec<Field>,
    /// As of [`Definition`].
    #[serde(default)]
    pub(crate) keeps_unknown: bool,
}

impl Definition {
    /// Reads JSON with comments up to the end of the line; no text in Kafka's has two slashes.
    pub(crate) fn read(text: &str) -> Result<Self> {
        let line = |line: &'_ str| line.split("//").next().unwrap_or_default().to_owned();
        let plain: Vec<String> = text.lines().map(line).collect();
        let mut definition: Self =
            serde_json::from_str(&plain.join("\n")).context("no definition of a message")?;
        let structs: BTreeMap<String, Vec<Field>> = definition
            .common_structs
            .drain(..)
            .map(|common| (common.name, common.fields))
            .collect();
        for field in &mut definition.fields {
            field.settle(&structs);
        }
        Ok(definition)
    }

    /// Whether it is a request or a response.
    pub(crate) fn is_message(&self) -> bool {
        matches!(self.of.as_str(), "request" | "response")
    }

    /// Whether it lies inside of those or in logs.
    pub(crate) fn is_payload(&self) -> bool {
        !self.is_message() && self.of != "header"
    }

    /// The versions that brokers serve without being told to serve unstable ones.
    pub(crate) fn stable(&self, unstable: bool) -> RangeInclusive<i16> {
        self.versions.min..=self.versions.max - i16::from(unstable)
    }
}

impl Field {
    /// Puts the fields of structs to where they are used, and names as ours are.
    fn settle(&mut self, structs: &BTreeMap<String, Vec<Self>>) {
        self.name = snake(&self.name);
        if self.versions == Versions::default() {
            self.versions = self.tagged;
        }
        if let Some(fields) = structs.get(self.kind.trim_start_matches("[]")) {
            self.fields.clone_from(fields);
        }
        for field in &mut self.fields {
            field.settle(structs);
        }
    }

    /// The type; how a struct is called makes no difference, nor that bytes are meant to be records.
    pub(crate) fn plain_kind(&self) -> String {
        let name = self.kind.trim_start_matches("[]");
        let arrays = &self.kind[..self.kind.len() - name.len()];
        let plain = match name {
            "records" => "bytes",
            name if name.starts_with(char::is_uppercase) => "struct",
            name => name,
        };
        format!("{arrays}{plain}")
    }

    /// The default, if it is written down.
    pub(crate) fn default(&self) -> Option<String> {
        let written = match &self.default {
            Value::Null => return None,
            Value::String(text) => text.to_lowercase(),
            other => other.to_string(),
        };
        let plain = number(&written).map_or(written, |number| number.to_string());
        (!plain.is_empty()).then_some(plain)
    }

    /// What the type has without a default.
    pub(crate) fn empty(&self) -> &'static str {
        match self.plain_kind().as_str() {
            "bool" => "false",
            kind if kind.starts_with("int") || kind.starts_with("uint") => "0",
            "float64" => "0.0",
            _ => "empty",
        }
    }
}

/// Kafka's own reader takes `"true"` for `true`, and its schemas have had one.
fn bool_or_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(value == true || value == "true")
}

/// A number, however it is written.
fn number(text: &str) -> Option<i64> {
    match text {
        "i32::min" => Some(i64::from(i32::MIN)),
        "i32::max" => Some(i64::from(i32::MAX)),
        "i64::max" => Some(i64::MAX),
        _ => match text.strip_prefix("0x") {
            Some(hex) => i64::from_str_radix(hex, 16).ok(),
            None => text.parse().ok(),
        },
    }
}

fn snake(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

/// A range of versions, both ends included: `2+`, `2-4`, `3`, `none`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Versions {
    pub(crate) min: i16,
    pub(crate) max: i16,
}

impl Versions {
    pub(crate) fn contains(self, version: i16) -> bool {
        (self.min..=self.max).contains(&version)
    }
}

/// None.
impl Default for Versions {
    fn default() -> Self {
        Self { min: 0, max: -1 }
    }
}

impl TryFrom<String> for Versions {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let number = |number: &str| {
            number
                .parse::<i16>()
                .map_err(|_| format!("`{text}` is no range of versions"))
        };
        if text == "none" {
            return Ok(Self::default());
        }
        let (min, max) = match (text.strip_suffix('+'), text.split_once('-')) {
            (Some(min), _) => (number(min)?, i16::MAX),
            (None, Some((min, max))) => (number(min)?, number(max)?),
            (None, None) => (number(&text)?, number(&text)?),
        };
        Ok(Self { min, max })
    }
}

impl fmt::Display for Versions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.min, self.max) {
            (min, max) if max < min => f.write_str("none"),
            (min, i16::MAX) => write!(f, "{min}+"),
            (min, max) if min == max => write!(f, "{min}"),
            (min, max) => write!(f, "{min}-{max}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{
        // A comment.
        "apiKey": 3, "type": "request", "name": "ARequest", "validVersions": "1-4", "flexibleVersions": "3+",
        "latestVersionUnstable": true,
        "fields": [
            { "name": "TopicId", "type": "uuid", "versions": "0+" }, // another
            { "name": "Time", "type": "int64", "versions": "2", "default": "0x7fffffffffffffff" },
            { "name": "Parts", "type": "[]Part", "versions": "0+", "nullableVersions": "0-3", "default": "null" }
        ],
        "commonStructs": [{ "name": "Part", "versions": "0+", "fields": [
            { "name": "Id", "type": "int32", "versions": "0+", "tag": 0, "taggedVersions": "0+" }
        ] }]
    }"#;

    #[test]
    fn a_definition_is_read_and_structs_put_in_place() {
        let read = Definition::read(TEXT).unwrap();
        assert_eq!(read.stable(read.latest_version_unstable), 1..=3);
        let [id, time, parts] = read.fields.as_slice() else {
            panic!("three fields");
        };
        assert_eq!((id.name.as_str(), id.default()), ("topic_id", None));
        assert_eq!(time.default(), Some(i64::MAX.to_string()));
        assert_eq!(parts.plain_kind(), "[]struct");
        assert_eq!(parts.default().as_deref(), Some("null"));
        assert_eq!(parts.fields[0].name, "id");
    }

    #[test]
    fn ranges_are_read_in_their_forms() {
        for text in ["0+", "2-4", "3", "none"] {
            let versions = Versions::try_from(text.to_owned()).unwrap();
            assert_eq!(versions.to_string(), text);
        }
        assert!(Versions::try_from("all".to_owned()).is_err());
    }
}
