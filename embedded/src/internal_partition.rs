//! Where Kafka would keep a group or a transactional id: which partition of its own topics.
#![deny(clippy::disallowed_methods)]

/// The partition, out of so many, that a key belongs to: by Java's hash of it.
pub(crate) fn of(key: &str, partitions: i32) -> i32 {
    let hash = key.encode_utf16().fold(0_i32, |hash, unit| {
        hash.wrapping_mul(31).wrapping_add(unit.into())
    });
    // Kafka takes the lowest number for 0, which has no absolute value.
    hash.checked_abs().unwrap_or(0) % partitions.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_where_kafka_would_put_it() {
        // "billing".hashCode() is -109829509 in Java.
        assert_eq!(of("billing", 50), 9);
        assert_eq!(of("billing", 7), 109_829_509 % 7);
        assert_eq!(of("polygenelubricants", 50), 0, "the lowest number");
        assert_eq!(of("billing", 0), 0);
    }
}
