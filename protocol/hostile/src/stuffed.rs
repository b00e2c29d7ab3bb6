//! Messages that take the most memory for their bytes: one array full of the smallest elements there are.
//!
//! What the worst of them takes is what [`crate::budget::PER_BYTE`] has to allow.

use ottla_protocol::schema::{Field, Kind as FieldKind, Schema};
use ottla_protocol::wire::{Cx, varint};

use crate::input::Input;
use crate::seeds::every_message;

/// For every message in every version and each array in it, a message in which that array has `count` elements; once plain, and once with
/// tagged fields that nobody knows.
pub fn all(count: usize) -> impl Iterator<Item = Input> {
    every_message().flat_map(move |(kind, schema, cx)| {
        let paths = paths(schema, cx);
        paths.into_iter().flat_map(move |path| {
            [false, true].map(|strange_tag| Input {
                kind,
                bytes: Stuffer {
                    cx,
                    count,
                    strange_tag,
                }
                .message(schema, &path),
            })
        })
    })
}

/// The ways from a struct to the arrays inside of it, by the places of fields.
fn paths(schema: &Schema, cx: Cx) -> Vec<Vec<usize>> {
    let mut all = Vec::new();
    for (at, field) in present(schema, cx) {
        let inner = match field.kind {
            FieldKind::Array(FieldKind::Struct(inner)) => {
                all.push(vec![at]);
                inner
            }
            FieldKind::Array(_) => {
                all.push(vec![at]);
                continue;
            }
            FieldKind::Struct(inner) => inner,
            _ => continue,
        };
        all.extend(paths(inner, cx).into_iter().map(|mut path| {
            path.insert(0, at);
            path
        }));
    }
    all
}

fn present(schema: &Schema, cx: Cx) -> impl Iterator<Item = (usize, &Field)> {
    let fields = schema.fields.iter().enumerate();
    fields.filter(move |(_, field)| field.versions.contains(cx.version))
}

struct Stuffer {
    cx: Cx,
    count: usize,
    /// Puts a tagged field that nobody knows into each struct: three bytes that take memory of their own.
    strange_tag: bool,
}

impl Stuffer {
    fn message(&self, schema: &Schema, path: &[usize]) -> Vec<u8> {
        let Some((target, path)) = path.split_first() else {
            return self.smallest(schema);
        };
        let (mut out, mut tagged) = (Vec::new(), None);
        for (at, field) in present(schema, self.cx) {
            match (at == *target, field.tag) {
                (true, None) => out.extend(self.on_path(field, path)),
                (true, Some(tag)) => tagged = Some((tag, self.on_path(field, path))),
                (false, None) => out.extend(self.field(field)),
                (false, Some(_)) => {}
            }
        }
        if self.cx.flexible {
            put_tags(tagged, &mut out);
        }
        out
    }

    /// The field that the path leads to or through.
    fn on_path(&self, field: &Field, path: &[usize]) -> Vec<u8> {
        let nullable = field.nullable.is_some_and(|v| v.contains(self.cx.version));
        match field.kind {
            FieldKind::Array(FieldKind::Struct(inner)) => {
                let count = if path.is_empty() { self.count } else { 1 };
                let mut out = self.length(count);
                out.extend(self.message(inner, path).repeat(count));
                out
            }
            FieldKind::Array(element) => {
                let mut out = self.length(self.count);
                out.extend(self.value(*element).repeat(self.count));
                out
            }
            FieldKind::Struct(inner) => {
                let mut out = if nullable { vec![1] } else { Vec::new() };
                out.extend(self.message(inner, path));
                out
            }
            _ => self.field(field),
        }
    }

    /// As few bytes as a field can have.
    fn field(&self, field: &Field) -> Vec<u8> {
        let nullable = field.nullable.is_some_and(|v| v.contains(self.cx.version));
        match field.kind {
            FieldKind::Struct(_) if nullable => vec![0xff],
            kind => self.value(kind),
        }
    }

    fn value(&self, kind: FieldKind) -> Vec<u8> {
        let bytes = match kind {
            FieldKind::Struct(schema) => return self.smallest(schema),
            FieldKind::String | FieldKind::Bytes | FieldKind::Array(_) if self.cx.flexible => {
                return vec![1];
            }
            FieldKind::Bool | FieldKind::Int8 => 1,
            FieldKind::Int16 | FieldKind::Uint16 | FieldKind::String => 2,
            FieldKind::Int64 | FieldKind::Float64 => 8,
            FieldKind::Uuid => 16,
            // Numbers, lengths and counts.
            _ => 4,
        };
        vec![0; bytes]
    }

    fn smallest(&self, schema: &Schema) -> Vec<u8> {
        let fields = present(schema, self.cx).filter(|(_, field)| field.tag.is_none());
        let mut out: Vec<u8> = fields.flat_map(|(_, field)| self.field(field)).collect();
        if self.cx.flexible {
            put_tags(self.strange_tag.then(|| (9999, Vec::new())), &mut out);
        }
        out
    }

    fn length(&self, count: usize) -> Vec<u8> {
        let mut out = Vec::new();
        if self.cx.flexible {
            varint::write_u32(count as u32 + 1, &mut out);
        } else {
            out.extend((count as i32).to_be_bytes());
        }
        out
    }
}

fn put_tags(tagged: Option<(u32, Vec<u8>)>, out: &mut Vec<u8>) {
    varint::write_u32(tagged.is_some().into(), out);
    if let Some((tag, value)) = tagged {
        varint::write_u32(tag, out);
        varint::write_u32(value.len() as u32, out);
        out.extend(value);
    }
}
