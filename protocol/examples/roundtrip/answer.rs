//! A question's answer.

use std::error::Error;

use ottla_protocol::header::{RequestHeader, ResponseHeader};
use ottla_protocol::{AnyRequest, AnyResponse, ApiKey};

use crate::hex;
use crate::records::Reader;

/// The most bytes of a message. Some messages take thirty times the memory that they take on the wire: an element of one
/// byte is a string's pointer and length, or a struct of many fields that its version doesn't have.
pub(crate) const LARGEST: usize = 4 << 20;

/// Answers questions, with memory that it keeps for the next.
#[derive(Default)]
pub(crate) struct Answerer {
    /// The bytes that the question is about.
    bytes: Vec<u8>,
    /// What they are when they are written again.
    written: Vec<u8>,
    records: Reader,
    answer: Vec<u8>,
}

/// Why there is no answer.
type Why = Box<dyn Error>;

impl Answerer {
    /// The answer to a line, whatever it says: one line.
    pub(crate) fn answer(&mut self, line: &[u8]) -> &mut Vec<u8> {
        self.answer.clear();
        match self.try_answer(line) {
            Ok(()) => &mut self.answer,
            Err(why) => self.refuse(&in_words(why.as_ref())),
        }
    }

    /// Says why there is no answer.
    pub(crate) fn refuse(&mut self, why: &str) -> &mut Vec<u8> {
        self.answer.clear();
        self.answer.extend(b"error: ");
        self.answer.extend(why.bytes());
        &mut self.answer
    }

    fn try_answer(&mut self, line: &[u8]) -> Result<(), Why> {
        let mut words = line.splitn(2, |byte| *byte == b' ');
        let (what, rest) = (words.next(), words.next().unwrap_or_default());
        match what {
            Some(b"records") => {
                hex::read(rest, &mut self.bytes)?;
                self.records.read(&self.bytes, &mut self.answer)
            }
            Some(b"request") => self.message(rest, request),
            Some(b"response") => self.message(rest, response),
            Some(b"header-request") => self.message(rest, request_header),
            Some(b"header-response") => self.message(rest, response_header),
            _ => Err(
                "neither `request`, `response`, `header-request`, `header-response` nor `records`",
            )?,
        }
    }

    /// Reads `API_KEY VERSION HEX`, and answers with what `copy` writes of the bytes.
    fn message(&mut self, question: &[u8], copy: Copy) -> Result<(), Why> {
        let mut words = question.splitn(3, |byte| *byte == b' ');
        let mut word = |what| words.next().ok_or_else(|| format!("the {what} is missing"));
        let key = number(word("API key")?)?;
        let version = number(word("version")?)?;
        let api = ApiKey::from_code(key).ok_or_else(|| format!("unknown API: {key}"))?;
        let hex = word("hex")?;
        if hex.len() / 2 > LARGEST {
            Err(format!("a message of more than {LARGEST} bytes"))?;
        }
        hex::read(hex, &mut self.bytes)?;
        self.written.clear();
        copy(api, version, &self.bytes, &mut self.written)?;
        hex::write(&self.written, &mut self.answer);
        Ok(())
    }
}

/// Reads bytes as a message of an API in a version, and writes it.
type Copy = fn(ApiKey, i16, &[u8], &mut Vec<u8>) -> Result<(), Why>;

fn request(api: ApiKey, version: i16, body: &[u8], out: &mut Vec<u8>) -> Result<(), Why> {
    Ok(AnyRequest::read(api, body, version)?.write(out, version)?)
}

fn response(api: ApiKey, version: i16, body: &[u8], out: &mut Vec<u8>) -> Result<(), Why> {
    Ok(AnyResponse::read(api, body, version)?.write(out, version)?)
}

fn request_header(api: ApiKey, version: i16, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Why> {
    check_version(api, version)?;
    let header_version = api.request_header_version(version);
    let (header, rest) = RequestHeader::read(bytes, header_version)?;
    check_end(rest)?;
    Ok(header.write(out, header_version)?)
}

fn response_header(api: ApiKey, version: i16, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Why> {
    check_version(api, version)?;
    let header_version = api.response_header_version(version);
    let (header, rest) = ResponseHeader::read(bytes, header_version)?;
    check_end(rest)?;
    Ok(header.write(out, header_version)?)
}

/// A header is read without its body, which would refuse the version.
fn check_version(api: ApiKey, version: i16) -> Result<(), Why> {
    match api.request_schema() {
        Some(schema) if schema.versions.contains(version) => Ok(()),
        _ => Err(format!("{api} v{version}: unknown version"))?,
    }
}

/// A header is followed by a body; here it stands alone.
fn check_end(rest: &[u8]) -> Result<(), Why> {
    match rest.len() {
        0 => Ok(()),
        left => Err(format!("{left} bytes are left"))?,
    }
}

fn number(word: &[u8]) -> Result<i16, Why> {
    let text = word.escape_ascii().to_string();
    let number = text.parse();
    number.map_err(|why| format!("`{text:.20}` is no number: {why}").into())
}

/// An error and its reasons, on one line.
fn in_words(error: &dyn Error) -> String {
    let reasons = std::iter::successors(error.source(), |reason| (*reason).source());
    let all = reasons.fold(error.to_string(), |all, reason| format!("{all}: {reason}"));
    all.chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect()
}
