//! Every message in every version is written as it was read.

use ottla_protocol::error::EncodeWhy;
use ottla_protocol::schema::{Kind, Schema};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::every::EVERY;
use crate::maker::Maker;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_read_is_written_again(entropy in vec(any::<u8>(), 0..600)) {
        for message in &*EVERY {
            for cx in message.versions() {
                let mut maker = Maker { entropy: &entropy, cx, strange_tags: false };
                let bytes = maker.bytes(message.schema);
                let copy = (message.copy)(&bytes, cx);
                prop_assert_eq!(copy, Ok(bytes), "{} {:?}", message.schema.name, cx);
            }
        }
    }

    #[test]
    fn tags_that_nobody_knows_are_kept(entropy in vec(any::<u8>(), 0..200)) {
        for message in &*EVERY {
            for cx in message.versions().filter(|cx| cx.flexible) {
                let bytes = Maker { entropy: &entropy, cx, strange_tags: true }.bytes(message.schema);
                let copy = (message.copy)(&bytes, cx);
                prop_assert_eq!(copy, Ok(bytes), "{} {:?}", message.schema.name, cx);
            }
        }
    }
}

#[test]
fn a_default_is_written_and_read_in_every_version_that_can_say_it() {
    for message in &*EVERY {
        for cx in message.versions() {
            let what = format!("{} v{}", message.schema.name, cx.version);
            match (message.default)(cx) {
                Ok(bytes) => assert_eq!((message.copy)(&bytes, cx), Ok(bytes), "{what}"),
                Err(error) => {
                    assert_eq!(error.why, EncodeWhy::Null, "{what}");
                    assert!(needs_a_value(message.schema, cx.version), "{what}");
                }
            }
        }
    }
}

/// Whether a field is null by default and this version can't say so.
fn needs_a_value(schema: &Schema, version: i16) -> bool {
    let fields = schema.fields.iter();
    let mut present = fields.filter(|field| field.versions.contains(version));
    present.any(|field| match (field.nullable, field.kind) {
        (Some(nullable), _) => !nullable.contains(version),
        (None, Kind::Struct(schema)) => needs_a_value(schema, version),
        (None, _) => false,
    })
}

#[test]
fn a_version_that_is_not_served_is_refused() {
    use ottla_protocol::messages::fetch::{FetchRequest, FetchResponse};
    use ottla_protocol::{Request, Response};
    let mut out = Vec::new();
    for version in [-1, 3, 99] {
        let error = FetchRequest::default()
            .write_body(&mut out, version)
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("FetchRequest v{version}: unknown version")
        );
        let error = FetchResponse::read_body(&[], version).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("FetchResponse v{version}: unknown version (at byte 0)")
        );
    }
    assert!(out.is_empty());
}
