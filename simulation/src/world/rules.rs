//! Faults that are rules of the cluster: which requests go wrong, and how.

use std::time::Duration;

use ottla_embedded::faults::{Action, Matching, Rule};
use ottla_embedded::protocol::ApiKey;
use ottla_embedded::protocol::error_code::ErrorCode;

use super::GROUP;
use super::recorder::topic;
use crate::plan::{Fault, Kind};

/// Whether stores and handlers meet it, and not requests.
pub(super) fn is_of_stores(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::StoreDownAtClaim
            | Kind::StoreDownAtCommit
            | Kind::StoreDownAtRevoke
            | Kind::StoreReadOnly
            | Kind::StoreCommitUnknownApplied
            | Kind::StoreCommitUnknownNotApplied
            | Kind::StoreCommitUnknownLate
            | Kind::ClaimAnswerLost
            | Kind::LateClaim
            | Kind::SerializationFailure
            | Kind::HandlerFails
            | Kind::SlowHandler
            | Kind::FencedInBatch
    )
}

/// Where an error code may come that nobody knows.
const UNKNOWN_AT: [ApiKey; 10] = [
    ApiKey::Produce,
    ApiKey::Fetch,
    ApiKey::ListOffsets,
    ApiKey::Metadata,
    ApiKey::FindCoordinator,
    ApiKey::JoinGroup,
    ApiKey::SyncGroup,
    ApiKey::Heartbeat,
    ApiKey::OffsetCommit,
    ApiKey::OffsetFetch,
];

/// The rules of a fault. `client` is the target's name.
#[allow(clippy::too_many_lines, reason = "a table, one arm a kind")]
pub(super) fn of(fault: &Fault, client: &str) -> Vec<Rule> {
    let (target, choice) = (fault.target, usize::from(fault.target.choice));
    let node = i32::from(target.broker);
    let on = |api| Matching::api(api).on_node(node);
    let all = Matching::default;
    let broker = || all().on_node(node);
    let name = topic(target.topic);
    let about = |api| Matching::api(api).about_partition(&*name, target.partition.into());
    let group = |api| Matching::api(api).about_group(GROUP);
    let of_member = |api| group(api).of_client(client);
    let pick = |codes: &[ErrorCode]| Action::Error(codes[choice % codes.len()]);
    let rules = match fault.kind {
        Kind::ConnectionRefused => vec![Rule::new(on(ApiKey::ApiVersions), Action::Cut)],
        Kind::CutInAnswer => vec![Rule::new(broker(), Action::Truncate(1 + choice % 60))],
        Kind::Silence => vec![Rule::new(broker(), Action::Drop)],
        Kind::HalfOpen => vec![Rule::new(broker(), Action::ApplyThenSilence)],
        Kind::LateAnswers => vec![Rule::new(
            broker(),
            Action::Delay(Duration::from_millis(2_500)),
        )],
        Kind::ConnectionsDie => return vec![Rule::new(all(), Action::Cut).with_probability(0.1)],
        Kind::AnswersLost => vec![Rule::new(all(), Action::ApplyThenCut)],
        Kind::Throttle => vec![Rule::new(
            broker(),
            Action::Throttle(Duration::from_millis(400)),
        )],
        Kind::LeaderEpochErrors => vec![Rule::new(
            about(ApiKey::Fetch),
            pick(&[
                ErrorCode::FENCED_LEADER_EPOCH,
                ErrorCode::UNKNOWN_LEADER_EPOCH,
            ]),
        )],
        Kind::NoLeader => [ApiKey::Fetch, ApiKey::Produce]
            .map(|api| Rule::new(about(api), Action::Error(ErrorCode::NOT_LEADER_OR_FOLLOWER)))
            .to_vec(),
        Kind::OffsetNotAvailable => vec![
            Rule::new(
                about(ApiKey::ListOffsets),
                Action::Error(ErrorCode::OFFSET_NOT_AVAILABLE),
            ),
            Rule::new(
                about(ApiKey::Fetch),
                Action::Error(ErrorCode::OFFSET_MOVED_TO_TIERED_STORAGE),
            ),
        ],
        Kind::CoordinatorErrors => {
            let apis = [
                ApiKey::JoinGroup,
                ApiKey::SyncGroup,
                ApiKey::Heartbeat,
                ApiKey::OffsetCommit,
                ApiKey::OffsetFetch,
            ];
            let code = pick(&[
                ErrorCode::NOT_COORDINATOR,
                ErrorCode::COORDINATOR_NOT_AVAILABLE,
                ErrorCode::COORDINATOR_LOAD_IN_PROGRESS,
            ]);
            let of_transactions = [ApiKey::AddPartitionsToTxn, ApiKey::EndTxn].map(Matching::api);
            let matching = apis.map(group).into_iter().chain(of_transactions);
            matching.map(|it| Rule::new(it, code)).collect()
        }
        Kind::RebalanceOnEachHeartbeat => vec![Rule::new(
            group(ApiKey::Heartbeat),
            Action::Error(ErrorCode::REBALANCE_IN_PROGRESS),
        )],
        Kind::CommitAnswerLost => {
            vec![Rule::new(
                of_member(ApiKey::OffsetCommit),
                Action::ApplyThenCut,
            )]
        }
        Kind::CommitDelayed => vec![Rule::new(
            of_member(ApiKey::OffsetCommit),
            Action::Delay(Duration::from_millis(2_300)),
        )],
        // What a checksum covers: elsewhere nobody could see it.
        Kind::CorruptAnswers => vec![Rule::new(on(ApiKey::Fetch), Action::CorruptBatch)],
        Kind::UnknownErrorCode => {
            let api = UNKNOWN_AT[choice % UNKNOWN_AT.len()];
            vec![Rule::new(
                Matching::api(api),
                Action::Error(ErrorCode(9_999)),
            )]
        }
        Kind::MirrorFails => vec![Rule::new(
            group(ApiKey::OffsetCommit),
            Action::Error(ErrorCode::COORDINATOR_NOT_AVAILABLE),
        )],
        Kind::MirrorRefused => vec![Rule::new(
            of_member(ApiKey::OffsetCommit),
            pick(&[ErrorCode::ILLEGAL_GENERATION, ErrorCode::UNKNOWN_MEMBER_ID]),
        )],
        Kind::CommitRefusedForOne => vec![Rule::new(
            about(ApiKey::OffsetCommit),
            pick(&[
                ErrorCode::OFFSET_METADATA_TOO_LARGE,
                ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
            ]),
        )],
        Kind::FetchSessionLost => vec![Rule::new(
            on(ApiKey::Fetch),
            Action::Error(ErrorCode::FETCH_SESSION_ID_NOT_FOUND),
        )],
        _ => Vec::new(),
    };
    let probability = f64::from(target.permille) / 1_000.0;
    let drawn = |rule: Rule| rule.after(target.skip.into()).with_probability(probability);
    rules.into_iter().map(drawn).collect()
}
