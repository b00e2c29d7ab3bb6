//! Ctrl-C and its like as a value that is asked, so that a task ends by returning and everything that it holds is
//! cleaned up on the way out.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::thread;

use anyhow::{Context, Result, bail};
use nix::sys::signal::{SigSet, Signal};

/// The signals that ask this process to end, held back until the task asks for them.
#[derive(Clone)]
pub(crate) struct Interrupt {
    latest: Arc<AtomicI32>,
    came: Arc<AtomicBool>,
}

impl Interrupt {
    /// Holds SIGINT, SIGTERM and SIGHUP back from here on. Call it before any thread is started: a thread started
    /// earlier would still be killed by them. (Children are not affected: the standard library clears their mask.)
    pub(crate) fn listen() -> Result<Self> {
        let mut signals = SigSet::empty();
        for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
            signals.add(signal);
        }
        signals
            .thread_block()
            .context("hold back the signals that end this process")?;
        let interrupt = Self {
            latest: Arc::default(),
            came: Arc::default(),
        };
        let Self { latest, came } = interrupt.clone();
        thread::spawn(move || {
            while let Ok(signal) = signals.wait() {
                latest.store(signal as i32, Ordering::SeqCst);
                came.store(true, Ordering::SeqCst);
            }
        });
        Ok(interrupt)
    }

    /// Whether a signal has ever come, taken or not.
    pub(crate) fn came(&self) -> bool {
        self.came.load(Ordering::SeqCst)
    }

    /// The signal that came since the last call, if any.
    pub(crate) fn take(&self) -> Option<Signal> {
        Signal::try_from(self.latest.swap(0, Ordering::SeqCst)).ok()
    }

    /// # Errors
    /// When a signal has come.
    pub(crate) fn check(&self) -> Result<()> {
        match self.take() {
            Some(signal) => bail!("interrupted by {signal}"),
            None => Ok(()),
        }
    }
}
