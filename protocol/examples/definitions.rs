//! Prints what the crate knows of each message: a line of JSON each, in the form of the schemas that Kafka generates its
//! own classes from.
//!
//! `cargo xtask conformance` compares the two. Names are in snake case, and structs stand where they are used.

use std::io::{self, BufWriter, Write};

use ottla_protocol::schema::{Field, Kind, Schema, Versions};
use ottla_protocol::{ApiKey, payload};
use serde_json::{Value, json};

fn main() -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    for api in ApiKey::ALL {
        if let Some(schema) = api.request_schema() {
            writeln!(
                out,
                "{}",
                message("request", schema.name, schema.key, schema)
            )?;
        }
        if let Some(schema) = api.response_schema() {
            writeln!(
                out,
                "{}",
                message("response", schema.name, schema.key, schema)
            )?;
        }
    }
    for it in payload::definitions() {
        writeln!(
            out,
            "{}",
            message("data", it.name, it.record_type, it.schema)
        )?;
    }
    out.flush()
}

fn message(of: &str, name: &str, key: Option<i16>, schema: &Schema) -> Value {
    let flexible = schema.flexible.map(|min| Versions { min, max: i16::MAX });
    json!({
        "name": name,
        "type": of,
        "apiKey": key,
        "validVersions": range(schema.versions),
        "flexibleVersions": flexible.map_or("none".to_owned(), range),
        "keepsUnknown": schema.keeps_unknown,
        "fields": fields(schema),
    })
}

fn fields(schema: &Schema) -> Vec<Value> {
    schema.fields.iter().map(field).collect()
}

fn field(field: &Field) -> Value {
    let mut json = json!({
        "name": field.name,
        "type": kind(field.kind),
        "versions": range(field.versions),
        "ignorable": field.ignorable,
    });
    if let Some(nullable) = field.nullable {
        json["nullableVersions"] = range(nullable).into();
    }
    if let Some(default) = field.default {
        // Where null is not what the type has without a word.
        json["default"] = default.replace("Default::default()", "empty").into();
    }
    if let Some(tag) = field.tag {
        json["tag"] = tag.into();
        json["taggedVersions"] = range(field.versions).into();
    }
    if let Some(inner) = inner(field.kind) {
        json["keepsUnknown"] = inner.keeps_unknown.into();
        json["fields"] = fields(inner).into();
    }
    json
}

fn kind(kind: Kind) -> String {
    match kind {
        Kind::Array(element) => format!("[]{}", self::kind(*element)),
        Kind::Struct(schema) => schema.name.to_owned(),
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

fn range(versions: Versions) -> String {
    match versions {
        Versions { min, max: i16::MAX } => format!("{min}+"),
        Versions { min, max } => format!("{min}-{max}"),
    }
}
