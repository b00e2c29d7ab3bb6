//! Structs in tagged fields that may be null.

use std::fmt;
use std::ops::{Deref, DerefMut};

use crate::error::EncodeError;
use crate::schema::Kind;
use crate::wire::{Cx, Input, Nullable, Out, Parsed, Wire, varint};

/// A struct that may be null and is tagged: 0 (null) or 1 stands in front of it, where -1 or 1 does in front of those
/// that aren't tagged.
///
/// Kafka has just one, [`classic_member_metadata`], and none in requests and responses.
///
/// [`classic_member_metadata`]: super::offsets_log::consumer_group::ConsumerGroupMemberMetadataValue
#[derive(Clone, Default, PartialEq)]
pub struct InTag<T>(pub T);

impl<T> Deref for InTag<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for InTag<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

/// As what is inside.
impl<T: fmt::Debug> fmt::Debug for InTag<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'a, T: Wire<'a>> Wire<'a> for InTag<T> {
    const MIN: usize = T::MIN;
    const KIND: Kind = T::KIND;

    fn read(input: Input<'a>, cx: Cx) -> Parsed<'a, Self> {
        T::read(input, cx).map(|(rest, value)| (rest, Self(value)))
    }

    fn append(&self, out: &mut Out, cx: Cx) -> Result<(), EncodeError> {
        self.0.append(out, cx)
    }
}

impl<'a, T: Wire<'a>> Nullable<'a> for InTag<T> {
    fn read_nullable(input: Input<'a>, cx: Cx) -> Parsed<'a, Option<Self>> {
        match varint::read_u32(input)? {
            (rest, 0) => Ok((rest, None)),
            (rest, _) => Self::read(rest, cx).map(|(rest, value)| (rest, Some(value))),
        }
    }

    fn append_nullable(this: Option<&Self>, out: &mut Out, cx: Cx) -> Result<(), EncodeError> {
        out.put([u8::from(this.is_some())]);
        this.map_or(Ok(()), |value| value.append(out, cx))
    }
}
