//! Checksums: CRC-32C (Castagnoli's polynomial) for batches of magic 2, zip's CRC-32 for messages before them.
//!
//! By carry-less multiplication where the processor has it, twice as fast as by its CRC instruction: a checksum is the
//! largest part of what reading and building batches can't be spared.

/// CRC-32C.
#[inline]
pub(super) fn castagnoli(bytes: &[u8]) -> u32 {
    crc_fast::crc32_iscsi(bytes)
}

/// CRC-32 as zip and Ethernet have it.
#[inline]
pub(super) fn zip(bytes: &[u8]) -> u32 {
    crc_fast::crc32_iso_hdlc(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The check values of the catalogue of CRCs.
    #[test]
    fn they_are_the_ones_of_the_catalogue() {
        assert_eq!(castagnoli(b"123456789"), 0xe306_9283);
        assert_eq!(zip(b"123456789"), 0xcbf4_3926);
        assert_eq!((castagnoli(b""), zip(b"")), (0, 0));
    }
}
