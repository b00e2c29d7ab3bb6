//! ApiVersions: what is served, and the cluster's features.

use ottla_protocol::ApiKey;
use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::api_versions::{
    ApiVersion, ApiVersionsRequest, ApiVersionsResponse, FinalizedFeatureKey, SupportedFeatureKey,
};

use super::{SERVED, Served, served};
use crate::settings::Settings;
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
    ("eligible.leader.replicas.version", 1),
    ("group.version", 1),
    ("metadata.version", 30),
    ("transaction.version", 2),
];

pub(crate) fn handle(
    state: &mut State,
    call: &Call<'_>,
    request: ApiVersionsRequest<'_>,
) -> Handled {
    let named = is_name(request.client_software_name) && is_name(request.client_software_version);
    if call.version >= 3 && !named {
        return call.answer(&ApiVersionsResponse {
            error_code: ErrorCode::INVALID_REQUEST.code(),
            ..Default::default()
        });
    }
    call.answer(&everything(call.version, &state.settings))
}

/// A client that is too new is told so in version 0, which it can read (KIP-511).
pub(crate) fn too_new(state: &State, call: &Call<'_>) -> Handled {
    let to = ReplyTo {
        version: 0,
        ..call.reply_to()
    };
    let own = served(call.api).and_then(|own| line(own, &state.settings));
    let response = ApiVersionsResponse {
        error_code: ErrorCode::UNSUPPORTED_VERSION.code(),
        api_keys: own.into_iter().collect(),
        ..Default::default()
    };
    Ok(crate::state::call::Answer::Now(to.frame(&response)?))
}

fn everything(version: i16, settings: &Settings) -> ApiVersionsResponse<'static> {
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
    let served = SERVED.iter().filter_map(|served| line(served, settings));
    ApiVersionsResponse {
        api_keys: served.collect(),
        supported_features: supported.collect(),
        finalized_features_epoch: 1,
        finalized_features: finalized.collect(),
        ..Default::default()
    }
}

/// None: the cluster is told not to serve it, or it is not offered: a broker that nobody asks for metrics answers those who want to push some, and
/// does not say so.
fn line(served: &Served, settings: &Settings) -> Option<ApiVersion> {
    let versions = served.versions_in(settings);
    if versions.is_empty() || served.api == ApiKey::GetTelemetrySubscriptions {
        return None;
    }
    // As Kafka since 4.0: librdkafka takes a broker without Produce 0 for one that knows no compression (KAFKA-18659).
    let min_version = match served.api {
        ApiKey::Produce => 0,
        _ => *versions.start(),
    };
    Some(ApiVersion {
        api_key: served.api.code(),
        min_version,
        max_version: *versions.end(),
        ..Default::default()
    })
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
