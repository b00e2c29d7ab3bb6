use super::*;
use crate::Message;

/// Knows the tags 1 and 3.
#[derive(Clone, Debug, Message, PartialEq)]
struct Known<'a> {
    number: i16,
    #[field(tag = 3)]
    three: &'a str,
    #[field(tag = 1, default = -1)]
    one: i32,
    unknown_tagged_fields: UnknownTaggedFields,
}

const FLEXIBLE: Cx = Cx {
    version: 0,
    flexible: true,
};

fn written(known: &Known<'_>) -> Result<Vec<u8>, EncodeError> {
    let mut out = Vec::new();
    known.write(&mut out, FLEXIBLE).map(|()| out)
}

#[test]
fn unknown_fields_come_back_in_their_places() {
    let bytes = b"\0\x07\x05\0\x01a\x01\x04\0\0\0\x09\x02\0\x03\x02\x02x\xf4\x03\x02bc";
    let (rest, known) = Known::read(bytes, FLEXIBLE).unwrap();
    assert_eq!((rest, known.one, known.three), (&[][..], 9, "x"));
    let unknown: Vec<_> = known.unknown_tagged_fields.iter().collect();
    assert_eq!(unknown, [(0, &b"a"[..]), (2, b""), (500, b"bc")]);
    assert_eq!(written(&known).unwrap(), bytes);
}

#[test]
fn fields_are_put_in_order_and_taken_out() {
    let mut unknown = UnknownTaggedFields::new();
    assert!(unknown.is_empty());
    for tag in [7, 2, 300, 2] {
        unknown.insert(tag, &tag.to_be_bytes());
    }
    let tags: Vec<_> = unknown.iter().map(|it| it.0).collect();
    assert_eq!((tags, unknown.len()), (vec![2, 7, 300], 3));
    assert_eq!(unknown.get(7), Some(&[0, 0, 0, 7][..]));
    for tag in [300, 2, 7, 7] {
        unknown.remove(tag);
    }
    assert_eq!(unknown, UnknownTaggedFields::new());
}

#[test]
fn a_known_tag_among_the_unknown_is_refused() {
    let mut known = Known {
        one: 5,
        ..Known::default()
    };
    known.unknown_tagged_fields.insert(1, b"");
    let error = written(&known).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Known v0: one: the unknown tagged fields have its tag 1 too"
    );
}

#[test]
fn a_version_without_tags_refuses_to_lose_them() {
    let mut known = Known::default();
    known.unknown_tagged_fields.insert(9, b"");
    let plain = Cx {
        flexible: false,
        ..FLEXIBLE
    };
    let error = known.write(&mut Vec::new(), plain).unwrap_err();
    assert_eq!(
        (error.field, error.why),
        ("unknown_tagged_fields", EncodeWhy::Absent)
    );
}
