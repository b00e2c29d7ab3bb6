//! Why an append was refused: the code, and what Produce v8 tells of single records (KIP-467).

use ottla_protocol::error_code::ErrorCode;

/// An append that was refused. The log is as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}")]
pub struct Refusal {
    /// Kafka's code.
    pub code: ErrorCode,
    /// What to tell the producer beside the code; only where single records are to blame.
    pub message: Option<String>,
    /// The records to blame, if single ones are.
    pub records: Vec<RefusedRecord>,
    /// Where the log starts; -1 where it was not asked: the bytes are no batch, or one that is too large.
    pub log_start_offset: i64,
}

/// A record that made its batch be refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedRecord {
    /// Its place in the batch, from 0.
    pub index: i32,
    /// What is wrong with it.
    pub message: String,
}

impl From<ErrorCode> for Refusal {
    fn from(code: ErrorCode) -> Self {
        Self {
            code,
            message: None,
            records: Vec::new(),
            log_start_offset: -1,
        }
    }
}

impl Refusal {
    /// The log that refused says where it starts.
    pub(super) fn by_log(mut self, log_start_offset: i64) -> Self {
        self.log_start_offset = match self.code {
            ErrorCode::MESSAGE_TOO_LARGE
            | ErrorCode::RECORD_LIST_TOO_LARGE
            | ErrorCode::CORRUPT_MESSAGE => -1,
            _ => log_start_offset,
        };
        self
    }
}
