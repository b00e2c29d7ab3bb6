//! One connection to one broker: a task that writes requests as they come and hands each answer to whoever asked.
//!
//! Requests are pipelined: a call puts its frame into a bounded queue and waits for its own answer. A call that stops waiting (its time is up, its future is
//! dropped) leaves the connection as it is: the answer still comes, and goes nowhere.

mod frames;
mod handshake;
mod outbound;
mod pipeline;
mod task;

use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use ottla_protocol::api::{ApiKey, Request};
use ottla_protocol::error::EncodeError;
use ottla_protocol::frame;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout_at};

use crate::config::ClientConfig;
use crate::connect::Stream;
use crate::error::{Broken, ClientError, ConnectFault, Peer};
use crate::reply::Reply;
use frames::Frames;
use handshake::Versions;
use task::Task;

/// An open connection. Closes when dropped, after what is queued has been written.
#[derive(Debug)]
pub(crate) struct Connection {
    peer: Peer,
    versions: Versions,
    client_id: String,
    next_id: AtomicI32,
    queue: mpsc::Sender<Outgoing>,
    fate: Arc<Fate>,
}

/// A request on its way to the task.
#[derive(Debug)]
struct Outgoing {
    id: i32,
    frame: Bytes,
    deadline: Instant,
    waiter: Waiter,
    /// A produce request with acks 0 gets no answer.
    answered: bool,
}

/// Whoever waits for an answer.
#[derive(Debug)]
struct Waiter {
    api: ApiKey,
    answer: oneshot::Sender<Result<Bytes, ClientError>>,
}

/// What the task and the callers tell each other about the connection's end.
#[derive(Debug, Default)]
struct Fate {
    distrusted: AtomicBool,
    ended: OnceLock<Broken>,
}

impl Connection {
    /// Connects and asks which versions the broker speaks, within `socket.connection.setup.timeout.ms`.
    pub(crate) async fn open(peer: Peer, config: &ClientConfig) -> Result<Self, ClientError> {
        let within = config.socket_connection_setup_timeout;
        let deadline = Instant::now() + within;
        let failed = |why| ClientError::Connect {
            peer: peer.clone(),
            why,
        };
        let transport = match timeout_at(deadline, config.ambient.connector().connect(&peer)).await
        {
            Ok(connected) => connected.map_err(failed)?,
            Err(_) => return Err(failed(ConnectFault::TimedOut(within))),
        };
        match timeout_at(deadline, Self::over(transport, peer.clone(), config)).await {
            Ok(greeted) => greeted,
            Err(_) => Err(failed(ConnectFault::Silent(within))),
        }
    }

    /// Greets the broker over a stream that is connected, and starts the task.
    async fn over(
        mut transport: Box<dyn Stream>,
        peer: Peer,
        config: &ClientConfig,
    ) -> Result<Self, ClientError> {
        let mut frames = Frames::new(config.receive_message_max_bytes);
        let versions =
            handshake::greet(&mut transport, &mut frames, &peer, &config.client_id).await?;
        let (queue, requests) = mpsc::channel(QUEUED);
        let fate = Arc::new(Fate::default());
        tracing::debug!(%peer, "connected");
        let task = Task::new(transport, frames, requests, peer.clone(), Arc::clone(&fate));
        tokio::spawn(config.ambient.gated(task.run(config.connections_max_idle)));
        let client_id = config.client_id.clone();
        Ok(Self {
            peer,
            versions,
            client_id,
            next_id: AtomicI32::new(1),
            queue,
            fate,
        })
    }

    pub(crate) fn peer(&self) -> &Peer {
        &self.peer
    }

    /// Whether it is of no use for another call.
    pub(crate) fn is_closed(&self) -> bool {
        self.queue.is_closed() || self.fate.distrusted.load(Ordering::Relaxed)
    }

    /// After an answer that could not be read: those that follow may be shifted, too.
    pub(crate) fn distrust(&self) {
        self.fate.distrusted.store(true, Ordering::Relaxed);
    }

    /// The version in which to speak: the newest that broker and client share, no newer than `newest`.
    pub(crate) fn version<R: Request>(&self, newest: Option<i16>) -> Result<i16, ClientError> {
        let (oldest, last) = R::VERSIONS.into_inner();
        let ours = oldest..=last.min(newest.unwrap_or(last));
        self.versions
            .shared(R::API, &ours)
            .ok_or_else(|| ClientError::Unsupported {
                peer: self.peer.clone(),
                api: R::API,
                theirs: self.versions.of(R::API),
                ours,
            })
    }

    /// Sends a request and waits for its answer.
    pub(crate) async fn call<R: Request>(
        self: &Arc<Self>,
        version: i16,
        deadline: Instant,
        write: impl Write<R>,
    ) -> Result<Reply<R>, ClientError> {
        let started = Instant::now();
        let frame =
            match timeout_at(deadline, self.exchange::<R>(version, deadline, true, write)).await {
                Ok(answer) => answer?,
                Err(_) => return Err(self.timed_out(R::API, started)),
            };
        let reply = Reply::new(frame, version, Arc::clone(self));
        reply.map_err(|error| self.malformed(R::API, error))
    }

    /// Sends a request that gets no answer; done when it is about to be written.
    pub(crate) async fn send<R: Request>(
        &self,
        version: i16,
        deadline: Instant,
        write: impl Write<R>,
    ) -> Result<(), ClientError> {
        let started = Instant::now();
        let sent = timeout_at(
            deadline,
            self.exchange::<R>(version, deadline, false, write),
        )
        .await;
        sent.unwrap_or_else(|_| Err(self.timed_out(R::API, started)))
            .map(drop)
    }

    pub(crate) fn malformed(
        &self,
        api: ApiKey,
        error: ottla_protocol::error::DecodeError,
    ) -> ClientError {
        self.distrust();
        ClientError::Malformed {
            peer: self.peer.clone(),
            api,
            source: Arc::new(error),
        }
    }

    async fn exchange<R: Request>(
        &self,
        version: i16,
        deadline: Instant,
        answered: bool,
        write: impl Write<R>,
    ) -> Result<Bytes, ClientError> {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let mut frame = Vec::with_capacity(FRAME_GUESS);
        write(version, id, &self.client_id, &mut frame).map_err(|error| ClientError::Encode {
            peer: self.peer.clone(),
            api: R::API,
            source: Arc::new(error),
        })?;
        let (answer, coming) = oneshot::channel();
        let waiter = Waiter {
            api: R::API,
            answer,
        };
        let outgoing = Outgoing {
            id,
            frame: frame.into(),
            deadline,
            waiter,
            answered,
        };
        if self.queue.send(outgoing).await.is_err() {
            return Err(self.not_sent(R::API));
        }
        coming.await.unwrap_or_else(|_| Err(self.not_sent(R::API)))
    }

    fn not_sent(&self, api: ApiKey) -> ClientError {
        let source = self.fate.ended.get().cloned().unwrap_or(Broken::ByUs);
        ClientError::NotSent {
            peer: self.peer.clone(),
            api,
            source,
        }
    }

    fn timed_out(&self, api: ApiKey, started: Instant) -> ClientError {
        ClientError::TimedOut {
            peer: self.peer.clone(),
            api,
            elapsed: started.elapsed(),
        }
    }
}

/// Writes a request's frame, given version, correlation id and client id.
pub(crate) trait Write<R>:
    Fn(i16, i32, &str, &mut Vec<u8>) -> Result<(), EncodeError>
{
}

impl<R, F: Fn(i16, i32, &str, &mut Vec<u8>) -> Result<(), EncodeError>> Write<R> for F {}

/// Writes a request that is the same in all versions.
pub(crate) fn ready<R: Request>(request: &R) -> impl Write<R> {
    move |version, id, client_id: &str, out: &mut Vec<u8>| {
        frame::encode_request(request, version, id, Some(client_id), out)
    }
}

/// Writes a request that is made for the version.
pub(crate) fn made_for<R: Request>(make: impl Fn(i16) -> R) -> impl Write<R> {
    move |version, id, client_id: &str, out: &mut Vec<u8>| {
        frame::encode_request(&make(version), version, id, Some(client_id), out)
    }
}

/// Requests that wait to be written; more callers wait for room, each within its own time.
const QUEUED: usize = 64;

/// Most requests are small; a produce request grows its buffer once or twice.
const FRAME_GUESS: usize = 256;

#[cfg(test)]
mod tests;
