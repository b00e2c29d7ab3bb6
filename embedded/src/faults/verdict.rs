//! What becomes of one request.

use std::sync::Arc;
use std::time::Duration;

use ottla_protocol::ApiKey;
use ottla_protocol::error_code::ErrorCode;
use rand::{Rng, RngExt};

use super::{Action, Facts, Rule, RuleId, SeenId, damage, has_partitions};

/// What becomes of a request, by all rules together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The request in the log.
    pub seen: SeenId,
    /// Its API.
    pub api_key: ApiKey,
    /// The API's version.
    pub api_version: i16,
    /// The rules that had a part in it.
    pub rules: Vec<RuleId>,
    /// How long it waits before anything else.
    pub delay: Duration,
    /// The throttle time in its answer, and how long the connection is muted.
    pub throttle: Duration,
    /// Whether it takes effect.
    pub effect: Effect,
    /// What becomes of the answer, if there is one.
    pub answering: Answering,
}

/// Whether a request takes effect.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Effect {
    /// As it would without faults.
    #[default]
    Apply,
    /// No; it is answered with an error.
    Refuse(Refusal),
    /// No, and it is never answered.
    Drop,
    /// No, and the connection is cut.
    Cut,
}

/// The error to answer with, and of what. Where a topic or a partition is named, a handler whose answer has a code for each refuses that one
/// only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The code.
    pub error: ErrorCode,
    /// Only this topic.
    pub topic: Option<Arc<str>>,
    /// Only this partition.
    pub partition: Option<i32>,
}

/// What becomes of an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Answering {
    /// It goes out.
    #[default]
    Send,
    /// It goes out, and then the broker's side of the connection is closed.
    SendThenHalfClose,
    /// It doesn't go out, and the connection is cut.
    Cut,
    /// It doesn't go out, and the connection stays.
    Withhold,
    /// So many bytes go out, the length in front counted; then the connection is cut.
    Truncate(usize),
    /// It goes out with a bit flipped: this number, modulo the bits there are.
    Corrupt(u64),
    /// An error goes out in its place.
    Error(ErrorCode),
    /// It goes out with the last partition twice.
    RepeatPartition,
    /// It goes out with a bit flipped in one batch: this number chooses.
    CorruptBatch(u64),
    /// It goes out with less records of one partition: this number chooses.
    CutRecords(u64),
}

impl Refusal {
    /// Whether a partition of the request is refused.
    #[must_use]
    pub fn covers(&self, topic: &str, partition: i32) -> bool {
        let topics = self.topic.as_deref();
        topics.is_none_or(|it| it == topic) && self.partition.is_none_or(|it| it == partition)
    }
}

impl Answering {
    /// Whether the connection is cut after what goes out.
    #[must_use]
    pub fn cuts(self) -> bool {
        matches!(self, Self::Cut | Self::Truncate(_))
    }
}

impl Verdict {
    pub(super) fn untouched(seen: SeenId, facts: &Facts<'_>) -> Self {
        Self {
            seen,
            api_key: facts.api_key,
            api_version: facts.api_version,
            rules: Vec::new(),
            delay: Duration::ZERO,
            throttle: Duration::ZERO,
            effect: Effect::default(),
            answering: Answering::default(),
        }
    }

    /// Whether there is room left for what a rule does.
    pub(super) fn takes(&self, action: &Action) -> bool {
        let has_answer = matches!(self.effect, Effect::Apply | Effect::Refuse(_));
        let is_sent = self.answering == Answering::Send;
        match action {
            Action::Delay(_) => true,
            Action::Throttle(_) => has_answer,
            // Where the effect is wanted and the answer isn't, an error would keep the effect off.
            Action::Error(_) => self.effect == Effect::Apply && !self.wants_effect(),
            // Whoever spoils the answer wants one.
            Action::Drop | Action::Cut => self.effect == Effect::Apply && is_sent,
            // Whoever wants the effect doesn't get it where it is refused.
            Action::ApplyThenCut | Action::ApplyThenSilence | Action::ApplyThenError(_) => {
                self.effect == Effect::Apply && is_sent
            }
            Action::HalfClose | Action::Truncate(_) | Action::Corrupt => has_answer && is_sent,
            Action::RepeatPartition => has_answer && is_sent && has_partitions(self.api_key),
            Action::CorruptBatch | Action::CutRecords => {
                has_answer && is_sent && self.api_key == ApiKey::Fetch
            }
        }
    }

    fn wants_effect(&self) -> bool {
        use Answering as As;
        matches!(self.answering, As::Cut | As::Withhold | As::Error(_))
    }

    /// A rule fired, and there is room for what it does.
    pub(super) fn add(&mut self, id: RuleId, rule: &Rule, rng: &mut impl Rng) {
        self.rules.push(id);
        match rule.action {
            Action::Error(error) => self.effect = Effect::Refuse(rule.refusal(error)),
            Action::Delay(delay) => self.delay = self.delay.saturating_add(delay),
            Action::Throttle(throttle) => self.throttle = self.throttle.saturating_add(throttle),
            Action::Drop => self.effect = Effect::Drop,
            Action::Cut => self.effect = Effect::Cut,
            Action::ApplyThenCut => self.answering = Answering::Cut,
            Action::ApplyThenSilence => self.answering = Answering::Withhold,
            Action::HalfClose => self.answering = Answering::SendThenHalfClose,
            Action::Truncate(bytes) => self.answering = Answering::Truncate(bytes),
            Action::Corrupt => self.answering = Answering::Corrupt(rng.random()),
            Action::ApplyThenError(error) => self.answering = Answering::Error(error),
            Action::RepeatPartition => self.answering = Answering::RepeatPartition,
            Action::CorruptBatch => self.answering = Answering::CorruptBatch(rng.random()),
            Action::CutRecords => self.answering = Answering::CutRecords(rng.random()),
        }
    }

    /// What goes out of an answer's frame, length in front. None: nothing does. An error in its place comes from whoever answers.
    #[must_use]
    pub fn spoil(&self, mut frame: Vec<u8>) -> Option<Vec<u8>> {
        let version = self.api_version;
        let changed = match self.answering {
            Answering::Send | Answering::SendThenHalfClose | Answering::Error(_) => None,
            Answering::Cut | Answering::Withhold => return None,
            Answering::Truncate(bytes) => {
                frame.truncate(bytes);
                None
            }
            Answering::Corrupt(bit) => {
                damage::flip_any(&mut frame, bit);
                None
            }
            Answering::RepeatPartition => damage::repeated(&frame, self.api_key, version),
            Answering::CorruptBatch(bit) => damage::records_flipped(&frame, version, bit),
            Answering::CutRecords(cut) => damage::records_cut(&frame, version, cut),
        };
        Some(changed.unwrap_or(frame))
    }

    /// The throttle time as answers have it, in milliseconds.
    #[must_use]
    pub fn throttle_time_ms(&self) -> i32 {
        i32::try_from(self.throttle.as_millis()).unwrap_or(i32::MAX)
    }
}

impl Rule {
    fn refusal(&self, error: ErrorCode) -> Refusal {
        Refusal {
            error,
            topic: self.matching.topic.as_deref().map(Arc::from),
            partition: self.matching.partition,
        }
    }
}
