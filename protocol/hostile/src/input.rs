//! Bytes, and what they are to be read as.

use std::fmt;
use std::str::FromStr;

use ottla_protocol::ApiKey;
use ottla_protocol::records::Compression;

use crate::payloads::{PAYLOADS, Payload};

/// Bytes to be read. As text it is a line, which the example `roundtrip` of ottla-protocol reads too, as far as it
/// knows the kind.
#[derive(Clone, Debug)]
pub struct Input {
    /// What they are to be read as.
    pub kind: Kind,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// What bytes are to be read as.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A request's body.
    Request(ApiKey, i16),
    /// A response's body.
    Response(ApiKey, i16),
    /// The header of such a request.
    RequestHeader(ApiKey, i16),
    /// The header of such a response.
    ResponseHeader(ApiKey, i16),
    /// A request's frame, without its length.
    Frame,
    /// The records of a partition.
    Records,
    /// One of the payloads inside of messages.
    Payload(&'static Payload),
    /// Compressed bytes.
    Compressed(Compression),
}

impl Kind {
    /// A word for kinds that are counted together.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Request(..) => "request",
            Self::Response(..) => "response",
            Self::RequestHeader(..) => "header-request",
            Self::ResponseHeader(..) => "header-response",
            Self::Frame => "frame",
            Self::Records => "records",
            Self::Payload(_) => "payload",
            Self::Compressed(_) => "compressed",
        }
    }

    fn read(words: &[&str]) -> Option<Self> {
        let api = |key: &str| ApiKey::from_code(key.parse().ok()?);
        Some(match *words {
            ["request", key, version] => Self::Request(api(key)?, version.parse().ok()?),
            ["response", key, version] => Self::Response(api(key)?, version.parse().ok()?),
            ["header-request", key, version] => {
                Self::RequestHeader(api(key)?, version.parse().ok()?)
            }
            ["header-response", key, version] => {
                Self::ResponseHeader(api(key)?, version.parse().ok()?)
            }
            ["frame"] => Self::Frame,
            ["records"] => Self::Records,
            ["payload", name] => Self::Payload(PAYLOADS.iter().find(|it| it.name == name)?),
            ["compressed", codec] => Self::Compressed(codec.parse().ok()?),
            _ => return None,
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())?;
        match self {
            Self::Request(api, version)
            | Self::Response(api, version)
            | Self::RequestHeader(api, version)
            | Self::ResponseHeader(api, version) => write!(f, " {} {version}", api.code()),
            Self::Frame | Self::Records => Ok(()),
            Self::Payload(payload) => write!(f, " {}", payload.name),
            Self::Compressed(codec) => write!(f, " {codec}"),
        }
    }
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.kind)?;
        self.bytes
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A line that is no input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoInput;

impl fmt::Display for NoInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no input: one is `request 3 12 HEX`, `records HEX` and the like")
    }
}

impl std::error::Error for NoInput {}

impl FromStr for Input {
    type Err = NoInput;

    fn from_str(line: &str) -> Result<Self, NoInput> {
        let words: Vec<&str> = line.trim_end_matches('\n').split(' ').collect();
        let (hex, words) = words.split_last().ok_or(NoInput)?;
        let kind = Kind::read(words).ok_or(NoInput)?;
        let digit = |at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
        let bytes: Option<Vec<u8>> = (0..hex.len()).step_by(2).map(digit).collect();
        Ok(Self {
            kind,
            bytes: bytes.ok_or(NoInput)?,
        })
    }
}
