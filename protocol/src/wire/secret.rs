//! Values that nobody shall read in a log: passwords, tokens, what carries them.

use std::fmt;
use std::ops::Deref;

use super::{Cx, Input, Nullable, Out, Parsed, Wire};
use crate::error::EncodeError;
use crate::schema::Kind;

/// A value that `{:?}` doesn't print. On the wire it is as any other.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Secret<T>(pub T);

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

impl<T> Deref for Secret<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> From<T> for Secret<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<'a, T: Wire<'a>> Wire<'a> for Secret<T> {
    const MIN: usize = T::MIN;
    const KIND: Kind = T::KIND;

    fn read(input: Input<'a>, cx: Cx) -> Parsed<'a, Self> {
        T::read(input, cx).map(|(rest, value)| (rest, Self(value)))
    }

    fn append(&self, out: &mut Out, cx: Cx) -> Result<(), EncodeError> {
        self.0.append(out, cx)
    }
}

impl<'a, T: Nullable<'a>> Nullable<'a> for Secret<T> {
    fn read_nullable(input: Input<'a>, cx: Cx) -> Parsed<'a, Option<Self>> {
        T::read_nullable(input, cx).map(|(rest, value)| (rest, value.map(Self)))
    }

    fn append_nullable(this: Option<&Self>, out: &mut Out, cx: Cx) -> Result<(), EncodeError> {
        T::append_nullable(this.map(|secret| &secret.0), out, cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::sasl_authenticate::SaslAuthenticateRequest;

    #[test]
    fn a_secret_is_written_but_not_printed() {
        let request = SaslAuthenticateRequest {
            auth_bytes: Secret(b"\0user\0hunter2"),
            ..Default::default()
        };
        let mut out = Vec::new();
        let cx = Cx {
            version: 1,
            flexible: false,
        };
        request.write(&mut out, cx).unwrap();
        assert_eq!(out, b"\0\0\0\x0d\0user\0hunter2");
        assert_eq!(
            format!("{request:?}"),
            "SaslAuthenticateRequest { auth_bytes: (secret), unknown_tagged_fields: {} }"
        );
        assert_eq!(
            SaslAuthenticateRequest::read(&out, cx),
            Ok((&[][..], request))
        );
    }
}
