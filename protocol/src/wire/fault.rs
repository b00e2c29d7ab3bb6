//! The error of the parsers: costs nothing until it happens, and gathers its path on the way out.

use nom::error::{ErrorKind, ParseError};

use super::Input;
use crate::error::{Path, Why};

/// What a parser found wrong, and how many bytes were left there.
#[derive(Debug, PartialEq, Eq)]
// A pointer wide, so that the results of parsers stay small.
pub struct Fault(Box<Parts>);

#[derive(Debug, PartialEq, Eq)]
struct Parts {
    left: usize,
    why: Why,
    path: Path,
}

impl Fault {
    /// A fault at the front of `input`.
    #[cold]
    pub(crate) fn new(input: Input<'_>, why: Why) -> Self {
        Self(Box::new(Parts {
            left: input.len(),
            why,
            path: Path::default(),
        }))
    }

    /// A fault at the front of `input`, as nom's combinators have it.
    #[cold]
    pub(crate) fn error(input: Input<'_>, why: Why) -> nom::Err<Self> {
        nom::Err::Error(Self::new(input, why))
    }

    /// Too few bytes for a value of this length.
    #[cold]
    pub(crate) fn short(input: Input<'_>, needs: usize) -> nom::Err<Self> {
        let left = input.len();
        Self::error(input, Why::Short { needs, left })
    }

    /// The fault in what nom returned.
    pub(crate) fn of(error: nom::Err<Self>) -> Self {
        match error {
            nom::Err::Error(fault) | nom::Err::Failure(fault) => fault,
            // Only nom's streaming parsers ask for more, and none is used.
            nom::Err::Incomplete(_) => Self::new(&[], Why::Malformed(ErrorKind::Complete)),
        }
    }

    #[cold]
    pub(crate) fn in_field(mut self, name: &'static str) -> Self {
        self.0.path.inside_field(name);
        self
    }

    #[cold]
    pub(crate) fn in_element(mut self, index: usize) -> Self {
        self.0.path.inside_element(index);
        self
    }

    /// Says that so many bytes follow the ones that the parser was given.
    #[cold]
    pub(crate) fn followed_by(mut self, bytes: usize) -> Self {
        self.0.left += bytes;
        self
    }

    pub(crate) fn into_parts(self) -> (usize, Why, Path) {
        (self.0.left, self.0.why, self.0.path)
    }

    /// What is wrong.
    #[must_use]
    pub fn why(&self) -> Why {
        self.0.why
    }
}

impl<'a> ParseError<Input<'a>> for Fault {
    fn from_error_kind(input: Input<'a>, kind: ErrorKind) -> Self {
        Self::new(input, Why::Malformed(kind))
    }

    fn append(_: Input<'a>, _: ErrorKind, other: Self) -> Self {
        other
    }
}
