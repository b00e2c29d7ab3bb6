//! What a new cluster draws by lot: its id and its ports.

use std::fs::File;
use std::io::Read;
use std::net::{Ipv4Addr, TcpListener};

use anyhow::{Context, Result, bail};

const BASE64_URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// A new cluster id: 16 random bytes as Kafka writes them.
pub(crate) fn cluster_id() -> Result<String> {
    let mut bytes: [u8; 16] = bytes()?;
    // Kafka avoids ids that begin with a dash, which its own tools would take for an option.
    bytes[0] &= 0x7f;
    Ok(base64_url(&bytes))
}

/// As many different free ports on the loopback address.
///
/// They are below the range that the system hands out by itself: a broker that is stopped must find its port still
/// free when it is started again.
pub(crate) fn ports(count: usize) -> Result<Vec<u16>> {
    let mut held: Vec<(u16, TcpListener)> = Vec::with_capacity(count);
    for _ in 0..1000 {
        if held.len() == count {
            return Ok(held.into_iter().map(|(port, _)| port).collect());
        }
        let port = 20_000 + u16::from_be_bytes(bytes()?) % 12_000;
        if let Ok(listener) = TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            held.push((port, listener));
        }
    }
    bail!("found no {count} free ports between 20000 and 32000")
}

fn bytes<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    File::open("/dev/urandom")
        .and_then(|mut file| file.read_exact(&mut bytes))
        .context("read random bytes")?;
    Ok(bytes)
}

fn base64_url(bytes: &[u8]) -> String {
    let digits = |chunk: &[u8]| {
        let word = chunk
            .iter()
            .fold(0_u32, |word, byte| word << 8 | u32::from(*byte))
            << (8 * (3 - chunk.len()));
        (0..=chunk.len())
            .map(move |at| char::from(BASE64_URL[(word >> (18 - 6 * at) & 63) as usize]))
            .collect::<String>()
    };
    bytes.chunks(3).map(digits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_the_url_alphabet_without_padding() {
        assert_eq!(base64_url(b"any carnal pleas"), "YW55IGNhcm5hbCBwbGVhcw");
        assert_eq!(base64_url(&[0xfb, 0xff]), "-_8");
    }

    #[test]
    fn ports_differ() {
        let mut ports = ports(20).unwrap();
        ports.sort_unstable();
        ports.dedup();
        assert_eq!(ports.len(), 20);
    }
}
