//! What can be wrong with bytes, or with a message that is to become bytes.

use std::fmt;

use thiserror::Error;

use crate::wire::Cx;

/// Bytes that are not the message they should be.
///
/// Its text names the place both by field and by byte:
/// `OffsetCommitResponse v8: topics[3].name: needs 14 bytes, 9 left (at byte 217)`.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{message} v{version}: {path}{why} (at byte {at})")]
pub struct DecodeError {
    /// The message, by Kafka's name.
    pub message: &'static str,
    /// The version in which it was read.
    pub version: i16,
    /// The field.
    pub path: Path,
    /// How many bytes of the body were read before.
    pub at: usize,
    /// What is wrong there.
    pub why: Why,
}

/// Why bytes could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Why {
    /// The bytes end before the value does.
    #[error("needs {needs} byte{}, {left} left", plural(*.needs))]
    Short {
        /// How many bytes the value takes.
        needs: usize,
        /// How many there are.
        left: usize,
    },
    /// An array announces more elements than the bytes left can hold.
    #[error("{count} element{} can't be in {left} byte{}", plural(*.count), plural(*.left))]
    Count {
        /// What the array announces.
        count: usize,
        /// How many bytes there are.
        left: usize,
    },
    /// A length below zero that doesn't mean null either, or above the most there is: 2³¹ - 1, of a string 2¹⁵ - 1.
    #[error("{length} is no length")]
    Length {
        /// The length as read.
        length: i64,
    },
    /// A variable-length integer that is longer than it may be.
    #[error("a varint of more than 32 bits")]
    Varint,
    /// A string that is not UTF-8.
    #[error("not UTF-8 after {valid} of {length} bytes")]
    Utf8 {
        /// How many bytes are valid.
        valid: usize,
        /// The string's length.
        length: usize,
    },
    /// Null, where this version has no null.
    #[error("null, where this version has none")]
    Null,
    /// Tagged fields that are not in ascending order, each once.
    #[error("tag {tag} after tag {last}")]
    TagOrder {
        /// The tag that came too late.
        tag: u32,
        /// The tag before it.
        last: u32,
    },
    /// Bytes after the end of the message, or after the end of a tagged field's value.
    #[error("{left} byte{} too many", plural(*.left))]
    Trailing {
        /// How many.
        left: usize,
    },
    /// The definition doesn't serve this version.
    #[error("unknown version")]
    Version,
    /// A parser of nom's own complained; the parsers of this crate say more.
    #[error("malformed ({0:?})")]
    Malformed(nom::error::ErrorKind),
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// The way to a field: `topics[3].partitions[0].error_code`. Empty: the message itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path {
    /// From the field outwards, since faults gather their path on the way out.
    steps: Vec<Step>,
}

/// One step of a [`Path`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Field(&'static str),
    Index(usize),
}

impl Path {
    pub(crate) fn inside_field(&mut self, name: &'static str) {
        self.steps.push(Step::Field(name));
    }

    pub(crate) fn inside_element(&mut self, index: usize) {
        self.steps.push(Step::Index(index));
    }

    /// Whether this is the message itself.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}

/// The way from the message to the field, and a colon that sets it apart from what follows; nothing for the
/// message itself.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.steps.iter().rev().enumerate() {
            match step {
                Step::Field(name) if at == 0 => f.write_str(name)?,
                Step::Field(name) => write!(f, ".{name}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        f.write_str(if self.is_empty() { "" } else { ": " })
    }
}

/// A message that can't be written in the version asked for.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{message} v{version}: {field}{}{why}", if .field.is_empty() { "" } else { ": " })]
pub struct EncodeError {
    /// The struct that has the field, by its name here.
    pub message: &'static str,
    /// The field; empty for the message itself.
    pub field: &'static str,
    /// The version in which it was to be written.
    pub version: i16,
    /// What stands in the way.
    pub why: EncodeWhy,
}

/// Why a message could not be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EncodeWhy {
    /// The definition doesn't serve this version.
    #[error("unknown version")]
    Version,
    /// The field has a value that matters, and this version has no such field.
    #[error("set, but this version has no such field")]
    Absent,
    /// `None`, where this version has no null.
    #[error("null, where this version has none")]
    Null,
    /// A tag that the definition knows stands among the unknown tagged fields, too.
    #[error("the unknown tagged fields have its tag {tag} too")]
    KnownTag {
        /// The tag.
        tag: u32,
    },
    /// More bytes or elements than the length in front of them can say.
    #[error("{length} is more than its length field holds")]
    TooLong {
        /// How many.
        length: usize,
    },
}

/// A field of a struct, as encode errors name it.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct Place {
    pub message: &'static str,
    pub field: &'static str,
}

impl EncodeError {
    /// An error whose place is not known yet.
    pub(crate) fn new(cx: Cx, why: EncodeWhy) -> Self {
        Self {
            message: "",
            field: "",
            version: cx.version,
            why,
        }
    }

    /// The field would be lost in this version.
    #[doc(hidden)]
    #[cold]
    #[must_use]
    pub fn absent(cx: Cx, place: Place) -> Self {
        Self::new(cx, EncodeWhy::Absent).at(place)
    }

    /// Names the place, unless an inner struct did.
    #[cold]
    pub(crate) fn at(mut self, place: Place) -> Self {
        if self.message.is_empty() {
            self.message = place.message;
            self.field = place.field;
        }
        self
    }
}
