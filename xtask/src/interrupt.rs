//! Ctrl-C and its like as a value that is asked, so that a task ends by returning and everything that it holds is
//! cleaned up on the way out.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::thread;

use anyhow::{Context, Result, bail};
use nix::sys::signal::Signal;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// The signals that ask this process to end, held back until the task asks for them.
#[derive(Clone)]
pub(crate) struct Interrupt {
    latest: Arc<AtomicI32>,
    came: Arc<AtomicBool>,
}

impl Interrupt {
    /// Takes SIGINT, SIGTERM and SIGHUP from here on. By handlers and not by a mask: children inherit a mask, and then
    /// nothing that a test sends them arrives.
    pub(crate) fn listen() -> Result<Self> {
        let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])
            .context("take the signals that end this process")?;
        let interrupt = Self {
            latest: Arc::default(),
            came: Arc::default(),
        };
        let Self { latest, came } = interrupt.clone();
        thread::spawn(move || {
            for signal in signals.forever() {
                latest.store(signal, Ordering::SeqCst);
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
