//! ApiVersions: what is served, and the cluster's features.

use ottla_protocol::api::ReadRequest;
use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::api_versions::{
    ApiVersion, ApiVersionsRequest, ApiVersionsResponse, FinalizedFeatureKey, SupportedFeatureKey,
};

use super::{SERVED, Served, served};
use crate::state::State;
use crate::state::call::{Call, Handled, ReplyTo};

/// Feature, its lowest level, its highest level: Kafka 4.3's.
const FEATURES: &[(&str, i16, i16)] = &[
    ("eligible.leader.replicas.version", 0, 1),
    ("group.version", 0, 1),
    ("kraft.version", 0, 1),
    ("metadata.version", 7, 30),
    ("transaction.version", 0, 2),
];

/// Those in force, at their level.
const FINALIZED: &[(&str, i16)] = &[
    ("group.version", 1),
    ("metadata.version", 30),
    ("transaction.version", 2),
];

pub(crate) fn handle(_state: &mut State, call: &Call<'_>, body: &[u8]) -> Handled {
    let known = served(call.api).is_some_and(|row| row.versions.contains(&call.version));
    if !known {
        return refuse(call);
    }
    let request = ApiVersionsRequest::read_body(body, call.version)?;
    let named = is_name(request.client_software_name) && is_name(request.client_software_version);
    if call.version >= 3 && !named {
        return call.answer(&ApiVersionsResponse {
            error_code: ErrorCode::INVALID_REQUEST.code(),
            ..Default::default()
        });
    }
    call.answer(&everything(call.version))
}

/// A client that is too new is told so in version 0, which it can read (KIP-511).
fn refuse(call: &Call<'_>) -> Handled {
    let to = ReplyTo {
        version: 0,
        ..call.reply_to()
    };
    let own = served(call.api).map(line);
    let response = ApiVersionsResponse {
        error_code: ErrorCode::UNSUPPORTED_VERSION.code(),
        api_keys: own.into_iter().collect(),
        ..Default::default()
    };
    Ok(crate::state::call::Answer::Now(to.frame(&response)?))
}

fn everything(version: i16) -> ApiVersionsResponse<'static> {
    let supported = FEATURES
        .iter()
        .map(|&(name, min_version, max_version)| SupportedFeatureKey {
            name,
            min_version,
            max_version,
            ..Default::default()
        });
    // A client of version 3 can't read 0 as a lowest level, so it is not told of such features (KAFKA-17011).
    let supported = supported.filter(|feature| version >= 4 || feature.min_version > 0);
    let finalized = FINALIZED.iter().map(|&(name, level)| FinalizedFeatureKey {
        name,
        max_version_level: level,
        min_version_level: level,
        ..Default::default()
    });
    ApiVersionsResponse {
        api_keys: SERVED.iter().map(line).collect(),
        supported_features: supported.collect(),
        finalized_features_epoch: 1,
        finalized_features: finalized.collect(),
        ..Default::default()
    }
}

fn line(served: &Served) -> ApiVersion {
    ApiVersion {
        api_key: served.api.code(),
        min_version: *served.versions.start(),
        max_version: *served.versions.end(),
        ..Default::default()
    }
}

/// Letters, digits, and within them dots and dashes.
fn is_name(text: &str) -> bool {
    let inner = |letter: u8| letter.is_ascii_alphanumeric() || matches!(letter, b'.' | b'-');
    let bytes = text.as_bytes();
    match (bytes.first(), bytes.last()) {
        (Some(first), Some(last)) => {
            first.is_ascii_alphanumeric()
                && last.is_ascii_alphanumeric()
                && bytes.iter().copied().all(inner)
        }
        _ => false,
    }
}
