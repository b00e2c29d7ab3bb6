//! Input in lines, read on a thread of its own: stdin can't be read without blocking.

use std::io::{self, Read};

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

const BLOCK: usize = 64 << 10;

/// The input in blocks of whole lines, a few ahead of whoever takes them. The handle tells why it ended; it ends by
/// itself once nobody takes them any more.
pub(crate) fn blocks(
    mut input: impl Read + Send + 'static,
) -> (mpsc::Receiver<Vec<u8>>, JoinHandle<io::Result<()>>) {
    let (sender, receiver) = mpsc::channel(4);
    let reading = tokio::task::spawn_blocking(move || {
        let mut block = Vec::new();
        while read_some(&mut input, &mut block)? > 0 {
            let Some(end) = block.iter().rposition(|&byte| byte == b'\n') else {
                continue;
            };
            let rest = block.split_off(end + 1);
            if sender
                .blocking_send(std::mem::replace(&mut block, rest))
                .is_err()
            {
                return Ok(());
            }
        }
        if !block.is_empty() {
            // Nobody there to take the last line: nobody misses it.
            let _ = sender.blocking_send(block);
        }
        Ok(())
    });
    (receiver, reading)
}

fn read_some(input: &mut impl Read, block: &mut Vec<u8>) -> io::Result<usize> {
    let before = block.len();
    block.resize(before + BLOCK, 0);
    let read = loop {
        match input.read(&mut block[before..]) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => break read,
        }
    };
    block.truncate(before + *read.as_ref().unwrap_or(&0));
    read
}

/// The lines of a block, without their ends. The last may lack one.
pub(crate) fn of(block: &[u8]) -> impl Iterator<Item = &[u8]> {
    let block = block.strip_suffix(b"\n").unwrap_or(block);
    block
        .split(|&byte| byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}

/// What stands before and after the first separator; `None` where there is none, or it is empty.
pub(crate) fn split_once<'a>(line: &'a [u8], separator: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    if separator.is_empty() {
        return None;
    }
    let at = line
        .windows(separator.len())
        .position(|window| window == separator)?;
    Some((&line[..at], &line[at + separator.len()..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_one_key() {
        assert_eq!(
            split_once(b"a::b::c", b"::"),
            Some((&b"a"[..], &b"b::c"[..]))
        );
        assert_eq!(split_once(b"abc", b"::"), None);
        assert_eq!(split_once(b"abc", b""), None);
    }

    #[test]
    fn empty_lines_are_lines_and_the_last_needs_no_end() {
        assert_eq!(
            of(b"a\n\nb\r\n").collect::<Vec<_>>(),
            [&b"a"[..], b"", b"b"]
        );
        assert_eq!(of(b"a\nb").collect::<Vec<_>>(), [b"a", b"b"]);
    }

    #[tokio::test]
    async fn blocks_hold_whole_lines() {
        let text: Vec<u8> = (0..50_000)
            .flat_map(|n: u32| format!("{n}\n").into_bytes())
            .chain(*b"end")
            .collect();
        let (mut blocks, reading) = blocks(io::Cursor::new(text.clone()));
        let mut seen = Vec::new();
        let mut whole = 0;
        while let Some(block) = blocks.recv().await {
            whole += usize::from(block.ends_with(b"\n"));
            seen.extend(block);
        }
        reading.await.unwrap().unwrap();
        assert!(whole >= 2);
        assert!(seen == text);
    }
}
