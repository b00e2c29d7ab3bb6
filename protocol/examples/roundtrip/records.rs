//! Records as JSON.

use std::error::Error;
use std::io::Write;

use ottla_protocol::records::{Compression, Decompressor, Record, RecordBatch, Records};

use crate::hex;

/// How many bytes the compressed batches of a question may grow to, all in all. The library's own limit is a batch's; a
/// question may hold thousands.
const MOST_PLAIN: usize = 32 << 20;

/// What a compressed batch takes of that at least: a codec's start costs as much time as some bytes.
const LEAST_PLAIN: usize = 4 << 10;

/// How long an answer may grow: tiny records take more room in JSON than on the wire.
const LONGEST_ANSWER: usize = 48 << 20;

/// Reads records, with memory that it keeps for the next question.
#[derive(Default)]
pub(crate) struct Reader {
    decompressor: Decompressor,
    plain: Vec<u8>,
}

impl Reader {
    /// Appends all records of all batches to `out`.
    pub(crate) fn read(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Box<dyn Error>> {
        let mut room = MOST_PLAIN;
        out.push(b'[');
        for batch in Records::new(bytes) {
            let batch = batch?;
            batch.check_crc()?;
            self.batch(&batch, room, out)?;
            if batch.compression() != Compression::None {
                room = room.saturating_sub(self.plain.len().max(LEAST_PLAIN));
            }
        }
        close(out);
        Ok(())
    }

    fn batch(
        &mut self,
        batch: &RecordBatch<'_>,
        room: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), Box<dyn Error>> {
        for record in batch.records(&mut self.decompressor, room, &mut self.plain)? {
            write_record(&record?, out)?;
        }
        Ok(())
    }
}

fn write_record(record: &Record<'_>, out: &mut Vec<u8>) -> Result<(), Box<dyn Error>> {
    write!(out, "[{}, {}, ", record.offset, record.timestamp)?;
    write_bytes(record.key, out);
    write_bytes(record.value, out);
    out.push(b'[');
    for header in record.headers {
        out.push(b'[');
        write_text(header.name, out);
        write_bytes(header.value, out);
        close(out);
        out.extend(b", ");
        check_length(out)?;
    }
    close(out);
    close(out);
    out.extend(b", ");
    check_length(out)
}

fn check_length(out: &[u8]) -> Result<(), Box<dyn Error>> {
    if out.len() > LONGEST_ANSWER {
        Err(format!("the answer grows beyond {LONGEST_ANSWER} bytes"))?;
    }
    Ok(())
}

/// A header's name as a JSON string of ASCII alone, and the comma behind it. What is not UTF-8 is replaced.
fn write_text(bytes: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    for unit in String::from_utf8_lossy(bytes).encode_utf16() {
        match u8::try_from(unit) {
            Ok(c @ (b'"' | b'\\')) => out.extend([b'\\', c]),
            Ok(c @ b' '..=b'~') => out.push(c),
            _ => {
                out.extend(b"\\u");
                hex::write(&unit.to_be_bytes(), out);
            }
        }
    }
    out.extend(b"\", ");
}

/// A value and the comma behind it.
fn write_bytes(bytes: Option<&[u8]>, out: &mut Vec<u8>) {
    match bytes {
        Some(bytes) => {
            out.push(b'"');
            hex::write(bytes, out);
            out.extend(b"\", ");
        }
        None => out.extend(b"null, "),
    }
}

/// Ends a list, of which each element has put a comma behind itself.
fn close(out: &mut Vec<u8>) {
    if out.ends_with(b", ") {
        out.truncate(out.len() - 2);
    }
    out.push(b']');
}
