//! A record as JSON: text where it is UTF-8, base64 beside a null where it is not.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ottla_protocol::records::{Header, Headers, Record};
use serde::Serialize;
use serde::ser::{SerializeSeq, SerializeTuple};

use crate::failure::Failure;
use crate::output::{self, Output};

/// One line of `consume` and `records`.
#[derive(Serialize)]
pub(crate) struct RecordLine<'a> {
    pub(crate) topic: &'a str,
    pub(crate) partition: i32,
    pub(crate) offset: i64,
    pub(crate) timestamp: i64,
    pub(crate) key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) key_base64: Option<String>,
    pub(crate) value: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) value_base64: Option<String>,
    pub(crate) headers: HeadersJson<'a>,
}

/// Bytes as text, or as base64 where they are no text.
pub(crate) fn text_or_base64(bytes: Option<&[u8]>) -> (Option<&str>, Option<String>) {
    match bytes.map(|b| (b, str::from_utf8(b))) {
        None => (None, None),
        Some((_, Ok(text))) => (Some(text), None),
        Some((bytes, Err(_))) => (None, Some(STANDARD.encode(bytes))),
    }
}

/// A record's headers: an array of `[name, value]`, order and repeated names kept. A value that is not UTF-8 is
/// `[name, null, base64]`, so that nothing is lost.
pub(crate) struct HeadersJson<'a>(pub(crate) Headers<'a>);

impl Serialize for HeadersJson<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut all = serializer.serialize_seq(None)?;
        for header in self.0 {
            all.serialize_element(&HeaderJson(header))?;
        }
        all.end()
    }
}

struct HeaderJson<'a>(Header<'a>);

impl Serialize for HeaderJson<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (text, base64) = text_or_base64(self.0.value);
        let mut pair = serializer.serialize_tuple(if base64.is_some() { 3 } else { 2 })?;
        pair.serialize_element(&self.0.name_lossy())?;
        pair.serialize_element(&text)?;
        if let Some(base64) = base64 {
            pair.serialize_element(&base64)?;
        }
        pair.end()
    }
}

/// Pipes take up to so many bytes whole or not at all (POSIX's PIPE_BUF on Linux).
const WHOLE: usize = 4096;

/// Prints records as they come, in writes of whole records, and knows what of them is out.
pub(crate) struct Printer {
    output: Output,
    topic: String,
    lines: Vec<u8>,
    /// The offset after the last record in `lines`, and after the last that is out.
    taken: Option<i64>,
    printed: Option<i64>,
}

impl Printer {
    pub(crate) fn new(output: Output, topic: &str) -> Self {
        Self {
            output,
            topic: topic.to_owned(),
            lines: Vec::new(),
            taken: None,
            printed: None,
        }
    }

    pub(crate) fn print(&mut self, partition: i32, record: &Record<'_>) -> Result<(), Failure> {
        let before = self.lines.len();
        match self.output {
            Output::Json => self.print_json(partition, record),
            Output::Table => self.print_text(partition, record),
        }?;
        if before > 0 && self.lines.len() > WHOLE {
            self.write(before)?;
        }
        self.taken = Some(record.offset + 1);
        Ok(())
    }

    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        self.write(self.lines.len())
    }

    /// The offset after the last record that is out since this was asked last.
    pub(crate) fn printed(&mut self) -> Option<i64> {
        self.printed.take()
    }

    fn write(&mut self, length: usize) -> Result<(), Failure> {
        let mut out = std::io::stdout().lock();
        out.write_all(&self.lines[..length])?;
        out.flush()?;
        self.lines.drain(..length);
        self.printed = self.taken;
        Ok(())
    }

    fn print_json(&mut self, partition: i32, record: &Record<'_>) -> Result<(), Failure> {
        let (key, key_base64) = text_or_base64(record.key);
        let (value, value_base64) = text_or_base64(record.value);
        let line = RecordLine {
            topic: &self.topic,
            partition,
            offset: record.offset,
            timestamp: record.timestamp,
            key,
            key_base64,
            value,
            value_base64,
            headers: HeadersJson(record.headers),
        };
        output::line(&mut self.lines, &line)
    }

    /// `orders-3@17  key  value`: a stream of records has no table that could be aligned.
    fn print_text(&mut self, partition: i32, record: &Record<'_>) -> Result<(), Failure> {
        let text = |bytes: Option<&[u8]>| {
            bytes.map_or("-".into(), |b| String::from_utf8_lossy(b).into_owned())
        };
        let (topic, offset) = (&self.topic, record.offset);
        writeln!(
            self.lines,
            "{topic}-{partition}@{offset}\t{}\t{}",
            text(record.key),
            text(record.value)
        )?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_text_are_kept_as_base64() {
        assert_eq!(text_or_base64(Some(b"a")), (Some("a"), None));
        assert_eq!(text_or_base64(None), (None, None));
        assert_eq!(
            text_or_base64(Some(&[0xff])),
            (None, Some("/w==".to_owned()))
        );
    }

    #[test]
    fn a_header_is_a_pair_unless_its_value_is_no_text() {
        let json =
            |value| serde_json::to_string(&HeaderJson(Header { name: b"a", value })).unwrap();
        assert_eq!(json(Some(b"1")), r#"["a","1"]"#);
        assert_eq!(json(None), r#"["a",null]"#);
        assert_eq!(json(Some(&[0xff])), r#"["a",null,"/w=="]"#);
    }
}
