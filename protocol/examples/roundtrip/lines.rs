//! Lines of bounded length.

use std::io::{self, BufRead, Read};

/// The most bytes of a line: half as many in hex.
pub(crate) const LONGEST: usize = 64 << 20;

/// What was read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// A line, without its end: `\n` or `\r\n`.
    Whole,
    /// A line of more than [`LONGEST`] bytes, which are skipped.
    TooLong,
    /// There are no more.
    None,
}

/// Reads a line into `line`, of whatever bytes.
pub(crate) fn read_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<Line> {
    line.clear();
    let most = LONGEST as u64 + 1;
    if input.by_ref().take(most).read_until(b'\n', line)? == 0 {
        return Ok(Line::None);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
        if line.last() == Some(&b'\r') {
            line.pop();
        }
    } else if line.len() > LONGEST {
        input.skip_until(b'\n')?;
        return Ok(Line::TooLong);
    }
    Ok(Line::Whole)
}
