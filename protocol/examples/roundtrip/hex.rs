//! Bytes as two digits each.

/// Appends `bytes` in lower case.
pub(crate) fn write(bytes: &[u8], out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.extend(bytes.iter().flat_map(|byte| {
        [
            DIGITS[usize::from(byte >> 4)],
            DIGITS[usize::from(byte & 15)],
        ]
    }));
}

/// Replaces what `out` holds by the bytes that `digits` stand for, in whatever case.
pub(crate) fn read(digits: &[u8], out: &mut Vec<u8>) -> Result<(), String> {
    out.clear();
    let (pairs, rest) = digits.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(format!("an odd number of hex digits: {}", digits.len()));
    }
    out.reserve(pairs.len());
    for (i, [high, low]) in pairs.iter().enumerate() {
        match (digit(*high), digit(*low)) {
            (Some(high), Some(low)) => out.push(high << 4 | low),
            (high, _) => {
                let at = 2 * i + usize::from(high.is_some());
                let found = digits[at].escape_ascii();
                return Err(format!("`{found}` is no hex digit (at digit {at})"));
            }
        }
    }
    Ok(())
}

fn digit(letter: u8) -> Option<u8> {
    match letter {
        b'0'..=b'9' => Some(letter - b'0'),
        b'a'..=b'f' => Some(letter - b'a' + 10),
        b'A'..=b'F' => Some(letter - b'A' + 10),
        _ => None,
    }
}
