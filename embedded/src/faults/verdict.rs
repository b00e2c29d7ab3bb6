//! What becomes of one request.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::records::RecordBatch;
use rand::{Rng, RngExt};

use super::{Action, Rule, RuleId, SeenId};

/// What becomes of a request, by all rules together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The request in the log.
    pub seen: SeenId,
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
    /// It goes out with a bit flipped in the first record batch in it, if there is one: this number, modulo the bits that its checksum covers.
    CorruptBatch(u64),
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
    /// What goes out of an answer's frame, length in front. None: nothing does.
    #[must_use]
    pub fn apply(self, mut frame: Vec<u8>) -> Option<Vec<u8>> {
        match self {
            Self::Send | Self::SendThenHalfClose => {}
            Self::Cut | Self::Withhold => return None,
            Self::Truncate(bytes) => frame.truncate(bytes),
            Self::Corrupt(bit) => flip(frame.get_mut(LENGTH..).unwrap_or_default(), bit),
            Self::CorruptBatch(bit) => {
                if let Some(range) = covered(&frame) {
                    flip(&mut frame[range], bit);
                }
            }
        }
        Some(frame)
    }

    /// Whether the connection is cut after what goes out.
    #[must_use]
    pub fn cuts(self) -> bool {
        matches!(self, Self::Cut | Self::Truncate(_))
    }
}

/// The bytes of a frame's length. They stay as they are, or the client would wait for bytes that never come: that is what truncating is
/// for.
const LENGTH: usize = 4;

/// Where a batch's checksum begins to cover it, the magic byte, and the checksum itself, from the batch's beginning.
const COVERED: usize = 21;
const MAGIC: usize = 16;

/// What the checksum of the first batch in a frame covers. Wherever else a bit is wrong in an answer, nobody can see it.
fn covered(frame: &[u8]) -> Option<Range<usize>> {
    let batch_at = |at: &usize| {
        let bytes = frame.get(*at..)?;
        if *bytes.get(MAGIC)? != 2 {
            return None;
        }
        let (batch, _) = RecordBatch::split_first(bytes).ok().flatten()?;
        batch.check_crc().ok()?;
        Some(at + COVERED..at + batch.bytes().len())
    };
    (LENGTH..frame.len()).find_map(|at| batch_at(&at))
}

fn flip(bytes: &mut [u8], bit: u64) {
    let bits = bytes.len() as u64 * 8;
    let Some(at) = bit.checked_rem(bits) else {
        return;
    };
    let byte = usize::try_from(at / 8)
        .ok()
        .and_then(|at| bytes.get_mut(at));
    if let Some(byte) = byte {
        *byte ^= 1 << (at % 8);
    }
}

impl Verdict {
    pub(super) fn untouched(seen: SeenId) -> Self {
        Self {
            seen,
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
            Action::Error(_) => {
                let is_applied = matches!(self.answering, Answering::Cut | Answering::Withhold);
                self.effect == Effect::Apply && !is_applied
            }
            // Whoever spoils the answer wants one.
            Action::Drop | Action::Cut => self.effect == Effect::Apply && is_sent,
            // Whoever wants the effect doesn't get it where it is refused.
            Action::ApplyThenCut | Action::ApplyThenSilence => {
                self.effect == Effect::Apply && is_sent
            }
            Action::HalfClose | Action::Truncate(_) | Action::Corrupt | Action::CorruptBatch => {
                has_answer && is_sent
            }
        }
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
            Action::CorruptBatch => self.answering = Answering::CorruptBatch(rng.random()),
        }
    }

    /// The throttle time as answers have it, in milliseconds.
    #[must_use]
    pub fn throttle_time_ms(&self) -> i32 {
        i32::try_from(self.throttle.as_millis()).unwrap_or(i32::MAX)
    }

    /// The error that a partition is refused with.
    #[must_use]
    pub fn refused(&self, topic: &str, partition: i32) -> Option<ErrorCode> {
        match &self.effect {
            Effect::Refuse(refusal) if refusal.covers(topic, partition) => Some(refusal.error),
            _ => None,
        }
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
