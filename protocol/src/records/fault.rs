//! What is wrong with a record, and where: worth nothing until somebody asks.

use super::error::{Field, Malformed, RecordError};

/// What reading a record failed at, and how many bytes were left there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Fault {
    pub(super) field: Field,
    pub(super) left: usize,
    pub(super) why: Malformed,
}

impl Fault {
    pub(super) fn at(i: &[u8], field: Field, why: Malformed) -> Self {
        let left = i.len();
        Self { field, left, why }
    }

    /// The same, where these bytes follow those that it has been counted in.
    pub(super) fn followed_by(self, behind: &[u8]) -> Self {
        let left = self.left + behind.len();
        Self { left, ..self }
    }

    /// In the record of this index, in records that take `bytes` bytes.
    pub(super) fn into_error(self, base_offset: i64, index: i32, bytes: usize) -> RecordError {
        RecordError::Record {
            base_offset,
            index,
            field: self.field,
            at: bytes.saturating_sub(self.left),
            why: self.why,
        }
    }
}

/// What a step of the record walk fails with: `()` as long as nobody asks why, and [`Fault`] when somebody does.
pub(super) trait Failure: Sized {
    fn new(at: &[u8], field: Field, why: Malformed) -> Self;
}

impl Failure for () {
    #[inline(always)]
    fn new(_: &[u8], _: Field, _: Malformed) -> Self {}
}

impl Failure for Fault {
    fn new(at: &[u8], field: Field, why: Malformed) -> Self {
        Self::at(at, field, why)
    }
}

/// Fails at `at`.
#[inline(always)]
pub(super) fn fault<T, E: Failure>(
    at: &[u8],
    field: Field,
    why: Malformed,
) -> Result<T, nom::Err<E>> {
    Err(nom::Err::Error(E::new(at, field, why)))
}
