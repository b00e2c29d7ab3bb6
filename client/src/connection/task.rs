//! The task that owns a connection's stream.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::{Buf, Bytes};
use ottla_protocol::frame;
use tokio::io::{AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use super::frames::Frames;
use super::outbound::Outbound;
use super::pipeline::Pipeline;
use super::{Fate, Outgoing, Waiter};
use crate::connect::Stream;
use crate::error::{Broken, ClientError, Peer};

/// Reads and writes until the stream breaks, nobody holds the connection any more, or it has been idle for long enough.
pub(super) struct Task {
    reader: ReadHalf<Box<dyn Stream>>,
    writer: WriteHalf<Box<dyn Stream>>,
    frames: Frames,
    outbound: Outbound,
    pipeline: Pipeline<Waiter>,
    requests: mpsc::Receiver<Outgoing>,
    used: Instant,
    peer: Peer,
    fate: Arc<Fate>,
}

impl Task {
    pub(super) fn new(
        transport: Box<dyn Stream>,
        frames: Frames,
        requests: mpsc::Receiver<Outgoing>,
        peer: Peer,
        fate: Arc<Fate>,
    ) -> Self {
        let (reader, writer) = tokio::io::split(transport);
        let used = Instant::now();
        let pipeline = Pipeline::new(used);
        Self {
            reader,
            writer,
            frames,
            outbound: Outbound::default(),
            pipeline,
            requests,
            used,
            peer,
            fate,
        }
    }

    pub(super) async fn run(mut self, max_idle: Option<Duration>) {
        let broken = self.serve(max_idle).await;
        tracing::debug!(peer = %self.peer, why = %broken, waiting = !self.pipeline.is_empty(), "connection closed");
        self.fail_all(&broken);
        if matches!(broken, Broken::ByUs) {
            self.close_in_order().await;
        }
    }

    async fn serve(&mut self, max_idle: Option<Duration>) -> Broken {
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let takes_more = self.outbound.remaining() < WRITE_AT_ONCE && self.pipeline.has_room();
            let step = tokio::select! {
                biased;
                written = self.writer.write_buf(&mut self.outbound), if self.outbound.has_remaining() => {
                    written.map(drop).map_err(|e| Broken::Io(e.into()))
                }
                request = self.requests.recv(), if takes_more => self.take(request),
                read = self.frames.fill(&mut self.reader) => self.read(read),
                _ = tick.tick() => self.look_at_the_clock(max_idle),
            };
            if let Err(broken) = step {
                return broken;
            }
        }
    }

    /// Takes a request, and all that wait behind it, so that one system call writes them.
    fn take(&mut self, first: Option<Outgoing>) -> Result<(), Broken> {
        let Some(first) = first else {
            return Err(Broken::ByUs);
        };
        self.used = Instant::now();
        self.prepare(first);
        while self.outbound.remaining() < WRITE_AT_ONCE && self.pipeline.has_room() {
            let Ok(next) = self.requests.try_recv() else {
                break;
            };
            self.prepare(next);
        }
        Ok(())
    }

    fn prepare(&mut self, request: Outgoing) {
        let Outgoing {
            id,
            frame,
            deadline,
            waiter,
            answered,
        } = request;
        if waiter.answer.is_closed() {
            return;
        }
        self.outbound.push(frame);
        if answered {
            self.pipeline.sent(self.used, id, deadline, waiter);
        } else {
            let _ = waiter.answer.send(Ok(Bytes::new()));
        }
    }

    fn read(&mut self, read: Result<bool, Broken>) -> Result<(), Broken> {
        if !read? {
            return Err(Broken::ByPeer);
        }
        self.used = Instant::now();
        self.pipeline.heard(self.used);
        while let Some(frame) = self.frames.next()? {
            let id = frame::correlation_id(&frame).map_err(|_| Broken::Distrusted)?;
            if self.pipeline.answered(id)?.answer.send(Ok(frame)).is_err() {
                tracing::debug!(peer = %self.peer, id, "an answer that nobody waits for any more");
            }
        }
        self.trusted()
    }

    fn look_at_the_clock(&mut self, max_idle: Option<Duration>) -> Result<(), Broken> {
        if let Some(overdue) = self.pipeline.hopeless(Instant::now()) {
            return Err(Broken::Overdue(overdue));
        }
        let idle = self.pipeline.is_empty() && !self.outbound.has_remaining();
        match max_idle {
            Some(most) if idle && self.used.elapsed() >= most => Err(Broken::ByUs),
            _ => self.trusted(),
        }
    }

    fn trusted(&self) -> Result<(), Broken> {
        match self.fate.distrusted.load(Ordering::Relaxed) {
            true => Err(Broken::Distrusted),
            false => Ok(()),
        }
    }

    /// What was being written may have arrived; what is still queued has not.
    fn fail_all(&mut self, broken: &Broken) {
        // Before the queue closes: whoever finds it closed asks why.
        let _ = self.fate.ended.set(broken.clone());
        self.requests.close();
        for Waiter { api, answer } in self.pipeline.drain() {
            let (peer, source) = (self.peer.clone(), broken.clone());
            let _ = answer.send(Err(ClientError::Disconnected { peer, api, source }));
        }
        while let Ok(Outgoing {
            waiter: Waiter { api, answer },
            ..
        }) = self.requests.try_recv()
        {
            let (peer, source) = (self.peer.clone(), broken.clone());
            let _ = answer.send(Err(ClientError::NotSent { peer, api, source }));
        }
    }

    /// Lets what has been taken reach the broker: the last words of a member that leaves.
    async fn close_in_order(&mut self) {
        let last_words = async {
            self.writer.write_all_buf(&mut self.outbound).await?;
            self.writer.shutdown().await
        };
        if !matches!(timeout(LAST_WORDS, last_words).await, Ok(Ok(()))) {
            tracing::debug!(peer = %self.peer, "the connection's last bytes were not written");
        }
    }
}

/// How often the clock is looked at: it decides about seconds and minutes.
const TICK: Duration = Duration::from_secs(1);

/// Enough for the socket to be busy; above it, requests wait in the queue and their callers with them.
const WRITE_AT_ONCE: usize = 1 << 20;

const LAST_WORDS: Duration = Duration::from_secs(1);
