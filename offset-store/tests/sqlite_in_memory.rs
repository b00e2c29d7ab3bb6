//! The conformance suite on SQLite without a file and without a thread.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::thread;

use futures_util::FutureExt;
use ottla_offset_store::{sqlite::SqliteStore, suite};

suite! { async |place| place.shared(async { SqliteStore::in_memory().unwrap() }).await }
suite! { results: async |place| place.shared(async { SqliteStore::in_memory().unwrap() }).await }

/// Without a runtime there is nothing that a call could wait for.
#[test]
fn statements_run_on_the_callers_thread_and_a_panic_leaves_the_store_whole() {
    let store = SqliteStore::in_memory().unwrap();
    let thread = now(store.call(|_| Ok(thread::current().id()))).unwrap();
    assert_eq!(thread, thread::current().id());
    let panicked = now(store.call::<()>(|connection| {
        connection.execute_batch("BEGIN")?;
        panic!("in the middle of a transaction")
    }));
    panicked.unwrap_err();
    assert!(now(store.call(|connection| Ok(connection.is_autocommit()))).unwrap());
}

fn now<T>(call: impl Future<Output = T>) -> T {
    call.now_or_never().expect("the call waits")
}
