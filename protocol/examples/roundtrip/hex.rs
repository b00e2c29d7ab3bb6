//! Bytes as two digits each.

/// Appends `bytes` in lower case.
pub(crate) fn write(bytes: &[u8], out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.reserve(2 * bytes.len());
    for byte in bytes {
        let (high, low) = (usize::from(byte >> 4), usize::from(byte & 15));
        out.extend([DIGITS[high], DIGITS[low]]);
    }
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
        match (VALUES[usize::from(*high)], VALUES[usize::from(*low)]) {
            (high @ 0..16, low @ 0..16) => out.push(high << 4 | low),
            (high, _) => {
                let at = 2 * i + usize::from(high < 16);
                let found = digits[at].escape_ascii();
                return Err(format!("`{found}` is no hex digit (at digit {at})"));
            }
        }
    }
    Ok(())
}

/// What each letter stands for; 16: for nothing.
const VALUES: [u8; 256] = {
    let mut values = [16; 256];
    let mut value = 0;
    while value < 16 {
        values[b"0123456789abcdef"[value] as usize] = value as u8;
        values[b"0123456789ABCDEF"[value] as usize] = value as u8;
        value += 1;
    }
    values
};
