//! kill -9 at any moment: a child process commits results and offsets as fast as it can, and is killed; whatever it
//! got done, each record is in the results once.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use ottla_offset_store::conformance::Probe;
use ottla_offset_store::{Claim, Committed, Key, OffsetStore, Owner, StoreError, Wanted};
use ottla_protocol::types::TopicId;

/// The folder in which a child works; without it the child's test has nothing to do.
const FOLDER: &str = "OTTLA_TEST_KILLED_IN";
const KILLS: u64 = 6;

/// Makes the test, and the child that it kills.
macro_rules! a_killed_process {
    ($store:ty, $open:expr) => {
        #[tokio::test]
        async fn a_killed_process_leaves_each_record_once() {
            crate::kill::parent::<$store>($open).await;
        }

        #[tokio::test]
        async fn child_to_be_killed() {
            crate::kill::child::<$store>($open).await;
        }
    };
}
pub(crate) use a_killed_process;

pub(crate) async fn parent<S: Probe>(open: impl AsyncFn(&Path) -> Result<S, StoreError>) {
    let dir = tempfile::tempdir().unwrap();
    let mut reached = 0;
    for kill in 0..KILLS {
        let mut child = start(dir.path());
        // Another moment each time: in the middle of something, sooner or later.
        tokio::time::sleep(Duration::from_millis(7 + kill * 13)).await;
        child.kill().unwrap();
        child.wait().unwrap();
        let store = open(dir.path()).await.unwrap();
        let claim = claim(&store).await;
        let next = claim.start().next;
        assert_eq!(store.read("records").await, next, "after kill {kill}");
        assert!(next >= reached, "went back after kill {kill}");
        reached = next;
    }
    assert!(reached > 0, "no child committed anything");
}

pub(crate) async fn child<S: Probe>(open: impl AsyncFn(&Path) -> Result<S, StoreError>) {
    let Some(dir) = std::env::var_os(FOLDER).map(PathBuf::from) else {
        return;
    };
    let store = open(&dir).await.unwrap();
    let mut claim = claim(&store).await;
    for commit in 0.. {
        let records = claim.start().next % 5;
        let mut results = store.begin();
        S::add(&mut results, "records", 1);
        S::add(&mut results, "records", records);
        let to = Committed::at(claim.start().next + 1 + records);
        let advance = claim.advance(to);
        let done = store.commit_results(results, advance).await;
        claim = done.unwrap().unwrap();
        if commit == 0 {
            println!("\ncommitting");
        }
    }
}

fn start(dir: &Path) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child_to_be_killed", "--nocapture"])
        .env(FOLDER, dir)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let started = lines.any(|line| line.unwrap() == "committing");
    assert!(started, "the child ended before it committed");
    child
}

async fn claim<S: OffsetStore>(store: &S) -> Claim {
    let seen = store
        .look(&[Key::new("", "g", "t", 0)])
        .await
        .unwrap()
        .remove(0);
    let wanted = Wanted::new(
        seen.assigned_by_hand(),
        Committed::at(0),
        TopicId::UNKNOWN,
        1,
    );
    let owner = Owner::new(std::process::id().to_string());
    store
        .claim(&owner, vec![wanted])
        .await
        .unwrap()
        .remove(0)
        .unwrap()
}
