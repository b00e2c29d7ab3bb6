//! What goes wrong with one connection: when it is opened, and while it is used.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use ottla_protocol::error::DecodeError;
use ottla_protocol::error_code::ErrorCode;

/// Why a connection could not be opened.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectFault {
    /// The name has no address.
    #[error("its name can't be resolved ({0})")]
    Lookup(Arc<io::Error>),
    /// No connection: refused, unreachable, out of file descriptors.
    #[error("can't connect ({0})")]
    Refused(Arc<io::Error>),
    /// The name lookup or TCP took too long.
    #[error("can't connect within {:.1} s", .0.as_secs_f32())]
    TimedOut(Duration),
    /// TCP works, and nothing answers.
    #[error("took the connection and said nothing for {:.1} s", .0.as_secs_f32())]
    Silent(Duration),
    /// It took the connection and closed it again at the first request.
    #[error(
        "closed the connection at the first request, as a port for TLS does to plain TCP ({0})"
    )]
    ClosedAtOnce(Broken),
    /// The first exchange went wrong in another way.
    #[error("the first exchange failed ({0})")]
    Broke(Broken),
    /// The answer to the first request can't be read.
    #[error("its first answer can't be read ({0})")]
    Malformed(Arc<DecodeError>),
    /// It refused the first request.
    #[error("refused the first request with {0}")]
    Answered(ErrorCode),
}

/// What ended a connection.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Broken {
    /// The broker closed it between two answers.
    #[error("closed by the broker")]
    ByPeer,
    /// The broker closed it in the middle of an answer.
    #[error("closed by the broker in the middle of an answer, after {got} of {want} bytes")]
    Truncated {
        /// The bytes that came.
        got: usize,
        /// The bytes that were announced.
        want: usize,
    },
    /// Reading or writing failed.
    #[error("{0}")]
    Io(Arc<io::Error>),
    /// An answer to another request than the oldest one that waits: requests and answers are out of step.
    #[error("the answer to request {got} came where that to {want} was due")]
    OutOfStep {
        /// The correlation id that came.
        got: i32,
        /// The correlation id that was due, -1: none was.
        want: i32,
    },
    /// An answer announced a length that is negative, too short, or beyond `receive.message.max.bytes`.
    #[error(
        "an answer of {length} bytes was announced, the limit is {limit} (receive.message.max.bytes)"
    )]
    Length {
        /// The length announced.
        length: i32,
        /// The longest that is read.
        limit: usize,
    },
    /// An answer is long overdue, and will not come any more.
    #[error("no answer for {:.1} s", .0.as_secs_f32())]
    Overdue(Duration),
    /// This client closed it: an answer could not be read, so the next ones are not to be trusted.
    #[error("closed after an answer that can't be read")]
    Distrusted,
    /// This client closed it: it was idle, or the client was dropped.
    #[error("closed by this client")]
    ByUs,
}

/// What a port that is not a broker's sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreign(pub(crate) Vec<u8>);

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.0.escape_ascii();
        match self.0.as_slice() {
            [b'H', b'T', b'T', b'P', ..] => {
                write!(f, "it answers as a web server does (\"{shown}\")")
            }
            [0x15 | 0x16, 3, ..] => f.write_str(
                "it answers with TLS (security.protocol=PLAINTEXT is what this client speaks)",
            ),
            _ => write!(f, "it answers \"{shown}\""),
        }
    }
}
