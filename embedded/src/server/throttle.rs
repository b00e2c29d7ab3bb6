//! The throttle time in an answer: a fault may put one there.

use ottla_protocol::ApiKey;

use crate::faults::Verdict;

/// Where the answer's own fields begin: behind length and correlation id, and a byte of tags if it is flexible.
const PLAIN_BODY: usize = 8;

/// Writes a throttle time into the whole frame of an answer, where it has a place for it.
pub(super) fn put(frame: &mut [u8], verdict: &Verdict) {
    let (api, version) = (verdict.api_key, verdict.api_version);
    let at = match api {
        // Produce has it last: behind it are tags at most, of which there are none unless a leader has moved.
        ApiKey::Produce if version < 9 => frame.len().checked_sub(4),
        ApiKey::Produce => frame.len().checked_sub(5),
        _ if version < since(api) => None,
        _ => Some(PLAIN_BODY + usize::from(api.response_header_version(version) > 0)),
    };
    let place = at.and_then(|at| frame.get_mut(at..)?.first_chunk_mut::<4>());
    // Where there was no throttle time by now, something else stands there, or it is 0.
    if let Some(place) = place.filter(|place| **place == [0; 4]) {
        *place = verdict.throttle_time_ms().to_be_bytes();
    }
}

/// The first version whose answer begins with a throttle time.
fn since(api: ApiKey) -> i16 {
    match api {
        ApiKey::Metadata | ApiKey::OffsetCommit | ApiKey::OffsetFetch => 3,
        ApiKey::ListOffsets | ApiKey::JoinGroup => 2,
        ApiKey::FindCoordinator
        | ApiKey::Heartbeat
        | ApiKey::LeaveGroup
        | ApiKey::SyncGroup
        | ApiKey::DescribeGroups
        | ApiKey::ListGroups => 1,
        // These begin with something else.
        ApiKey::ApiVersions
        | ApiKey::SaslHandshake
        | ApiKey::SaslAuthenticate
        | ApiKey::OffsetDelete
        | ApiKey::DescribeQuorum => i16::MAX,
        _ => 0,
    }
}
