//! Prints what the crate knows of each message: a line of JSON each, in the form of the schemas that Kafka generates its
//! own classes from.
//!
//! `cargo xtask conformance` compares the two. Names are in snake case, and structs stand where they are used.

use std::io::{self, BufWriter, Write};

use ottla_protocol::ApiKey;
use ottla_protocol::payload::{ConsumerProtocolAssignment, ConsumerProtocolSubscription};
use ottla_protocol::schema::{Field, Kind, Schema, Versions};
use serde_json::{Value, json};

const PAYLOADS: &[&Schema] = &[
    &ConsumerProtocolSubscription::SCHEMA,
    &ConsumerProtocolAssignment::SCHEMA,
];

fn main() -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    let messages = ApiKey::ALL
        .iter()
        .flat_map(|api| [api.request_schema(), api.response_schema()])
        .flatten();
    for schema in messages.chain(PAYLOADS.iter().copied()) {
        writeln!(out, "{}", message(schema))?;
    }
    out.flush()
}

fn message(schema: &Schema) -> Value {
    let flexible = schema.flexible.map(|min| Versions { min, max: i16::MAX });
    let of = match schema.key {
        Some(_) if schema.name.ends_with("Request") => "request",
        Some(_) if schema.name.ends_with("Response") => "response",
        _ => "data",
    };
    json!({
        "name": schema.name,
        "type": of,
        "apiKey": schema.key,
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
        json["default"] = default.into();
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
