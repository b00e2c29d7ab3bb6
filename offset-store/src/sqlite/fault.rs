//! What SQLite's result codes mean to a caller.

use std::path::Path;
use std::time::Duration;

use rusqlite::ErrorCode;

use crate::error::{ResultsError, StoreError};

/// Where an error happened, for its message.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) file: String,
    pub(super) busy_timeout: Duration,
}

impl Place {
    pub(super) fn new(file: &Path, busy_timeout: Duration) -> Self {
        Self {
            file: file.display().to_string(),
            busy_timeout,
        }
    }

    /// An error before COMMIT: whatever was written is rolled back.
    pub(super) fn error(&self, doing: &'static str, error: rusqlite::Error) -> StoreError {
        let store = "sqlite";
        if is_of_a_value(&error) {
            return StoreError::Corrupt {
                store,
                what: format!("a row of {}", self.file),
                why: error.to_string(),
            };
        }
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy {
                store,
                doing,
                waited: self.busy_timeout,
            },
            Some(ErrorCode::DiskFull) => StoreError::Full {
                store,
                doing,
                place: self.file.clone(),
            },
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => StoreError::ReadOnly {
                store,
                place: self.file.clone(),
                source: Box::new(error),
            },
            Some(ErrorCode::CannotOpen) => StoreError::Open {
                store,
                place: self.file.clone(),
                source: Box::new(error),
            },
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::Corrupt {
                store,
                what: self.file.clone(),
                why: error.to_string(),
            },
            Some(
                ErrorCode::SystemIoFailure
                | ErrorCode::OutOfMemory
                | ErrorCode::OperationInterrupted
                | ErrorCode::OperationAborted
                | ErrorCode::SchemaChanged
                | ErrorCode::FileLockingProtocolFailed,
            ) => StoreError::Unavailable {
                store,
                doing,
                source: Box::new(error),
            },
            _ => statement(doing, error),
        }
    }

    /// An error of COMMIT itself. These codes leave the transaction open, to be rolled back; of all others nothing is
    /// known: an I/O error may come after the log was written.
    pub(super) fn commit_error(&self, doing: &'static str, error: rusqlite::Error) -> StoreError {
        match error.sqlite_error_code() {
            Some(
                ErrorCode::DatabaseBusy
                | ErrorCode::DiskFull
                | ErrorCode::ReadOnly
                | ErrorCode::ConstraintViolation,
            ) => self.error(doing, error),
            _ => StoreError::Unknown {
                store: "sqlite",
                doing,
                source: Box::new(error),
            },
        }
    }

    /// An error of the user's own write: the store's if it speaks of the place, else the user's.
    pub(super) fn results_error(&self, error: rusqlite::Error) -> ResultsError {
        if is_of_a_value(&error) {
            return ResultsError::Results(Box::new(error));
        }
        match self.error("writing results", error) {
            StoreError::Statement { source, .. } => ResultsError::Results(source),
            error => ResultsError::Store(error),
        }
    }
}

/// Whether a stored value is not what its column should hold.
fn is_of_a_value(error: &rusqlite::Error) -> bool {
    matches!(
        error,
        rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
    )
}

fn statement(doing: &'static str, error: rusqlite::Error) -> StoreError {
    StoreError::Statement {
        store: "sqlite",
        doing,
        source: Box::new(error),
    }
}
