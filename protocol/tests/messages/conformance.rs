//! Our definitions are Kafka's: each message's `SCHEMA` against the JSON that Kafka generates its own classes from.
//!
//! `OTTLA_KAFKA_SCHEMAS` names a folder with these files (`common/message/*.json` in Kafka's clients jar). They are
//! not
//! part of this project.

use std::fmt::Display;
use std::path::{Path, PathBuf};

use ottla_protocol::ApiKey;
use ottla_protocol::schema::{Field, Kind, Schema, Versions};
use serde_json::Value;

use crate::every::{EVERY, Message};

fn schemas() -> Option<PathBuf> {
    let folder = std::env::var_os("OTTLA_KAFKA_SCHEMAS").map(PathBuf::from);
    if folder.is_none() {
        println!("skipped: no schemas of Kafka's (OTTLA_KAFKA_SCHEMAS is not set)");
    }
    folder
}

#[test]
fn api_keys_are_kafkas() {
    let Some(folder) = schemas() else { return };
    let mut theirs: Vec<(i64, String)> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter_map(|file| file.strip_suffix("Request.json").map(str::to_owned))
        .map(|api| (definition(&folder, &format!("{api}Request")), api))
        .map(|(definition, api)| (definition["apiKey"].as_i64().unwrap(), api))
        .collect();
    theirs.sort();
    let ours: Vec<_> = ApiKey::ALL
        .iter()
        .map(|api| (i64::from(api.code()), api.name().to_owned()))
        .collect();
    assert_eq!(ours, theirs);
}

#[test]
fn definitions_are_kafkas() {
    let Some(folder) = schemas() else { return };
    let mut differences = Differences::default();
    for message in &*EVERY {
        let theirs = definition(&folder, message.schema.name);
        compare(message, &theirs, &mut differences);
        let unstable = is_unstable(&folder, message.schema.name);
        let versions = stable_versions(&theirs, unstable);
        let ours = in_words(message.schema.versions);
        differences.check(message.schema.name, "versions", ours, in_words(versions));
    }
    assert!(
        differences.0.is_empty(),
        "ours / Kafka's:\n{}",
        differences.0.join("\n")
    );
}

/// What differs, one line each.
#[derive(Default)]
struct Differences(Vec<String>);

impl Differences {
    fn check<T: PartialEq + Display>(&mut self, place: &str, what: &str, ours: T, theirs: T) {
        let line = format!("{place}: {what}: {ours} / {theirs}");
        if ours != theirs {
            self.0.push(line);
        }
    }
}

fn compare(message: &Message, theirs: &Value, differences: &mut Differences) {
    let ours = message.schema;
    let key = theirs["apiKey"].as_i64();
    let name = ours.name;
    differences.check(
        name,
        "key",
        format!("{:?}", ours.key.map(i64::from)),
        format!("{key:?}"),
    );
    let flexible = versions(&theirs["flexibleVersions"]).map(|v| v.min);
    differences.check(
        name,
        "flexible",
        format!("{:?}", ours.flexible),
        format!("{flexible:?}"),
    );
    for cx in message.versions() {
        let comparison = Comparison {
            version: cx.version,
            served: ours.versions,
            structs: &theirs["commonStructs"],
        };
        let place = format!("{name} v{}", cx.version);
        comparison.fields(&place, ours, &theirs["fields"], differences);
    }
}

/// A message in one version.
struct Comparison<'j> {
    version: i16,
    /// The message's versions.
    served: Versions,
    /// Structs that are used more than once, which stand beside the fields.
    structs: &'j Value,
}

impl Comparison<'_> {
    fn fields(&self, place: &str, ours: &Schema, theirs: &Value, differences: &mut Differences) {
        let ours: Vec<&Field> = ours
            .fields
            .iter()
            .filter(|field| field.versions.contains(self.version))
            .collect();
        let theirs: Vec<&Value> = theirs
            .as_array()
            .unwrap()
            .iter()
            .filter(|field| self.is_in(&field["versions"]))
            .collect();
        let names = |names: Vec<String>| names.join(" ");
        let our_names = names(ours.iter().map(|f| f.name.to_owned()).collect());
        let their_names = names(theirs.iter().map(|f| snake(text(&f["name"]))).collect());
        differences.check(place, "fields", &our_names, &their_names);
        if our_names == their_names {
            for (ours, theirs) in ours.into_iter().zip(theirs) {
                let place = format!("{place}: {}", ours.name);
                self.field(&place, ours, theirs, differences);
            }
        }
    }

    fn field(&self, place: &str, ours: &Field, theirs: &Value, differences: &mut Differences) {
        let kind = text(&theirs["type"]);
        differences.check(place, "type", type_of(ours.kind), plain_type(kind));
        let nullable = ours.nullable.is_some_and(|v| v.contains(self.version));
        let theirs_nullable = self.is_in(&theirs["nullableVersions"]);
        differences.check(place, "nullable", nullable, theirs_nullable);
        // Of a field that all versions have there is nothing to ignore.
        let versions = ours.versions;
        if versions.min > self.served.min || versions.max < self.served.max {
            let ignorable = theirs["ignorable"].as_bool().unwrap_or(false);
            differences.check(place, "ignorable", ours.ignorable, ignorable);
        }
        let tag = |tag: Option<i64>| format!("{tag:?}");
        let theirs_tag = theirs["tag"]
            .as_i64()
            .filter(|_| self.is_in(&theirs["taggedVersions"]));
        differences.check(place, "tag", tag(ours.tag.map(i64::from)), tag(theirs_tag));
        self.default(place, ours, theirs, differences);
        if let Some(schema) = inner(ours.kind) {
            let fields = match &theirs["fields"] {
                Value::Null => self.common(kind.trim_start_matches("[]")),
                fields => fields,
            };
            self.fields(place, schema, fields, differences);
        }
    }

    /// An `Option` of ours is null where Kafka's default is empty; that makes a difference only where defaults are
    /// left out.
    fn default(&self, place: &str, ours: &Field, theirs: &Value, differences: &mut Differences) {
        let theirs = match &theirs["default"] {
            Value::Null => empty(ours.kind),
            Value::String(text) if text.is_empty() => empty(ours.kind),
            Value::String(text) => number(text).unwrap_or_else(|| text.to_lowercase()),
            other => number(&other.to_string()).unwrap_or_else(|| other.to_string()),
        };
        let ours = match ours.default {
            Some(text) => number(text).unwrap_or_else(|| text.to_owned()),
            None if ours.nullable.is_none() => empty(ours.kind),
            None if ours.tag.is_none() && theirs == empty(ours.kind) => return,
            None => "null".to_owned(),
        };
        differences.check(place, "default", ours, theirs);
    }

    fn common(&self, name: &str) -> &Value {
        let structs = self.structs.as_array().unwrap();
        let found = structs.iter().find(|it| it["name"] == name);
        &found.unwrap_or_else(|| panic!("no struct {name}"))["fields"]
    }

    fn is_in(&self, range: &Value) -> bool {
        versions(range).is_some_and(|versions| versions.contains(self.version))
    }
}

/// `2+`, `2-4`, `3`; none for `none` and for nothing.
fn versions(range: &Value) -> Option<Versions> {
    let range = range.as_str().filter(|range| *range != "none")?;
    let number = |text: &str| text.parse::<i16>().unwrap();
    Some(match range.split_once('-') {
        Some((min, max)) => Versions {
            min: number(min),
            max: number(max),
        },
        None => match range.strip_suffix('+') {
            Some(min) => Versions {
                min: number(min),
                max: i16::MAX,
            },
            None => Versions {
                min: number(range),
                max: number(range),
            },
        },
    })
}

/// The versions that brokers serve without being told to serve unstable ones.
fn stable_versions(message: &Value, unstable: bool) -> Versions {
    let mut versions = versions(&message["validVersions"]).unwrap();
    versions.max -= i16::from(unstable);
    versions
}

/// Whether the newest version is still being worked on; of a response, its request says so.
fn is_unstable(folder: &Path, name: &str) -> bool {
    let said_by = match name.strip_suffix("Response") {
        Some(api) => format!("{api}Request"),
        None => name.to_owned(),
    };
    definition(folder, &said_by)["latestVersionUnstable"] == true
}

fn definition(folder: &Path, name: &str) -> Value {
    let file = folder.join(format!("{name}.json"));
    let text = std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{file:?}: {e}"));
    serde_json::from_str(&without_comments(&text)).unwrap()
}

fn in_words(versions: Versions) -> String {
    format!("{}-{}", versions.min, versions.max)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// Kafka's type, without what a struct is called.
fn plain_type(kind: &str) -> String {
    match kind.strip_prefix("[]") {
        Some(element) => format!("[]{}", plain_type(element)),
        None if kind.starts_with(char::is_uppercase) => "struct".to_owned(),
        None if kind == "records" => "bytes".to_owned(),
        None => kind.to_owned(),
    }
}

/// Our type, as Kafka calls it.
fn type_of(kind: Kind) -> String {
    match kind {
        Kind::Array(element) => format!("[]{}", type_of(*element)),
        Kind::Struct(_) => "struct".to_owned(),
        plain => format!("{plain:?}").to_lowercase(),
    }
}

fn inner(kind: Kind) -> Option<&'static Schema> {
    match kind {
        Kind::Array(element) => inner(*element),
        Kind::Struct(schema) => Some(schema),
        _ => None,
    }
}

/// The default of a type.
fn empty(kind: Kind) -> String {
    match kind {
        Kind::Bool => "false",
        Kind::String | Kind::Bytes | Kind::Array(_) | Kind::Struct(_) | Kind::Uuid => "empty",
        _ => "0",
    }
    .to_owned()
}

/// A number, however it is written.
fn number(text: &str) -> Option<String> {
    let number = match text {
        "i32::MIN" => i64::from(i32::MIN),
        "i32::MAX" => i64::from(i32::MAX),
        "i64::MAX" => i64::MAX,
        _ => match text.strip_prefix("0x") {
            Some(hex) => i64::from_str_radix(hex, 16).ok()?,
            None => text.parse().ok()?,
        },
    };
    Some(number.to_string())
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

/// Kafka's JSON has comments to the end of the line; no text in it has two slashes.
fn without_comments(text: &str) -> String {
    let line = |line: &'_ str| line.split("//").next().unwrap_or_default().to_owned();
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}
