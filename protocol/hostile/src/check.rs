//! What must hold whatever the bytes are.

use std::error::Error;
use std::fmt;

use ottla_protocol::error::EncodeWhy;
use ottla_protocol::header::{RequestHeader, ResponseHeader};
use ottla_protocol::records::{
    CodecError, Compression, ControlType, Decompressor, RecordBatch, RecordError, Records,
};
use ottla_protocol::{AnyRequest, AnyResponse, DecodeError, EncodeError, frame};

use crate::budget::{self, Gauge};
use crate::input::{Input, Kind};
use crate::rewrite::Rewriter;

/// What became of an input that broke no rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Why it can't be read, if it can't.
    pub refused: Option<String>,
    /// The most memory that reading took at one time.
    pub peak: u64,
}

/// Checks inputs, one after the other.
#[derive(Debug, Default)]
pub struct Checker {
    decompressor: Decompressor,
    rewriter: Rewriter,
}

/// What can come of reading and writing.
pub(crate) enum Failure<E> {
    /// The bytes are refused.
    Refused(E),
    /// A rule is broken.
    Broken(String),
}

impl<E> From<E> for Failure<E> {
    fn from(error: E) -> Self {
        Self::Refused(error)
    }
}

/// Reads a value, writes it, and reads what was written: it must be the same value, and the same bytes again.
macro_rules! copy {
    ($bytes:expr, $gauge:expr, |$input:ident| $read:expr, |$value:ident| $write:expr) => {{
        let read = |$input| $read;
        let first = $gauge.measure(|| read($bytes))?;
        let written = {
            let $value = &first;
            $write
        };
        match written {
            Ok(written) => {
                let written: Vec<u8> = written;
                match (|$input| $read)(&written[..]) {
                    // NaN, which is no number's equal, is the same in print.
                    Ok(again) if again == first || format!("{again:?}") == format!("{first:?}") => {
                        Ok(())
                    }
                    Ok(again) => Err($crate::check::broken("reads back as", &again)),
                    Err(error) => Err($crate::check::broken("does not read back", &error)),
                }
            }
            Err(error) => $crate::check::unwritable(error),
        }
    }};
}
pub(crate) use copy;

/// Compact lengths can say more than a string may have, and brokers refuse those too.
pub(crate) fn unwritable<E>(error: EncodeError) -> Result<(), Failure<E>> {
    match error.why {
        EncodeWhy::TooLong { .. } => Ok(()),
        _ => Err(broken("can't be written", &error)),
    }
}

pub(crate) fn broken<E>(what: &str, value: &dyn fmt::Debug) -> Failure<E> {
    Failure::Broken(format!("{what} {value:?}"))
}

impl Checker {
    /// Reads an input and whatever can be asked of it.
    ///
    /// # Errors
    /// The rule that is broken. Panics are the caller's to catch.
    pub fn check(&mut self, input: &Input) -> Result<Checked, String> {
        let mut gauge = Gauge::default();
        let bytes = &input.bytes[..];
        let (refused, most) = match input.kind {
            Kind::Records => (
                told(self.records(bytes, &mut gauge), bytes),
                budget::of_records(budget::PLAIN_LIMIT),
            ),
            Kind::Compressed(codec) => (
                self.compressed(codec, bytes, &mut gauge),
                budget::of_records(budget::PLAIN_LIMIT),
            ),
            kind => (
                told(message(kind, bytes, &mut gauge), bytes),
                budget::of_message(bytes.len()),
            ),
        };
        let refused = refused?;
        if gauge.peak > most {
            return Err(format!(
                "took {} bytes for {}, more than {most}",
                gauge.peak,
                bytes.len()
            ));
        }
        Ok(Checked {
            refused,
            peak: gauge.peak,
        })
    }

    fn records(&mut self, bytes: &[u8], gauge: &mut Gauge) -> Result<(), Failure<RecordError>> {
        self.rewriter.check(bytes).map_err(Failure::Broken)?;
        let decompressor = &mut self.decompressor;
        let walked = gauge.measure(|| {
            let mut plain = Vec::new();
            for batch in Records::new(bytes) {
                walk(&batch?, decompressor, &mut plain)?;
                if plain.capacity() > budget::PLAIN_LIMIT {
                    return Ok(plain.capacity());
                }
            }
            Ok::<_, RecordError>(plain.capacity())
        });
        match walked? {
            ..=budget::PLAIN_LIMIT => Ok(()),
            more => Err(broken("the buffer grew to", &more)),
        }
    }

    fn compressed(
        &mut self,
        codec: Compression,
        bytes: &[u8],
        gauge: &mut Gauge,
    ) -> Result<Option<String>, String> {
        let limit = budget::PLAIN_LIMIT;
        let mut plain = Vec::new();
        let read = gauge.measure(|| {
            self.decompressor
                .decompress(codec, bytes, limit, &mut plain)
        });
        if plain.capacity() > limit {
            return Err(format!("the buffer grew to {}", plain.capacity()));
        }
        match read {
            Ok(()) => Ok(None),
            Err(error @ (CodecError::TooLarge { .. } | CodecError::Refused { .. })) => {
                let text = in_words(&error);
                match text.starts_with(codec.name()) {
                    true => Ok(Some(text)),
                    false => Err(format!("names no codec: {text}")),
                }
            }
            Err(other) => Err(other.to_string()),
        }
    }
}

/// Reads all of a batch that a user can read.
fn walk(
    batch: &RecordBatch<'_>,
    decompressor: &mut Decompressor,
    plain: &mut Vec<u8>,
) -> Result<(), RecordError> {
    let header = batch.header();
    let _ = (
        header.next_offset(),
        header.delete_horizon(),
        header.batch_bytes(),
    );
    let crc = batch.check_crc();
    let mut seen = 0;
    for record in batch.records(decompressor, budget::PLAIN_LIMIT, plain)? {
        let record = record?;
        seen += record.headers.count() + record.headers.last("trace").iter().count();
        if batch.is_control() {
            ControlType::of(&record)?;
        }
    }
    std::hint::black_box(seen);
    crc
}

fn message(kind: Kind, bytes: &[u8], gauge: &mut Gauge) -> Result<(), Failure<DecodeError>> {
    match kind {
        Kind::Request(api, version) => copy!(
            bytes,
            gauge,
            |it| AnyRequest::read(api, it, version),
            |request| written(|out| request.write(out, version))
        ),
        Kind::Response(api, version) => copy!(
            bytes,
            gauge,
            |it| AnyResponse::read(api, it, version),
            |response| written(|out| response.write(out, version))
        ),
        Kind::RequestHeader(api, version) => {
            let version = api.request_header_version(version);
            copy!(
                bytes,
                gauge,
                |it| RequestHeader::read(it, version).map(|it| it.0),
                |header| written(|out| header.write(out, version))
            )
        }
        Kind::ResponseHeader(api, version) => {
            let version = api.response_header_version(version);
            copy!(
                bytes,
                gauge,
                |it| ResponseHeader::read(it, version).map(|it| it.0),
                |header| written(|out| header.write(out, version))
            )
        }
        Kind::Payload(payload) => (payload.check)(bytes, gauge),
        _ => {
            gauge.measure(|| frame::request_header(bytes).map(|_| ()))?;
            frame::correlation_id(bytes)?;
            Ok(())
        }
    }
}

pub(crate) fn written(
    write: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>,
) -> Result<Vec<u8>, EncodeError> {
    let mut out = Vec::new();
    write(&mut out).map(|()| out)
}

/// Why the bytes were not read, if so. An error must say what was being read, and at which byte.
fn told<E: Error>(result: Result<(), Failure<E>>, bytes: &[u8]) -> Result<Option<String>, String> {
    match result {
        Ok(()) => Ok(None),
        Err(Failure::Broken(rule)) => Err(rule),
        Err(Failure::Refused(error)) => {
            let text = in_words(&error);
            match says_where(&text) {
                true => Ok(Some(text)),
                false => Err(format!("says not where in {} bytes: {text}", bytes.len())),
            }
        }
    }
}

/// An error and its reasons.
fn in_words(error: &dyn Error) -> String {
    let reasons = std::iter::successors(error.source(), |reason| (*reason).source());
    reasons.fold(error.to_string(), |all, reason| format!("{all}: {reason}"))
}

/// `Message v3: field: why (at byte 7)`, and for records `batch at offset 5: field (at byte 61): why`.
fn says_where(text: &str) -> bool {
    let Some((what, byte)) = text.split_once("at byte ") else {
        return false;
    };
    byte.starts_with(|first: char| first.is_ascii_digit())
        && what.contains(": ")
        && !text.contains('\n')
}
