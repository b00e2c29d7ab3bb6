//! One connection: requests in, answers out, one after the other, as a broker does it; and what faults make of that.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::time::{sleep, timeout};

use super::frames::{Frames, NoFrame};
use super::{Core, Reply, throttle};
use crate::faults::{Answering, Effect, Outcome, Verdict};
use crate::state::asked::Asked;
use crate::state::call::{Frame, Refused};
use crate::state::peer::Peer;

/// Who takes nothing of an answer for this long is gone. All of it may take longer: 50 MB of a fetch do over a slow line.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);

/// Serves a client until it is gone, or sends what is no request.
pub(super) async fn serve<S>(core: Core, stream: S, peer: Peer, largest: usize)
where
    S: AsyncRead + AsyncWrite,
{
    let (reading, writing) = tokio::io::split(stream);
    let mut connection = Connection {
        core,
        frames: Frames::new(reading, largest),
        writing,
        peer,
    };
    let end = loop {
        if let Err(end) = connection.step().await {
            break end;
        }
    };
    end.log(&connection.peer);
    // What was written is sent before the end; who doesn't take it is not waited for.
    let _ = timeout(WRITE_TIMEOUT, connection.writing.shutdown()).await;
}

struct Connection<S> {
    core: Core,
    frames: Frames<ReadHalf<S>>,
    writing: WriteHalf<S>,
    peer: Peer,
}

/// Why a connection ends.
enum End {
    Gone(NoFrame),
    Refused(Refused),
    /// A fault cut it.
    Cut,
}

impl<S: AsyncRead + AsyncWrite> Connection<S> {
    /// One request.
    async fn step(&mut self) -> Result<(), End> {
        let frame = self.frames.next().await?;
        let asked = Asked::read(&self.peer, &frame)?;
        let verdict = match &asked {
            Asked::Request(request) => Some(self.core.judge(&self.peer, request)),
            Asked::Token(_) => None,
        };
        if let Some(verdict) = &verdict {
            self.wait(verdict.delay).await?;
            match verdict.effect {
                Effect::Drop => {
                    self.core.finished(Some(verdict), Outcome::Dropped);
                    return Ok(());
                }
                Effect::Cut => {
                    self.core.finished(Some(verdict), Outcome::Dropped);
                    return Err(End::Cut);
                }
                Effect::Apply | Effect::Refuse(_) => {}
            }
        }
        let done = self.answer(asked, verdict.as_ref()).await;
        let outcome = match &done {
            Ok(outcome) => *outcome,
            Err(End::Cut) => Outcome::Spoiled,
            Err(End::Refused(_)) => Outcome::Malformed,
            Err(End::Gone(_)) => Outcome::Disconnected,
        };
        self.core.finished(verdict.as_ref(), outcome);
        done?;
        // A throttled client is answered at once, and not heard for a while (KIP-219).
        let muted = verdict.map_or(Duration::ZERO, |verdict| verdict.throttle);
        self.wait(muted).await
    }

    /// Handles a request and sends its answer, or what faults leave of it.
    async fn answer(
        &mut self,
        asked: Asked<'_>,
        verdict: Option<&Verdict>,
    ) -> Result<Outcome, End> {
        let Frame {
            bytes: mut answer,
            error,
        } = match self.core.handle(&mut self.peer, asked, verdict) {
            Reply::Now(answer) => answer,
            Reply::Nothing => return Ok(Outcome::Unanswered),
            Reply::Later(mut later) => tokio::select! {
                biased;
                answer = &mut later.answer => {
                    let answer = answer.map_err(|_| NoFrame::Closed)?;
                    later.instead.take().unwrap_or(answer)
                }
                gone = self.frames.gone() => return Err(gone.into()),
            },
            Reply::Close(refused) => {
                if let Refused::AuthenticationFailed(Some(answer)) = &refused {
                    self.write(&answer.bytes).await?;
                }
                return Err(End::Refused(refused));
            }
        };
        let Some(verdict) = verdict else {
            self.write(&answer).await?;
            return Ok(Outcome::Answered(error));
        };
        if !verdict.throttle.is_zero() {
            throttle::put(&mut answer, verdict);
        }
        if let Some(answer) = verdict.spoil(answer) {
            self.write(&answer).await?;
        }
        match verdict.answering {
            Answering::Send => Ok(Outcome::Answered(error)),
            Answering::SendThenHalfClose => {
                self.writing.shutdown().await?;
                Err(End::Gone(self.frames.drain().await))
            }
            answering if answering.cuts() => Err(End::Cut),
            _ => Ok(Outcome::Spoiled),
        }
    }

    /// Waits, unless the client goes away meanwhile.
    async fn wait(&mut self, time: Duration) -> Result<(), End> {
        if time.is_zero() {
            return Ok(());
        }
        tokio::select! {
            biased;
            () = sleep(time) => Ok(()),
            gone = self.frames.gone() => Err(gone.into()),
        }
    }

    async fn write(&mut self, answer: &[u8]) -> io::Result<()> {
        let mut rest = answer;
        while !rest.is_empty() {
            let written = in_time(self.writing.write(rest)).await?;
            rest = match rest.get(written..) {
                Some(less) if written > 0 => less,
                _ => return Err(io::ErrorKind::WriteZero.into()),
            };
        }
        in_time(self.writing.flush()).await
    }
}

async fn in_time<T>(step: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    let done = timeout(WRITE_TIMEOUT, step).await;
    done.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

impl End {
    fn log(&self, peer: &Peer) {
        let (node, peer) = (peer.node, &*peer.host);
        match self {
            Self::Gone(NoFrame::Closed) | Self::Cut => {}
            Self::Refused(why) => tracing::warn!(node, peer, %why, "closing a connection"),
            // A client that ends without a word is no matter of ours.
            Self::Gone(NoFrame::Io(why)) => tracing::debug!(node, peer, %why, "a connection broke"),
            Self::Gone(why) => tracing::warn!(node, peer, %why, "closing a connection"),
        }
    }
}

impl From<NoFrame> for End {
    fn from(gone: NoFrame) -> Self {
        Self::Gone(gone)
    }
}

impl From<Refused> for End {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<io::Error> for End {
    fn from(error: io::Error) -> Self {
        Self::Gone(error.into())
    }
}

#[cfg(test)]
mod tests {
    use ottla_protocol::frame;
    use ottla_protocol::messages::metadata::MetadataRequest;
    use tokio::io::{AsyncReadExt, duplex};
    use tokio::time::Instant;

    use super::super::Clock;
    use super::*;
    use crate::sasl::Login;
    use crate::settings::Settings;
    use crate::state::State;
    use crate::state::creation::Wanted;

    /// A cluster with a topic that takes long to tell of.
    fn core() -> Core {
        let core = Core::new(State::new(Settings::default()), Clock::start(Some(0)));
        let wanted = Wanted {
            name: "orders",
            partitions: 3000,
            replication_factor: 1,
            ..Wanted::default()
        };
        core.with(|state, _| {
            state.add_broker(1, "localhost".to_owned(), 9092, None);
            state.create_topic(&wanted, false).unwrap();
        });
        core
    }

    fn request() -> Vec<u8> {
        let request = MetadataRequest {
            topics: None,
            ..Default::default()
        };
        let mut out = Vec::new();
        frame::encode_request(&request, 12, 1, Some("test"), &mut out).unwrap();
        out
    }

    #[tokio::test(start_paused = true)]
    async fn who_reads_slowly_gets_all_of_an_answer_and_who_stops_reading_is_gone() {
        let peer = Peer {
            node: 1,
            connection: 1,
            host: "/127.0.0.1".into(),
            login: Login::default(),
        };
        let (mut client, server) = duplex(1024);
        let served = tokio::spawn(serve(core(), server, peer, 1 << 20));
        client.write_all(&request()).await.unwrap();
        let begun = Instant::now();
        let mut left = client.read_i32().await.unwrap() as usize;
        let mut chunk = [0; 1024];
        while left > 0 {
            sleep(Duration::from_secs(1)).await;
            let read = client.read(&mut chunk).await.unwrap();
            assert!(read > 0, "closed with {left} bytes to come");
            left -= read;
        }
        assert!(begun.elapsed() > WRITE_TIMEOUT, "or it tests nothing");
        client.write_all(&request()).await.unwrap();
        let ended = timeout(WRITE_TIMEOUT * 3, served).await;
        ended.unwrap().unwrap();
    }
}
