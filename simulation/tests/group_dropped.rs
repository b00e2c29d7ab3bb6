//! Every public future of this crate, dropped at each of its awaits: whoever comes after gets each record, commits go on where they are said to, and no task or
//! connection is left.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "group_dropped/members.rs"]
mod members;
#[path = "pipes/polls.rs"]
mod polls;
#[path = "pipes/world.rs"]
mod world;

use std::collections::BTreeSet;
use std::path::Path;

use futures_util::future::LocalBoxFuture;

type Test = fn() -> LocalBoxFuture<'static, ()>;

/// Each public async function, by file and name, and what drops it.
const TABLE: &[(&str, Test)] = &[
    ("group.rs::process", || Box::pin(members::process())),
    ("group.rs::run", || Box::pin(members::run())),
    ("handler.rs::commit", || Box::pin(members::commit())),
    ("handler.rs::commit_with", || {
        Box::pin(members::commit_with())
    }),
    ("handler.rs::next", || Box::pin(members::next())),
    ("session.rs::commit", || Box::pin(members::commit_session())),
];

#[tokio::test(start_paused = true)]
async fn every_public_future_may_be_dropped_at_every_await() {
    for (_, test) in TABLE {
        test().await;
    }
}

#[test]
fn the_table_names_every_public_async_function() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../group/src");
    let mut found = BTreeSet::new();
    public(&source, &source, &mut found);
    let table: BTreeSet<String> = TABLE.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(table, found);
}

fn public(root: &Path, folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            public(root, &path, found);
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let names = text.lines().filter_map(|line| {
            let rest = line.trim_start().strip_prefix("pub async fn ")?;
            rest.split(['(', '<']).next()
        });
        let file = path.strip_prefix(root).unwrap().display();
        found.extend(names.map(|name| format!("{file}::{name}")));
    }
}
