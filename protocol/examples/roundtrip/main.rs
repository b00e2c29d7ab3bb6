//! Reads bytes of Kafka's protocol and writes them again: a question a line, an answer a line.
//!
//! For checks from outside, which can compare with what Kafka's own classes make of the same bytes:
//!
//! | question | answer |
//! | --- | --- |
//! | `request API_KEY VERSION HEX` | the body's bytes as written again, in hex |
//! | `response API_KEY VERSION HEX` | the same |
//! | `header-request API_KEY VERSION HEX` | the same of the header, whose version follows from the body's |
//! | `header-response API_KEY VERSION HEX` | the same |
//! | `records HEX` | `[[offset, timestamp, key, value, [[header, value], …]], …]`: JSON; keys and values are hex or `null`, a header's name is text |
//!
//! What is not answered so is answered `error: WHY`. Nothing may be missing and nothing left over; but a last batch of
//! records that is cut short is left out. An empty body is an empty `HEX`: the line ends in a space then.
//!
//! ```text
//! $ echo 'request 12 4 0267000000070577312d3100' | cargo run -q --release -p ottla-protocol --example roundtrip
//! error: HeartbeatRequest v4: group_instance_id: needs 1 bytes, 0 left (at byte 12)
//! ```

#![forbid(unsafe_code)]

mod answer;
mod hex;
mod lines;
mod records;

use std::io::{self, BufReader, Write};

use answer::Answerer;
use lines::{Line, read_line};

fn main() -> io::Result<()> {
    let mut questions = BufReader::with_capacity(1 << 16, io::stdin().lock());
    let mut answers = io::stdout().lock();
    let mut answerer = Answerer::default();
    let mut line = Vec::new();
    loop {
        let answer = match read_line(&mut questions, &mut line)? {
            Line::Whole => answerer.answer(&line),
            Line::TooLong => answerer.refuse("the line is too long"),
            Line::None => return Ok(()),
        };
        answer.push(b'\n');
        answers.write_all(answer)?;
        // Who asks waits for the answer before asking on.
        answers.flush()?;
    }
}
