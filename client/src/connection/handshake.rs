//! The first exchange on a connection: is this a broker, and which versions does it speak (ApiVersions, KIP-511)?

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use bytes::Bytes;
use ottla_protocol::api::{ApiKey, Request, Response};
use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::frame;
use ottla_protocol::messages::api_versions::{ApiVersionsRequest, ApiVersionsResponse};
use tokio::io::AsyncWriteExt;

use super::frames::Frames;
use crate::connect::Stream;
use crate::error::{Broken, ClientError, ConnectFault, Foreign, Peer};

/// The versions that a broker serves, by API number.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Versions(HashMap<i16, RangeInclusive<i16>>);

impl Versions {
    pub(super) fn of(&self, api: ApiKey) -> Option<RangeInclusive<i16>> {
        self.0.get(&api.code()).cloned()
    }

    /// The newest version in both ranges.
    pub(super) fn shared(&self, api: ApiKey, ours: &RangeInclusive<i16>) -> Option<i16> {
        let theirs = self.of(api)?;
        let newest = *ours.end().min(theirs.end());
        (newest >= *ours.start().max(theirs.start())).then_some(newest)
    }

    fn from_response(response: &ApiVersionsResponse<'_>) -> Self {
        let ranges = response
            .api_keys
            .iter()
            .map(|api| (api.api_key, api.min_version..=api.max_version));
        Self(ranges.collect())
    }
}

/// Asks for the versions, in the newest form first; a broker that does not know it says so, in the oldest form, and which it knows.
pub(super) async fn greet(
    transport: &mut Box<dyn Stream>,
    frames: &mut Frames,
    peer: &Peer,
    client_id: &str,
) -> Result<Versions, ClientError> {
    let failed = |why| ClientError::Connect {
        peer: peer.clone(),
        why,
    };
    let mut version = *ApiVersionsRequest::VERSIONS.end();
    loop {
        let answer = match exchange(transport, frames, version, client_id).await {
            Ok(answer) => answer,
            Err(broken) => return Err(not_a_broker(broken, frames, peer)),
        };
        let response =
            read(&answer, version).map_err(|e| failed(ConnectFault::Malformed(Arc::new(e))))?;
        let versions = Versions::from_response(&response);
        match ErrorCode::from(response.error_code) {
            ErrorCode::NONE => return Ok(versions),
            ErrorCode::UNSUPPORTED_VERSION if version > 0 => version = older(&versions, version),
            code => return Err(failed(ConnectFault::Answered(code))),
        }
        tracing::debug!(%peer, version, "asking for the versions in an older form");
    }
}

/// The newest form that the broker says it knows, and in any case an older one than was tried.
fn older(versions: &Versions, tried: i16) -> i16 {
    let known = versions.shared(ApiKey::ApiVersions, &ApiVersionsRequest::VERSIONS);
    known.filter(|known| *known < tried).unwrap_or(0)
}

/// One request and its answer, without the task.
async fn exchange(
    transport: &mut Box<dyn Stream>,
    frames: &mut Frames,
    version: i16,
    client_id: &str,
) -> Result<Bytes, Broken> {
    let broken = |e: std::io::Error| Broken::Io(e.into());
    transport
        .write_all(&request(version, client_id))
        .await
        .map_err(broken)?;
    transport.flush().await.map_err(broken)?;
    loop {
        if let Some(answer) = frames.next()? {
            return Ok(answer);
        }
        if !frames.fill(transport).await? {
            return Err(Broken::ByPeer);
        }
    }
}

/// The version stands for the correlation id: each form is asked in once.
fn request(version: i16, client_id: &str) -> Vec<u8> {
    let request = ApiVersionsRequest {
        client_software_name: "ottla",
        client_software_version: env!("CARGO_PKG_VERSION"),
        ..ApiVersionsRequest::default()
    };
    let mut out = Vec::new();
    let written =
        frame::encode_request(&request, version, version.into(), Some(client_id), &mut out);
    debug_assert!(written.is_ok(), "{written:?}");
    out
}

fn read(
    answer: &[u8],
    version: i16,
) -> Result<ApiVersionsResponse<'_>, ottla_protocol::error::DecodeError> {
    let body = frame::response_body::<ApiVersionsRequest<'_>>(answer, version)?;
    ApiVersionsResponse::read_body(body, version)
}

/// Text where a length is due reads as a length of half a gigabyte and more: that is how a web server shows itself.
fn not_a_broker(broken: Broken, frames: &Frames, peer: &Peer) -> ClientError {
    let peer = peer.clone();
    match broken {
        Broken::Length { .. } => ClientError::NotKafka {
            peer,
            answer: Foreign(frames.first_bytes()),
        },
        Broken::ByPeer | Broken::Io(_) => ClientError::Connect {
            peer,
            why: ConnectFault::ClosedAtOnce(broken),
        },
        other => ClientError::Connect {
            peer,
            why: ConnectFault::Broke(other),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_shared_version_wins() {
        let versions = Versions(HashMap::from([(3, 4..=9), (18, 0..=2)]));
        assert_eq!(versions.shared(ApiKey::Metadata, &(0..=13)), Some(9));
        assert_eq!(versions.shared(ApiKey::Metadata, &(0..=5)), Some(5));
        assert_eq!(versions.shared(ApiKey::Metadata, &(10..=13)), None);
        assert_eq!(versions.shared(ApiKey::Metadata, &(0..=3)), None);
        assert_eq!(versions.shared(ApiKey::Fetch, &(0..=3)), None);
    }

    #[test]
    fn the_fallback_always_goes_down() {
        let knows = |range| Versions(HashMap::from([(18, range)]));
        assert_eq!(older(&knows(0..=2), 4), 2);
        assert_eq!(
            older(&knows(0..=9), 4),
            0,
            "a broker that contradicts itself"
        );
        assert_eq!(older(&Versions::default(), 4), 0);
    }
}
