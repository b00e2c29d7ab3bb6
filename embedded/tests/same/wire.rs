//! Values to bytes and back, by the definitions of the messages.
//!
//! What an answer says as its default says it isn't shown. An error is shown by its name.

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::schema::{Field, Kind, Schema};

use crate::batch;
use crate::value::{Fields, Value};

/// Which version of a message is written or read.
#[derive(Clone, Copy)]
pub(crate) struct Form {
    pub(crate) version: i16,
    pub(crate) flexible: bool,
}

/// Appends a struct. Fields that this version lacks are left out.
pub(crate) fn write(
    out: &mut Vec<u8>,
    form: Form,
    schema: &Schema,
    fields: &Fields,
) -> Result<(), String> {
    for (name, _) in fields {
        if !schema.fields.iter().any(|field| field.name == name) {
            return Err(format!("{} has no field `{name}`", schema.name));
        }
    }
    let served = || {
        let fields = schema.fields.iter();
        fields.filter(|field| field.versions.contains(form.version))
    };
    for field in served().filter(|field| field.tag.is_none()) {
        let value = Value::field(fields, field.name).cloned();
        write_field(
            out,
            form,
            field,
            &value.unwrap_or_else(|| default(form, field)),
        )?;
    }
    if !form.flexible {
        return Ok(());
    }
    let mut tagged = Vec::new();
    for field in served() {
        if let Some((tag, value)) = field.tag.zip(Value::field(fields, field.name)) {
            let mut bytes = Vec::new();
            write_field(&mut bytes, form, field, value)?;
            tagged.push((tag, bytes));
        }
    }
    tagged.sort();
    put_length(out, tagged.len());
    for (tag, bytes) in tagged {
        put_length(out, tag as usize);
        put_length(out, bytes.len());
        out.extend(bytes);
    }
    Ok(())
}

fn default(form: Form, field: &Field) -> Value {
    let nullable = is_nullable(form, field);
    match (field.default, field.kind) {
        (Some("null"), _) => Value::Null,
        (Some(text), Kind::String) => Value::Text(text.trim_matches('"').to_owned()),
        (Some("i32::MAX"), _) => Value::Int(i32::MAX.into()),
        (Some("i32::MIN"), _) => Value::Int(i32::MIN.into()),
        (Some("i64::MAX"), _) => Value::Int(i64::MAX),
        (Some(text), _) => crate::parse::value(text).expect("a default"),
        (None, _) if nullable => Value::Null,
        (None, Kind::Bool) => Value::Bool(false),
        (None, Kind::Float64) => Value::Float(0.0),
        (None, Kind::Uuid) => Value::Uuid([0; 16]),
        (None, Kind::String) => Value::Text(String::new()),
        (None, Kind::Bytes) => Value::Bytes(Vec::new()),
        (None, Kind::Array(_)) => Value::List(Vec::new()),
        (None, Kind::Struct(_)) => Value::Struct(Vec::new()),
        (None, _) => Value::Int(0),
    }
}

fn is_nullable(form: Form, field: &Field) -> bool {
    field.nullable.is_some_and(|it| it.contains(form.version))
}

fn write_field(out: &mut Vec<u8>, form: Form, field: &Field, value: &Value) -> Result<(), String> {
    if let (Kind::Struct(_), true) = (field.kind, is_nullable(form, field)) {
        let there = *value != Value::Null;
        out.push(if there { 1 } else { 255 });
        if !there {
            return Ok(());
        }
    }
    write_value(out, form, field.kind, value).map_err(|error| format!("{}: {error}", field.name))
}

fn write_value(out: &mut Vec<u8>, form: Form, kind: Kind, value: &Value) -> Result<(), String> {
    match (kind, value) {
        (Kind::Bool, Value::Bool(value)) => out.push(u8::from(*value)),
        (Kind::Int8, Value::Int(value)) => out.extend((*value as i8).to_be_bytes()),
        (Kind::Int16 | Kind::Uint16, Value::Int(value)) => {
            out.extend((*value as i16).to_be_bytes())
        }
        (Kind::Int32, Value::Int(value)) => out.extend((*value as i32).to_be_bytes()),
        (Kind::Int64, Value::Int(value)) => out.extend(value.to_be_bytes()),
        (Kind::Float64, Value::Int(value)) => out.extend((*value as f64).to_be_bytes()),
        (Kind::Float64, Value::Float(value)) => out.extend(value.to_be_bytes()),
        (Kind::Uuid, Value::Uuid(id)) => out.extend(id),
        (Kind::String, Value::Null) => put_count(out, form, None, true),
        (Kind::Bytes | Kind::Array(_), Value::Null) => put_count(out, form, None, false),
        (Kind::String, Value::Text(text)) => {
            put_count(out, form, Some(text.len()), true);
            out.extend(text.as_bytes());
        }
        (Kind::Bytes, value) => {
            let bytes = batch::bytes(value)?;
            put_count(out, form, Some(bytes.len()), false);
            out.extend(bytes);
        }
        (Kind::Array(kind), Value::List(items)) => {
            put_count(out, form, Some(items.len()), false);
            for item in items {
                write_value(out, form, *kind, item)?;
            }
        }
        (Kind::Struct(schema), Value::Struct(fields)) => write(out, form, schema, fields)?,
        (kind, value) => return Err(format!("{kind:?} can't be {value:?}")),
    }
    Ok(())
}

fn put_count(out: &mut Vec<u8>, form: Form, count: Option<usize>, short: bool) {
    let count = count.map(|count| count as i64);
    match (form.flexible, short) {
        (true, _) => put_length(out, count.map_or(0, |count| count as usize + 1)),
        (false, true) => out.extend((count.unwrap_or(-1) as i16).to_be_bytes()),
        (false, false) => out.extend((count.unwrap_or(-1) as i32).to_be_bytes()),
    }
}

/// A number of 7 bits a byte, the lowest first.
fn put_length(out: &mut Vec<u8>, mut length: usize) {
    while length > 127 {
        out.push(length as u8 | 128);
        length >>= 7;
    }
    out.push(length as u8);
}

/// Reads a struct that is all of `bytes`.
pub(crate) fn read(bytes: &[u8], form: Form, schema: &Schema) -> Result<Value, String> {
    let mut reader = Reader { bytes, form };
    let fields = reader.fields(schema)?;
    match reader.bytes {
        [] => Ok(Value::Struct(fields)),
        rest => Err(format!("{} bytes behind the answer", rest.len())),
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    form: Form,
}

impl<'a> Reader<'a> {
    fn fields(&mut self, schema: &Schema) -> Result<Fields, String> {
        let mut fields = Vec::new();
        let served = |field: &&Field| field.versions.contains(self.form.version);
        let (tagged, plain): (Vec<&Field>, Vec<&Field>) = schema
            .fields
            .iter()
            .filter(served)
            .partition(|field| field.tag.is_some());
        for field in plain {
            self.keep(field, &mut fields)?;
        }
        if self.form.flexible {
            for _ in 0..self.length()? {
                let (tag, size) = (self.length()?, self.length()?);
                let rest = self.bytes.get(size..).ok_or("a tag beyond the end")?;
                match tagged.iter().find(|field| field.tag == Some(tag as u32)) {
                    Some(field) => self.keep(field, &mut fields)?,
                    None => return Err(format!("{} has no tag {tag}", schema.name)),
                }
                self.bytes = rest;
            }
        }
        Ok(fields)
    }

    fn keep(&mut self, field: &Field, fields: &mut Fields) -> Result<(), String> {
        let value = self
            .field(field)
            .map_err(|error| format!("{}: {error}", field.name))?;
        // The first id of a producer is 0.
        if value == default(self.form, field) && field.name != "producer_id" {
            return Ok(());
        }
        let value = match value {
            Value::Int(code) if field.name.ends_with("error_code") => {
                Value::Word(ErrorCode(code as i16).to_string())
            }
            Value::Bytes(bytes) if field.name == "records" => batch::shown(&bytes),
            value => value,
        };
        fields.push((field.name.to_owned(), value));
        Ok(())
    }

    fn field(&mut self, field: &Field) -> Result<Value, String> {
        let nullable = is_nullable(self.form, field);
        if matches!(field.kind, Kind::Struct(_)) && nullable && self.take(1)?[0] == 255 {
            return Ok(Value::Null);
        }
        self.value(field.kind)
    }

    fn value(&mut self, kind: Kind) -> Result<Value, String> {
        Ok(match kind {
            Kind::Bool => Value::Bool(self.take(1)?[0] != 0),
            Kind::Int8 => Value::Int(self.number(1)?),
            Kind::Int16 => Value::Int(self.number(2)?),
            Kind::Uint16 => Value::Int(self.number(2)? & 0xffff),
            Kind::Int32 => Value::Int(self.number(4)?),
            Kind::Int64 => Value::Int(self.number(8)?),
            Kind::Float64 => Value::Float(f64::from_bits(self.number(8)? as u64)),
            Kind::Uuid => Value::Uuid(self.take(16)?.try_into().expect("16 bytes")),
            Kind::String => match self.count(true)? {
                Some(count) => Value::Text(String::from_utf8_lossy(self.take(count)?).into_owned()),
                None => Value::Null,
            },
            Kind::Bytes => match self.count(false)? {
                Some(count) => Value::Bytes(self.take(count)?.to_vec()),
                None => Value::Null,
            },
            Kind::Array(kind) => match self.count(false)? {
                Some(count) => {
                    let items = (0..count).map(|_| self.value(*kind));
                    Value::List(items.collect::<Result<_, _>>()?)
                }
                None => Value::Null,
            },
            Kind::Struct(schema) => Value::Struct(self.fields(schema)?),
            other => return Err(format!("{other:?} is not known here")),
        })
    }

    fn count(&mut self, short: bool) -> Result<Option<usize>, String> {
        if self.form.flexible {
            return Ok(self.length()?.checked_sub(1));
        }
        let count = self.number(if short { 2 } else { 4 })?;
        Ok(usize::try_from(count).ok())
    }

    fn length(&mut self) -> Result<usize, String> {
        let (mut length, mut shift) = (0, 0);
        loop {
            let byte = self.take(1)?[0];
            length |= usize::from(byte & 127) << shift;
            shift += 7;
            if byte < 128 {
                return Ok(length);
            }
        }
    }

    fn number(&mut self, size: usize) -> Result<i64, String> {
        let bytes = self.take(size)?;
        let first = if bytes[0] > 127 { -1 } else { 0 };
        let number = |number: i64, byte: &u8| number << 8 | i64::from(*byte);
        Ok(bytes.iter().fold(first, number))
    }

    fn take(&mut self, size: usize) -> Result<&'a [u8], String> {
        if size > self.bytes.len() {
            return Err("the answer ends too early".to_owned());
        }
        let (taken, rest) = self.bytes.split_at(size);
        self.bytes = rest;
        Ok(taken)
    }
}
