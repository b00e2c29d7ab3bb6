//! Regular expressions of requests. Kafka has them match a whole name.

use regex::Regex;

/// A pattern that has to match from end to end.
pub(crate) fn whole(pattern: &str) -> Result<Regex, regex::Error> {
    // Compiled alone first: a pattern such as `a)(b` must not become a good one by what is put around it.
    Regex::new(pattern)?;
    Regex::new(&format!("^(?:{pattern})$"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_all_of_a_name_and_is_one_by_itself() {
        let found = whole("a|b").unwrap();
        assert!(found.is_match("a") && found.is_match("b"));
        assert!(!found.is_match("ab"));
        assert!(whole("a)|(b").is_err());
    }
}
