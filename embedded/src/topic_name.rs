//! Which names a topic may have.
#![deny(clippy::disallowed_methods)]

/// The longest name: names are folders, and a partition's number is added.
const LONGEST: usize = 249;

/// Topics of Kafka's own, which clients may read only.
const INTERNAL: &[&str] = &[
    "__consumer_offsets",
    "__transaction_state",
    "__share_group_state",
];

/// Whether the name is one of Kafka's own.
pub(crate) fn is_internal(name: &str) -> bool {
    INTERNAL.contains(&name)
}

/// What is wrong with a topic's name, in the broker's words.
pub(crate) fn fault(name: &str) -> Option<String> {
    if name.is_empty() {
        return Some("Topic name is invalid: the empty string is not allowed".to_owned());
    }
    if name == "." || name == ".." {
        return Some("Topic name is invalid: '.' or '..' is not allowed".to_owned());
    }
    if name.len() > LONGEST {
        return Some(format!(
            "Topic name is invalid: the length of '{name}' is longer than the max allowed length {LONGEST}"
        ));
    }
    if !name.bytes().all(is_allowed) {
        return Some(format!(
            "Topic name is invalid: '{name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'"
        ));
    }
    None
}

fn is_allowed(letter: u8) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, b'.' | b'_' | b'-')
}

/// Whether two names would be one in the metrics of a broker, where `.` and `_` are the same.
pub(crate) fn collide(one: &str, other: &str) -> bool {
    let folded = |letter| if letter == b'.' { b'_' } else { letter };
    one != other && one.bytes().map(folded).eq(other.bytes().map(folded))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_letters_digits_dots_underscores_and_dashes() {
        for good in ["orders", "a.b_c-9", &"x".repeat(249)] {
            assert_eq!(fault(good), None, "{good}");
        }
        for bad in ["", ".", "..", "a b", "ä", "a/b", &"x".repeat(250)] {
            assert!(fault(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn dots_and_underscores_collide() {
        assert!(collide("a.b", "a_b"));
        assert!(!collide("a.b", "a.b"));
        assert!(!collide("a.b", "a-b"));
    }
}
