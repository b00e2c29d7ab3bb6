//! Every primitive, and a struct with a field of each kind, in every version: what is written reads back, and what
//! isn't valid is a fault with its place.

use proptest::prelude::*;
use proptest::sample::Index;

use super::*;
use crate::types::Uuid;
use crate::{Message, UnknownTaggedFields};

const PLAIN: Cx = Cx {
    version: 0,
    flexible: false,
};
const COMPACT: Cx = Cx {
    version: 9,
    flexible: true,
};

fn written<'a, T: Wire<'a>>(value: &T, cx: Cx) -> Vec<u8> {
    let mut out = Vec::new();
    value.write(&mut out, cx).unwrap();
    out
}

/// Writes and reads, in both encodings; also checks that the value takes no less than it says, and that it isn't
/// read from fewer bytes.
macro_rules! reads_back {
    ($type:ty, $value:expr, $cut:expr) => {
        for cx in [PLAIN, COMPACT] {
            let value = &$value;
            let out = written::<$type>(value, cx);
            prop_assert!(out.len() >= <$type as Wire>::MIN);
            let (rest, read) = <$type as Wire>::read(&out, cx).unwrap();
            prop_assert_eq!(&read, value);
            prop_assert!(rest.is_empty());
            let cut = &out[..$cut.index(out.len())];
            prop_assert!(<$type as Wire>::read(cut, cx).is_err());
        }
    };
}

/// What is wrong with these bytes.
fn refusal<'a, T: Wire<'a>>(bytes: &'a [u8], cx: Cx) -> Why {
    match T::read(bytes, cx) {
        Ok(_) => panic!("read"),
        Err(error) => Fault::of(error).why(),
    }
}

proptest! {
    #[test]
    fn numbers_read_back(
        a: bool, b: i8, c: i16, d: u16, e: i32, f: i64, g in proptest::num::f64::NORMAL, id: [u8; 16],
        cut: Index
    ) {
        reads_back!(bool, a, cut);
        reads_back!(i8, b, cut);
        reads_back!(i16, c, cut);
        reads_back!(u16, d, cut);
        reads_back!(i32, e, cut);
        reads_back!(i64, f, cut);
        reads_back!(f64, g, cut);
        reads_back!(Uuid, Uuid(id), cut);
    }

    #[test]
    fn strings_and_bytes_read_back(text: Option<String>, bytes: Option<Vec<u8>>, cut: Index) {
        reads_back!(Option<&str>, text.as_deref(), cut);
        reads_back!(&str, text.as_deref().unwrap_or_default(), cut);
        reads_back!(Option<&[u8]>, bytes.as_deref(), cut);
        reads_back!(&[u8], bytes.as_deref().unwrap_or_default(), cut);
    }

    #[test]
    fn arrays_read_back(numbers: Option<Vec<i32>>, texts: Vec<Option<String>>, cut: Index) {
        let texts: Vec<_> = texts.iter().map(Option::as_deref).collect();
        reads_back!(Vec<i32>, numbers.clone().unwrap_or_default(), cut);
        reads_back!(Option<Vec<i32>>, numbers, cut);
        reads_back!(Vec<Option<&str>>, texts, cut);
    }

    #[test]
    fn varints_read_back(value: u32) {
        let mut out = Vec::new();
        varint::write_u32(value, &mut out);
        prop_assert_eq!(varint::read_u32(&out), Ok((&[][..], value)));
    }
}

#[test]
fn varints_are_bounded() {
    let read = |bytes| varint::read_u32(bytes).map_err(|error| Fault::of(error).why());
    assert_eq!(
        read(&[0xff, 0xff, 0xff, 0xff, 0x0f]),
        Ok((&[][..], u32::MAX))
    );
    assert_eq!(read(&[0xff, 0xff, 0xff, 0xff, 0x10]), Err(Why::Varint));
    assert_eq!(read(&[0xff; 5]), Err(Why::Varint));
    assert_eq!(read(&[0x80; 6]), Err(Why::Varint));
    assert_eq!(read(&[0x80; 4]), Err(Why::Short { needs: 1, left: 0 }));
}

#[test]
fn null_is_refused_where_there_is_none() {
    assert_eq!(refusal::<&str>(&[0xff, 0xff], PLAIN), Why::Null);
    assert_eq!(refusal::<&str>(&[0], COMPACT), Why::Null);
    assert_eq!(refusal::<&[u8]>(&[0xff; 4], PLAIN), Why::Null);
    assert_eq!(refusal::<Vec<i8>>(&[0], COMPACT), Why::Null);
}

#[test]
fn lengths_are_lengths() {
    let minus_two = Why::Length { length: -2 };
    assert_eq!(
        refusal::<Option<&str>>(&[0xff, 0xfe, 0, 0], PLAIN),
        minus_two
    );
    let too_long = Why::Length {
        length: i64::from(u32::MAX) - 1,
    };
    let most = [0xff, 0xff, 0xff, 0xff, 0x0f];
    assert_eq!(refusal::<&[u8]>(&most, COMPACT), too_long);
}

/// As Kafka's generated readers have it: a compact length could say more.
#[test]
fn a_longer_string_is_refused_where_its_length_is_compact_and_bytes_are_not() {
    for (length, is_read) in [(0x7fff, true), (0x8000, false), (40_000, false)] {
        let bytes = vec![b'a'; length];
        let out = written::<&[u8]>(&&bytes[..], COMPACT);
        assert!(<&[u8]>::read(&out, COMPACT).is_ok());
        if is_read {
            let (_, text) = <&str>::read(&out, COMPACT).unwrap();
            assert_eq!(text.len(), length);
        } else {
            let length = length as i64;
            assert_eq!(refusal::<&str>(&out, COMPACT), Why::Length { length });
            assert_eq!(
                refusal::<Option<&str>>(&out, COMPACT),
                Why::Length { length }
            );
        }
    }
}

#[test]
fn a_string_is_utf8_and_at_most_32767_bytes() {
    let why = Why::Utf8 {
        valid: 1,
        length: 3,
    };
    assert_eq!(refusal::<&str>(&[0, 3, b'a', 0xff, b'b'], PLAIN), why);
    let long = "x".repeat(32768);
    for cx in [PLAIN, COMPACT] {
        let error = long.as_str().write(&mut Vec::new(), cx).unwrap_err();
        assert_eq!(error.why, EncodeWhy::TooLong { length: 32768 });
    }
}

#[test]
fn a_count_is_checked_before_memory_is_taken() {
    let two_billion = [0x7f, 0xff, 0xff, 0xff, 1, 2, 3];
    let why = Why::Count {
        count: i32::MAX as usize,
        left: 3,
    };
    assert_eq!(refusal::<Vec<i8>>(&two_billion, PLAIN), why);
    // A struct takes at least what its fields take.
    let two = [0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0];
    let why = Why::Count { count: 2, left: 7 };
    assert_eq!(refusal::<Vec<Inner>>(&two, PLAIN), why);
}

#[test]
fn tags_ascend_and_values_fill_their_length() {
    let tags = |bytes: &[u8]| {
        let mut unknown = UnknownTaggedFields::new();
        match tagged::read(bytes, &mut unknown, |_, _| Ok(true)) {
            Ok(rest) => Ok(rest.len()),
            Err(error) => Err(Fault::of(error).why()),
        }
    };
    assert_eq!(tags(&[0, 9]), Ok(1));
    assert_eq!(tags(&[2, 0, 0, 5, 1, 7]), Ok(0));
    assert_eq!(
        tags(&[2, 5, 0, 5, 0]),
        Err(Why::TagOrder { tag: 5, last: 5 })
    );
    assert_eq!(
        tags(&[2, 5, 0, 4, 0]),
        Err(Why::TagOrder { tag: 4, last: 5 })
    );
    assert_eq!(tags(&[1, 5, 3, 0]), Err(Why::Short { needs: 3, left: 1 }));
    assert_eq!(tags(&[9, 5, 0]), Err(Why::Count { count: 9, left: 2 }));
    let sixteen = tagged::field_into(&mut 0i32, "it", &[0, 0, 0, 1, 0], COMPACT).unwrap_err();
    assert_eq!(Fault::of(sixteen).why(), Why::Trailing { left: 1 });
}

/// A field of each kind, and of each way to come and go.
#[derive(Clone, Debug, PartialEq, Message)]
#[message(versions = 0..=4)]
struct Sample<'a> {
    flag: bool,
    text: &'a str,
    #[field(nullable = 2..)]
    maybe_text: Option<&'a str>,
    #[field(nullable)]
    bytes: Option<&'a [u8]>,
    #[field(nullable = 1..)]
    numbers: Option<Vec<i32>>,
    inner: Inner,
    #[field(nullable = 3.., versions = 3..)]
    maybe_inner: Option<Inner>,
    inners: Vec<Inner>,
    #[field(versions = ..=2, default = -1, ignorable)]
    gone: i64,
    #[field(versions = 1..=3, default = 7)]
    for_a_while: i16,
    #[field(versions = 3.., tag = 1)]
    ports: Vec<u16>,
    #[field(versions = 4.., tag = 0)]
    tagged: Inner,
    #[field(versions = 3.., nullable = 3.., tag = 300)]
    tagged_text: Option<&'a str>,
}

#[derive(Clone, Debug, PartialEq, Message)]
struct Inner {
    #[field(default = -1)]
    epoch: i32,
}

/// What a [`Sample`] is made of, owning what that borrows.
type Parts = (
    (bool, String, Option<String>, Option<Vec<u8>>),
    (Option<Vec<i32>>, i32, Option<i32>, Vec<i32>),
    (i64, i16, Vec<u16>, i32, Option<String>),
);

fn sample<'a>((a, b, c): &'a Parts) -> Sample<'a> {
    let inner = |epoch| Inner { epoch };
    Sample {
        flag: a.0,
        text: &a.1,
        maybe_text: a.2.as_deref(),
        bytes: a.3.as_deref(),
        numbers: b.0.clone(),
        inner: inner(b.1),
        maybe_inner: b.2.map(inner),
        inners: b.3.iter().copied().map(inner).collect(),
        gone: c.0,
        for_a_while: c.1,
        ports: c.2.clone(),
        tagged: inner(c.3),
        tagged_text: c.4.as_deref(),
    }
}

/// What is left of a sample in a version that lacks fields.
fn as_of(mut it: Sample<'_>, version: i16) -> Sample<'_> {
    if version < 1 {
        it.numbers.get_or_insert_default();
    }
    if !(1..=3).contains(&version) {
        it.for_a_while = 7;
    }
    if version < 2 {
        it.maybe_text.get_or_insert_default();
    }
    if version > 2 {
        it.gone = -1;
    } else {
        it.maybe_inner = None;
        it.ports.clear();
        it.tagged_text = None;
    }
    if version < 4 {
        it.tagged = Inner::default();
    }
    it
}

fn cx(version: i16) -> Cx {
    context(version, 0..=4, 3).unwrap()
}

proptest! {
    #[test]
    fn a_struct_reads_back_in_every_version(parts: Parts, cut: Index) {
        for version in 0..=4 {
            let sample = as_of(sample(&parts), version);
            let out = written(&sample, cx(version));
            prop_assert_eq!(&read_whole::<Sample>(&out, cx(version), "Sample"), &Ok(sample));
            let cut = &out[..cut.index(out.len())];
            prop_assert!(read_whole::<Sample>(cut, cx(version), "Sample").is_err());
        }
    }

    #[test]
    fn what_a_version_lacks_is_refused_not_lost(parts: Parts) {
        for version in 0..=4 {
            let sample = sample(&parts);
            let mut kept = as_of(sample.clone(), version);
            kept.gone = sample.gone; // ignorable
            let result = sample.write(&mut Vec::new(), cx(version));
            prop_assert_eq!(result.is_ok(), kept == sample, "{:?} in v{}", result, version);
        }
    }

    #[test]
    fn hostile_bytes_are_errors_at_worst(bytes: Vec<u8>, version in 0_i16..=4) {
        if let Ok(sample) = read_whole::<Sample>(&bytes, cx(version), "Sample") {
            let again = written(&sample, cx(version));
            prop_assert_eq!(read_whole(&again, cx(version), "Sample"), Ok(sample));
        }
    }
}

#[test]
fn unknown_tags_are_skipped() {
    let sample = Sample {
        ports: vec![1],
        ..Sample::default()
    };
    let mut out = written(&sample, cx(4));
    let tags = out.len() - 6;
    // One tagged field: tag 1, three bytes, one port.
    assert_eq!(out[tags..], [1, 1, 3, 2, 0, 1]);
    // Unknown ones before, between and after.
    let strange = [4, 1, 3, 2, 0, 1, 2, 1, 9, 299, 0, 301, 0];
    out.truncate(tags);
    for number in strange {
        varint::write_u32(number, &mut out);
    }
    assert_eq!(read_whole(&out, cx(4), "Sample"), Ok(sample));
}

#[test]
fn an_encode_error_names_the_struct_that_has_the_field() {
    let sample = Sample {
        for_a_while: 3,
        ..Sample::default()
    };
    let error = sample.write(&mut Vec::new(), cx(4)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Sample v4: for_a_while: set, but this version has no such field"
    );
    let error = Sample::default().write(&mut Vec::new(), cx(1)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Sample v1: maybe_text: null, where this version has none"
    );
}

#[test]
fn a_decode_error_names_the_field_and_the_byte() {
    let sample = Sample {
        inners: vec![Inner { epoch: 1 }, Inner { epoch: 2 }],
        ..Sample::default()
    };
    let out = written(&sample, cx(2));
    let cut = |bytes: usize| {
        let end = out.len() - bytes;
        let error = read_whole::<Sample>(&out[..end], cx(2), "Sample").unwrap_err();
        error.to_string()
    };
    assert_eq!(
        cut(3),
        "Sample v2: gone: needs 8 bytes, 7 left (at byte 29)"
    );
    assert_eq!(
        cut(2 + 8 + 1),
        "Sample v2: inners: 2 elements can't be in 7 bytes (at byte 17)"
    );
}

/// Fields of fixed width in a row, which are read in one piece where all are there.
#[derive(Clone, Debug, PartialEq, Message)]
struct Row {
    partition: i32,
    #[field(versions = ..=1, default = 9, ignorable)]
    old: i16,
    leader: bool,
    #[field(versions = 2.., default = -1, ignorable)]
    epoch: i32,
    id: Uuid,
}

#[test]
fn a_row_of_numbers_is_the_same_in_one_piece_and_one_by_one() {
    let row = Row {
        partition: 0x0102_0304,
        old: 0x0506,
        leader: true,
        epoch: 0x0708_090a,
        id: Uuid([0x0b; 16]),
    };
    let (front, id) = ([1, 2, 3, 4], [0x0b; 16]);
    for (version, middle) in [(1, &[5, 6, 1][..]), (2, &[1, 7, 8, 9, 10])] {
        let bytes = [&front, middle, &id].concat();
        let mut expected = row.clone();
        match version {
            1 => expected.epoch = -1,
            _ => expected.old = 9,
        }
        assert_eq!(written(&row, cx(version)), bytes);
        assert_eq!(read_whole(&bytes, cx(version), "Row"), Ok(expected));
    }
}

#[test]
fn a_row_of_numbers_that_ends_early_names_the_one_that_does() {
    let bytes = [1; 4 + 1 + 4 + 16];
    let ends = [(4, "partition"), (5, "leader"), (9, "epoch"), (25, "id")];
    let mut start = 0;
    for (end, name) in ends {
        for cut in start..end {
            let error = read_whole::<Row>(&bytes[..cut], cx(2), "Row").unwrap_err();
            let (needs, left) = (end - start, cut - start);
            assert_eq!((error.at, error.why), (start, Why::Short { needs, left }));
            assert_eq!(error.path.to_string(), format!("{name}: "));
        }
        start = end;
    }
}

#[test]
fn the_schema_says_what_the_attributes_say() {
    let fields = Sample::SCHEMA.fields;
    assert_eq!(Sample::SCHEMA.name, "Sample");
    let tagged = fields.iter().find(|f| f.name == "tagged_text").unwrap();
    assert_eq!((tagged.tag, tagged.ignorable), (Some(300), false));
    assert!(matches!(tagged.kind, Kind::String));
    let gone = fields.iter().find(|f| f.name == "gone").unwrap();
    assert_eq!((gone.default, gone.ignorable), (Some("-1"), true));
    assert!(gone.versions.contains(2) && !gone.versions.contains(3));
    let inners = fields.iter().find(|f| f.name == "inners").unwrap();
    assert!(matches!(inners.kind, Kind::Array(Kind::Struct(inner)) if inner.name == "Inner"));
}
