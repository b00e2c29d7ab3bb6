//! Bytes of messages, made from their schemas: a second encoder, which knows nothing of the structs.

use ottla_protocol::schema::{Field, Kind, Schema};
use ottla_protocol::wire::{Cx, varint};

/// Makes messages. What they contain comes from `entropy`, whose smaller values make simpler messages.
pub(crate) struct Maker<'e> {
    pub(crate) entropy: &'e [u8],
    pub(crate) cx: Cx,
    /// Puts tagged fields that nobody knows into each struct.
    pub(crate) strange_tags: bool,
}

impl Maker<'_> {
    /// The bytes of a struct.
    pub(crate) fn bytes(&mut self, schema: &Schema) -> Vec<u8> {
        let mut out = Vec::new();
        let version = self.cx.version;
        let fields = schema.fields.iter();
        let (mut tagged, plain): (Vec<_>, Vec<_>) = fields
            .filter(|field| field.versions.contains(version))
            .partition(|field| field.tag.is_some());
        for field in plain {
            out.extend(self.field(field));
        }
        if self.cx.flexible {
            tagged.sort_by_key(|field| field.tag);
            self.tags(&tagged, &mut out);
        }
        out
    }

    fn tags(&mut self, fields: &[&Field], out: &mut Vec<u8>) {
        let mut tags = Vec::new();
        for field in fields {
            let value = self.field(field);
            if value != self.default(field) {
                tags.push((field.tag.unwrap(), value));
            }
        }
        if self.strange_tags {
            let known = |tag: &u32| fields.iter().any(|field| field.tag == Some(*tag));
            let strange = (0..).filter(|tag| !known(tag)).take(2).chain([1000]);
            tags.extend(strange.map(|tag| (tag, vec![7; tag as usize % 300])));
            tags.sort();
        }
        varint::write_u32(tags.len() as u32, out);
        for (tag, value) in tags {
            varint::write_u32(tag, out);
            varint::write_u32(value.len() as u32, out);
            out.extend(value);
        }
    }

    fn field(&mut self, field: &Field) -> Vec<u8> {
        let nullable = field.nullable.is_some_and(|v| v.contains(self.cx.version));
        if nullable && self.draw().is_multiple_of(4) {
            return self.null(field.kind);
        }
        let mut out = Vec::new();
        if nullable && matches!(field.kind, Kind::Struct(_)) {
            out.push(1);
        }
        out.extend(self.value(field.kind));
        out
    }

    fn value(&mut self, kind: Kind) -> Vec<u8> {
        match kind {
            Kind::Bool => vec![self.draw() & 1],
            Kind::String => {
                let text: String = self.some().map(|b| ['a', '.', 'é', '漢'][b]).collect();
                [self.length(text.len(), true), text.into()].concat()
            }
            Kind::Bytes => {
                let bytes: Vec<u8> = self.some().map(|b| b as u8).collect();
                [self.length(bytes.len(), false), bytes].concat()
            }
            Kind::Array(element) => {
                let count = usize::from(self.draw() % 4);
                let mut out = self.length(count, false);
                for _ in 0..count {
                    out.extend(self.value(*element));
                }
                out
            }
            Kind::Struct(schema) => self.bytes(schema),
            Kind::Float64 => f64::from(self.draw()).to_be_bytes().to_vec(),
            fixed => (0..width(fixed)).map(|_| self.draw()).collect(),
        }
    }

    /// The default's bytes: tagged fields that have them are left out.
    fn default(&self, field: &Field) -> Vec<u8> {
        let integer = |text: &str| match text {
            "i32::MAX" => i64::from(i32::MAX),
            "i64::MAX" => i64::MAX,
            "true" => 1,
            "false" => 0,
            number => number.parse().unwrap(),
        };
        match (field.kind, field.default) {
            (kind, Some("null") | None) if field.nullable.is_some() => self.null(kind),
            (Kind::Struct(schema), None) => self.default_struct(schema),
            (Kind::String | Kind::Bytes | Kind::Array(_), None) => {
                self.length(0, matches!(field.kind, Kind::String))
            }
            (kind, None) => vec![0; width(kind)],
            (kind, Some(text)) => integer(text).to_be_bytes()[8 - width(kind)..].to_vec(),
        }
    }

    fn default_struct(&self, schema: &Schema) -> Vec<u8> {
        let fields = schema.fields.iter();
        let present = fields.filter(|f| f.tag.is_none() && f.versions.contains(self.cx.version));
        let mut out: Vec<u8> = present.flat_map(|field| self.default(field)).collect();
        if self.strange_tags {
            let mut twin = Maker {
                entropy: &[],
                ..*self
            };
            twin.tags(&[], &mut out);
        } else if self.cx.flexible {
            out.push(0);
        }
        out
    }

    fn null(&self, kind: Kind) -> Vec<u8> {
        match kind {
            Kind::Struct(_) => vec![0xff],
            _ if self.cx.flexible => vec![0],
            Kind::String => vec![0xff; 2],
            _ => vec![0xff; 4],
        }
    }

    fn length(&self, length: usize, short: bool) -> Vec<u8> {
        let mut out = Vec::new();
        if self.cx.flexible {
            varint::write_u32(length as u32 + 1, &mut out);
        } else if short {
            out.extend((length as i16).to_be_bytes());
        } else {
            out.extend((length as i32).to_be_bytes());
        }
        out
    }

    /// A few numbers below four.
    fn some(&mut self) -> impl Iterator<Item = usize> + use<> {
        let count = self.draw() % 8;
        let numbers: Vec<_> = (0..count).map(|_| usize::from(self.draw() % 4)).collect();
        numbers.into_iter()
    }

    fn draw(&mut self) -> u8 {
        match self.entropy {
            [byte, rest @ ..] => {
                self.entropy = rest;
                *byte
            }
            [] => 0,
        }
    }
}

fn width(kind: Kind) -> usize {
    match kind {
        Kind::Bool | Kind::Int8 => 1,
        Kind::Int16 | Kind::Uint16 => 2,
        Kind::Int32 => 4,
        Kind::Int64 | Kind::Float64 => 8,
        Kind::Uuid => 16,
        other => panic!("{other:?} has no width"),
    }
}
