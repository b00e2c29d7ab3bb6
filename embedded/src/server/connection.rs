//! One connection: requests in, answers out, one after the other, as a broker does it.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, WriteHalf};
use tokio::time::timeout;

use super::frames::{Frames, NoFrame};
use super::{Core, Reply};
use crate::state::call::Refused;
use crate::state::peer::Peer;

/// Who does not take an answer for this long is gone.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);

/// Serves a client until it is gone, or sends what is no request.
pub(super) async fn serve<S>(core: Core, stream: S, mut peer: Peer, largest: usize)
where
    S: AsyncRead + AsyncWrite,
{
    let (reading, mut writing) = tokio::io::split(stream);
    let mut frames = Frames::new(reading, largest);
    let ended = exchange(&core, &mut frames, &mut writing, &mut peer).await;
    match ended {
        End::Gone(NoFrame::Closed) => {}
        End::Refused(why) => {
            tracing::warn!(node = peer.node, peer = peer.host, %why, "closing a connection");
        }
        End::Gone(why) => {
            tracing::warn!(node = peer.node, peer = peer.host, %why, "closing a connection");
        }
    }
    // What was written is sent before the end; who doesn't take it is not waited for.
    let _ = timeout(WRITE_TIMEOUT, writing.shutdown()).await;
}

/// Why a connection ends.
enum End {
    Gone(NoFrame),
    Refused(Refused),
}

impl From<NoFrame> for End {
    fn from(gone: NoFrame) -> Self {
        Self::Gone(gone)
    }
}

impl From<io::Error> for End {
    fn from(error: io::Error) -> Self {
        Self::Gone(error.into())
    }
}

async fn exchange<S>(
    core: &Core,
    frames: &mut Frames<tokio::io::ReadHalf<S>>,
    writing: &mut WriteHalf<S>,
    peer: &mut Peer,
) -> End
where
    S: AsyncRead + AsyncWrite,
{
    loop {
        let step = async {
            let frame = frames.next().await?;
            let answer = match core.handle(peer, &frame) {
                Reply::Now(answer) => answer,
                Reply::Nothing => return Ok(()),
                Reply::Later(later) => tokio::select! {
                    answer = later => answer.map_err(|_| NoFrame::Closed)?,
                    gone = frames.gone() => return Err(gone.into()),
                },
                Reply::Close(refused) => {
                    if let Refused::AuthenticationFailed(Some(answer)) = &refused {
                        write(writing, answer).await?;
                    }
                    return Err(End::Refused(refused));
                }
            };
            Ok::<_, End>(write(writing, &answer).await?)
        };
        if let Err(end) = step.await {
            return end;
        }
    }
}

async fn write<W: AsyncWrite>(writing: &mut WriteHalf<W>, answer: &[u8]) -> io::Result<()> {
    let written = async {
        writing.write_all(answer).await?;
        writing.flush().await
    };
    timeout(WRITE_TIMEOUT, written)
        .await
        .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
}
