//! Asks a broker which brokers it knows.
//!
//! A connection alone proves little: a broker accepts before it serves. So this sends a Metadata request for no topic,
//! written by hand in version 1, the oldest that needs no topic, whose answer begins with the brokers. It does without
//! the project's own client, so that a fault there can't hide here.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

const PATIENCE: Duration = Duration::from_secs(2);

/// Metadata (key 3) version 1, correlation id 7, no client id, an array of no topics.
const REQUEST: [u8; 18] = [0, 0, 0, 14, 0, 3, 0, 1, 0, 0, 0, 7, 0xff, 0xff, 0, 0, 0, 0];

/// The ids of the brokers that serve, as the broker at that port knows them.
pub(crate) fn brokers(port: u16) -> Result<Vec<i32>> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).context("connect")?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(&REQUEST).context("send a request")?;
    let mut length = [0; 4];
    stream.read_exact(&mut length).context("read an answer")?;
    let length = u32::from_be_bytes(length);
    ensure!(
        length <= 1 << 20,
        "an answer of {length} bytes is not Kafka's"
    );
    let mut answer = vec![0; length as usize];
    stream.read_exact(&mut answer).context("read an answer")?;
    broker_ids(&answer).context("the answer is cut short")
}

fn broker_ids(answer: &[u8]) -> Option<Vec<i32>> {
    let mut rest = answer;
    let correlation_id = i32::from_be_bytes(take(&mut rest)?);
    let count = i32::from_be_bytes(take(&mut rest)?);
    let mut ids = Vec::new();
    for _ in 0..count {
        ids.push(i32::from_be_bytes(take(&mut rest)?));
        skip_string(&mut rest)?; // host
        let _port: [u8; 4] = take(&mut rest)?;
        skip_string(&mut rest)?; // rack
    }
    ids.sort_unstable();
    (correlation_id == 7).then_some(ids)
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (head, tail) = rest.split_first_chunk()?;
    *rest = tail;
    Some(*head)
}

/// A length of two bytes, which is -1 for null, and as many bytes.
fn skip_string(rest: &mut &[u8]) -> Option<()> {
    let length = i16::from_be_bytes(take(rest)?);
    *rest = rest.get(usize::try_from(length).unwrap_or(0)..)?;
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: [u8; 36] = [
        0, 0, 0, 7, 0, 0, 0, 2, //
        0, 0, 0, 2, 0, 1, b'h', 0, 0, 0x50, 0, 0xff, 0xff, //
        0, 0, 0, 1, 0, 1, b'h', 0, 0, 0x50, 1, 0, 2, b'r', b'k',
    ];

    #[test]
    fn brokers_are_read_in_order() {
        assert_eq!(broker_ids(&ANSWER), Some(vec![1, 2]));
    }

    #[test]
    fn a_cut_or_foreign_answer_is_refused() {
        for length in 0..ANSWER.len() {
            assert_eq!(broker_ids(&ANSWER[..length]), None, "{length} bytes");
        }
        assert_eq!(broker_ids(b"HTTP/1.1 400 Bad Request"), None);
    }
}
