//! What a message holds, whatever the message is: as a script writes it, and as it is printed.

use std::fmt::Write as _;

/// A field's value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Uuid([u8; 16]),
    Text(String),
    Bytes(Vec<u8>),
    List(Vec<Value>),
    Struct(Fields),
    /// What is made of its fields, such as `batch{ … }`.
    Made(String, Fields),
    /// An answer's earlier value: `$name`.
    Variable(String),
    /// Something printed as it is: an error's name, `*`.
    Word(String),
}

pub(crate) type Fields = Vec<(String, Value)>;

/// The width at which lines are broken.
const WIDTH: usize = 140;

impl Value {
    pub(crate) fn field<'a>(fields: &'a Fields, name: &str) -> Option<&'a Value> {
        let mut found = fields.iter().filter(|(field, _)| field == name);
        found.next().map(|(_, value)| value)
    }

    /// The first field of that name, at any depth.
    pub(crate) fn find(&self, name: &str) -> Option<&Value> {
        match self {
            Self::List(items) => items.iter().find_map(|item| item.find(name)),
            Self::Struct(fields) | Self::Made(_, fields) => Self::field(fields, name)
                .or_else(|| fields.iter().find_map(|(_, value)| value.find(name))),
            _ => None,
        }
    }

    /// On one line where it fits behind `indent`, else on several.
    pub(crate) fn show(&self, indent: usize) -> String {
        let mut line = String::new();
        self.write(&mut line);
        if line.chars().count() + indent <= WIDTH {
            return line;
        }
        let inner = " ".repeat(indent + 2);
        let (open, items, close) = match self {
            Self::List(items) => {
                let items = items.iter().map(|item| item.show(indent + 2)).collect();
                ("[".to_owned(), items, "]")
            }
            Self::Struct(fields) => ("{".to_owned(), shown(fields, indent), "}"),
            Self::Made(name, fields) => (format!("{name}{{"), shown(fields, indent), "}"),
            _ => return line,
        };
        let items: Vec<String> = items;
        let lines = items.iter().fold(String::new(), |lines, item| {
            format!("{lines}{inner}{item},\n")
        });
        format!("{open}\n{lines}{}{close}", " ".repeat(indent))
    }

    fn write(&self, out: &mut String) {
        let written = match self {
            Self::Null => write!(out, "null"),
            Self::Bool(value) => write!(out, "{value}"),
            Self::Int(value) => write!(out, "{value}"),
            Self::Float(value) => write!(out, "{value}"),
            Self::Uuid(id) => write!(out, "uuid{id:?}"),
            Self::Text(text) => write!(out, "{text:?}"),
            Self::Bytes(bytes) => write!(out, "b\"{}\"", bytes.escape_ascii()),
            Self::Variable(name) => write!(out, "${name}"),
            Self::Word(word) => write!(out, "{word}"),
            Self::List(items) => {
                return enclosed(out, "[", items, "]", |out, item| item.write(out));
            }
            Self::Struct(fields) => return write_fields(out, "", fields),
            Self::Made(name, fields) => return write_fields(out, name, fields),
        };
        written.expect("a string takes everything");
    }
}

fn shown(fields: &Fields, indent: usize) -> Vec<String> {
    let field = |(name, value): &(String, Value)| format!("{name}: {}", value.show(indent + 2));
    fields.iter().map(field).collect()
}

fn write_fields(out: &mut String, name: &str, fields: &Fields) {
    let (open, close) = if fields.is_empty() {
        (format!("{name}{{"), "}")
    } else {
        (format!("{name}{{ "), " }")
    };
    enclosed(out, &open, fields, close, |out, (name, value)| {
        out.push_str(name);
        out.push_str(": ");
        value.write(out);
    });
}

fn enclosed<T>(
    out: &mut String,
    open: &str,
    items: &[T],
    close: &str,
    each: impl Fn(&mut String, &T),
) {
    out.push_str(open);
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push_str(", ");
        }
        each(out, item);
    }
    out.push_str(close);
}
