//! Panics of what runs in a world. Most end a task and nothing else, and what waited for it waits for ever: they are to be seen.

use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, resume_unwind, set_hook};
use std::sync::{Mutex, Once};

use super::lock;
use crate::check::{Invariant, Violation};

static HEARD: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Takes note of panics from here on.
pub(super) fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        set_hook(Box::new(|panic| {
            let text = told(panic);
            eprintln!("{text}");
            lock(&HEARD).push(text);
        }));
    });
    lock(&HEARD).clear();
}

/// A panic that belongs to a plan: who listens does not hear it.
pub(super) fn planned() -> ! {
    resume_unwind(Box::new("a fault of the plan"))
}

/// None: it panicked, which has been heard.
pub(super) fn unless_it_panics<T>(run: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(run)).ok()
}

/// Who panics gives no answer.
pub(super) fn take() -> Vec<Violation> {
    let heard = std::mem::take(&mut *lock(&HEARD));
    heard.into_iter().map(violation).collect()
}

fn violation(what: String) -> Violation {
    Violation {
        invariant: Invariant::V10,
        what,
        evidence: Vec::new(),
    }
}

fn told(panic: &PanicHookInfo<'_>) -> String {
    let at = panic.location().map(ToString::to_string);
    let text = panic
        .payload_as_str()
        .unwrap_or("something that is no text");
    format!("a panic at {}: {text}", at.unwrap_or_default())
}
