//! Control records: what brokers write between the records of users.

use nom::IResult;
use nom::number::complete::be_i16;

use super::error::RecordError;
use super::record::Record;

/// What a control record says. Its batch is never handed to a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ControlType {
    /// The producer's transaction is over and its records are not to be read.
    Abort,
    /// The producer's transaction is over and its records stand.
    Commit,
    /// Something else, such as a new leader in Kafka's own metadata topic.
    Unknown(i16),
}

impl ControlType {
    /// Reads the type from the key of a record of a control batch.
    ///
    /// # Errors
    /// [`RecordError::ControlKey`] when the key is missing, too short, or of a version below 0.
    pub fn of(record: &Record<'_>) -> Result<Self, RecordError> {
        let key = record.key.unwrap_or_default();
        match version_and_type(key) {
            // Later versions may only append fields.
            Ok((_, (0.., kind))) => Ok(Self::from(kind)),
            Ok(_) => Err(key_error(record, "its version is below zero")),
            Err(_) => Err(key_error(
                record,
                "it ends before the version and the type (4 bytes) do",
            )),
        }
    }

    /// The key of a control record of this type.
    #[must_use]
    pub fn key(self) -> [u8; 4] {
        let code: i16 = match self {
            Self::Abort => 0,
            Self::Commit => 1,
            Self::Unknown(code) => code,
        };
        let [high, low] = code.to_be_bytes();
        [0, 0, high, low]
    }
}

impl From<i16> for ControlType {
    fn from(code: i16) -> Self {
        match code {
            0 => Self::Abort,
            1 => Self::Commit,
            other => Self::Unknown(other),
        }
    }
}

fn key_error(record: &Record<'_>, why: &'static str) -> RecordError {
    let offset = record.offset;
    RecordError::ControlKey { offset, why }
}

fn version_and_type(i: &[u8]) -> IResult<&[u8], (i16, i16), ()> {
    let (i, version) = be_i16(i)?;
    let (i, kind) = be_i16(i)?;
    Ok((i, (version, kind)))
}
