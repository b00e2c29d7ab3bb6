//! Definitions as data: what the derive knows about a message, for what compares, generates or prints messages.

/// A struct's definition.
#[derive(Clone, Copy, Debug)]
pub struct Schema {
    /// The struct's name.
    pub name: &'static str,
    /// The API's number, of requests and responses.
    pub key: Option<i16>,
    /// The versions that have it.
    pub versions: Versions,
    /// The first flexible version, of requests and responses that have any.
    pub flexible: Option<i16>,
    /// The fields, in the order of the wire (tagged ones: in any).
    pub fields: &'static [Field],
    /// Whether the struct keeps the tagged fields that it doesn't know.
    pub keeps_unknown: bool,
}

/// A field's definition.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The name: Kafka's, in snake case.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// The versions that have it.
    pub versions: Versions,
    /// The versions that can say null.
    pub nullable: Option<Versions>,
    /// The default as it is written in the definition, where it isn't the type's own.
    pub default: Option<&'static str>,
    /// The tag, of tagged fields.
    pub tag: Option<u32>,
    /// Whether versions without the field drop it without a word.
    pub ignorable: bool,
}

/// What a field holds.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Kind {
    /// One byte.
    Bool,
    /// Signed, one byte.
    Int8,
    /// Signed, two bytes.
    Int16,
    /// Unsigned, two bytes.
    Uint16,
    /// Signed, four bytes.
    Int32,
    /// Signed, eight bytes.
    Int64,
    /// IEEE 754, eight bytes.
    Float64,
    /// Sixteen bytes.
    Uuid,
    /// UTF-8 with its length.
    String,
    /// Bytes with their length; record batches are such, too.
    Bytes,
    /// Elements with their count.
    Array(&'static Kind),
    /// A struct in its place.
    Struct(&'static Schema),
}

/// A range of versions, both ends included; `i16::MAX` stands for "and later".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Versions {
    /// The first.
    pub min: i16,
    /// The last.
    pub max: i16,
}

impl Versions {
    /// Whether `version` is one of them.
    #[must_use]
    pub fn contains(self, version: i16) -> bool {
        (self.min..=self.max).contains(&version)
    }
}
