//! Golden bytes of whole frames.

use super::*;
use crate::UnknownTaggedFields;
use crate::api::ReadRequest;
use crate::error::Why;
use crate::messages::api_versions::{ApiVersionsRequest, ApiVersionsResponse};
use crate::messages::heartbeat::{HeartbeatRequest, HeartbeatResponse};
use crate::messages::offset_commit::*;

const REQUEST: HeartbeatRequest<'_> = HeartbeatRequest {
    group_id: "g",
    generation_id: 7,
    member_id: "m",
    group_instance_id: None,
    unknown_tagged_fields: UnknownTaggedFields::new(),
};

fn encoded(version: i16) -> Vec<u8> {
    let mut out = Vec::new();
    encode_request(&REQUEST, version, 5, Some("me"), &mut out).unwrap();
    out
}

#[test]
fn a_request_has_its_length_and_its_header_in_front() {
    let header = [0, 12, 0, 3, 0, 0, 0, 5, 0, 2, b'm', b'e'];
    let body = [0, 1, b'g', 0, 0, 0, 7, 0, 1, b'm', 0xff, 0xff];
    assert_eq!(
        encoded(3),
        [&[0, 0, 0, 24][..], &header[..], &body[..]].concat()
    );
}

#[test]
fn a_flexible_request_has_tags_in_header_and_body_but_a_plain_client_id() {
    let header = [0, 12, 0, 4, 0, 0, 0, 5, 0, 2, b'm', b'e', 0];
    let body = [2, b'g', 0, 0, 0, 7, 2, b'm', 0, 0];
    assert_eq!(
        encoded(4),
        [&[0, 0, 0, 23][..], &header[..], &body[..]].concat()
    );
}

#[test]
fn a_failed_request_leaves_nothing_behind() {
    let request = HeartbeatRequest {
        group_instance_id: Some("static"),
        ..REQUEST
    };
    let mut out = vec![1, 2, 3];
    let error = encode_request(&request, 2, 5, None, &mut out).unwrap_err();
    assert_eq!(
        error.to_string(),
        "HeartbeatRequest v2: group_instance_id: set, but this version has no such field"
    );
    let error = encode_request(&request, 99, 5, None, &mut out).unwrap_err();
    assert_eq!(error.to_string(), "HeartbeatRequest v99: unknown version");
    assert_eq!(out, [1, 2, 3]);
}

#[test]
fn a_server_reads_what_a_client_writes() {
    for version in HeartbeatRequest::VERSIONS {
        let out = encoded(version);
        let (header, rest) = request_header(&out[4..]).unwrap();
        assert_eq!(header.api_key, ApiKey::Heartbeat.code());
        assert_eq!(header.api_version, version);
        assert_eq!((header.correlation_id, header.client_id), (5, Some("me")));
        assert_eq!(HeartbeatRequest::read_body(rest, version), Ok(REQUEST));
    }
}

#[test]
fn a_client_reads_what_a_server_writes() {
    let response = HeartbeatResponse {
        throttle_time_ms: 0,
        error_code: 27,
        ..HeartbeatResponse::default()
    };
    for version in HeartbeatRequest::VERSIONS {
        let mut out = Vec::new();
        encode_response(&response, version, 5, &mut out).unwrap();
        let frame = &out[4..];
        assert_eq!(correlation_id(frame), Ok(5));
        let body = response_body::<HeartbeatRequest<'_>>(frame, version).unwrap();
        assert_eq!(
            HeartbeatResponse::read_body(body, version),
            Ok(response.clone())
        );
    }
}

#[test]
fn an_api_versions_response_has_no_tags_in_its_header() {
    let mut out = Vec::new();
    encode_response(&ApiVersionsResponse::default(), 3, 5, &mut out).unwrap();
    assert_eq!(out[4..8], [0, 0, 0, 5]);
    let body = response_body::<ApiVersionsRequest<'_>>(&out[4..], 3).unwrap();
    assert_eq!(body, [0, 0, 1, 0, 0, 0, 0, 0]);
}

#[test]
fn a_broker_that_does_not_know_the_version_answers_in_version_0() {
    // UNSUPPORTED_VERSION, and one API: ApiVersions (18) from 0 to 2.
    let body = [0, 35, 0, 0, 0, 1, 0, 18, 0, 0, 0, 2];
    let response = ApiVersionsResponse::read_body(&body, 4).unwrap();
    assert_eq!(response.error_code, 35);
    assert_eq!(response.api_keys[0].max_version, 2);
    // Nobody has asked in a version that doesn't exist.
    let error = ApiVersionsResponse::read_body(&body, 58).unwrap_err();
    assert_eq!(error.why, Why::Version);
}

#[test]
fn nothing_follows_a_body() {
    let body = [0, 0, 0, 0, 0, 0, 0, 9];
    let error = HeartbeatResponse::read_body(&body, 4).unwrap_err();
    assert_eq!(
        error.to_string(),
        "HeartbeatResponse v4: 1 byte too many (at byte 7)"
    );
}

#[test]
fn a_broker_passes_over_what_follows_a_request() {
    let body = &encoded(3)[4..];
    let (_, body) = request_header(body).unwrap();
    let longer = [body, &[0; 3]].concat();
    assert_eq!(HeartbeatRequest::read_front(&longer, 3), Ok(REQUEST));
    let error = HeartbeatRequest::read_body(&longer, 3).unwrap_err();
    assert_eq!(error.why, Why::Trailing { left: 3 });
    assert!(HeartbeatRequest::read_front(&longer, 58).is_err());
}

#[test]
fn an_error_says_where_it_is() {
    let topic = |name| OffsetCommitResponseTopic {
        name,
        partitions: vec![OffsetCommitResponsePartition::default(); 2],
        ..Default::default()
    };
    let response = OffsetCommitResponse {
        topics: ["a", "b", "c", "d\u{e9}"].map(topic).to_vec(),
        ..Default::default()
    };
    let mut body = Vec::new();
    response.write_body(&mut body, 8).unwrap();
    let accent = body.len() - 19;
    body[accent] = b'\'';
    let error = OffsetCommitResponse::read_body(&body, 8).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "OffsetCommitResponse v8: topics[3].name: not UTF-8 after 2 of 3 bytes (at byte {})",
            accent + 1
        )
    );
    let error = OffsetCommitResponse::read_body(&body[..accent], 8).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "OffsetCommitResponse v8: topics[3].name: needs 3 bytes, 1 left (at byte {})",
            accent - 1
        )
    );
}
