use proptest::prelude::*;

use super::*;

fn one(text: &str) -> (String, String) {
    let mut pairs = parse(text).unwrap();
    assert_eq!(pairs.len(), 1, "{pairs:?}");
    pairs.remove(0)
}

#[test]
fn every_way_to_write_a_pair_reads_the_same() {
    for text in [
        "client.id=one",
        "client.id = one",
        "client.id:one",
        "client.id one",
        "  client.id\t:\tone",
        "client.id\\\n  =one",
        "client\\.id=o\\\n   ne",
        "client.id=\\u006fne",
        "\r\nclient.id=one\r\n",
    ] {
        assert_eq!(
            one(text),
            ("client.id".to_owned(), "one".to_owned()),
            "{text:?}"
        );
    }
}

#[test]
fn separators_and_blanks_inside_a_value_are_kept() {
    assert_eq!(
        one("a = b = c # not a comment ").1,
        "b = c # not a comment "
    );
    assert_eq!(one("a==b").1, "=b");
    assert_eq!(one("a\\=b=c"), ("a=b".to_owned(), "c".to_owned()));
    assert_eq!(one("a").1, "");
    assert_eq!(one("a=\\\\").1, "\\");
    assert_eq!(one("smile=\\ud83d\\ude00").1, "😀");
}

#[test]
fn comments_and_blank_lines_are_nothing() {
    assert_eq!(parse("# a=b\n   ! c=d\n\n   \n").unwrap(), []);
    // A comment's last backslash joins nothing.
    assert_eq!(one("# a \\\nb=c"), ("b".to_owned(), "c".to_owned()));
}

#[test]
fn a_broken_character_names_its_line() {
    for text in [
        "a=1\nb=\\u00g1",
        "a=1\nb=\\u1",
        "a=1\nb=\\ud83d",
        "a=1\nb=\\ude00",
    ] {
        assert!(
            matches!(parse(text), Err(ConfigError::Syntax { line: 2, .. })),
            "{text:?}"
        );
    }
}

proptest! {
    #[test]
    fn no_text_breaks_it(text in "[\\\\=: a-zu0-9#!\n\r\t]{0,60}") {
        let _ = parse(&text);
    }

    #[test]
    fn what_is_escaped_reads_back(name in "[a-z. =:\\\\#!]{1,12}", value in "[a-z =:\\\\\t]{0,12}") {
        let escaped = |text: &str| text.chars().flat_map(|c| match c {
            '\t' => ['\\', 't'],
            other => ['\\', other],
        }).map(|c| c.to_string()).collect::<String>();
        // A backslash before one of these letters would name another character.
        let plain = |text: &str| text.replace(['t', 'n', 'r', 'f', 'u'], "x");
        let (name, value) = (plain(&name), plain(&value));
        prop_assert_eq!(one(&format!("{}={}", escaped(&name), escaped(&value))), (name, value));
    }
}
