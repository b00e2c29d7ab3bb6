//! Where a property puts its store, and the names that it uses there.

use std::any::Any;
use std::fs;
use std::future::Future;
use std::path::Path;
use std::sync::Arc;

use tempfile::TempDir;
use tokio::sync::Mutex;

use crate::Key;

/// A folder of a property's own, removed at the end, and a group and a topic that no other property has: stores on a
/// server are there for all of them.
#[derive(Debug)]
pub struct Place {
    folder: TempDir,
    shared: Mutex<Option<Box<dyn Any + Send>>>,
    group: Arc<str>,
    topic: Arc<str>,
}

impl Place {
    pub(super) fn new() -> Self {
        let number: u64 = rand::random();
        Self {
            folder: tempfile::tempdir().expect("a folder for the property"),
            shared: Mutex::new(None),
            group: format!("billing-{number:016x}").into(),
            topic: format!("orders-{number:016x}").into(),
        }
    }

    /// The group whose offsets a property moves, unless it tries names.
    #[must_use]
    pub fn group(&self) -> &Arc<str> {
        &self.group
    }

    /// The topic whose offsets they are.
    #[must_use]
    pub fn topic(&self) -> &Arc<str> {
        &self.topic
    }

    /// One row of the group, of a cluster without a name.
    pub(super) fn partition(&self, partition: i32) -> Key {
        Key::new("", self.group.clone(), self.topic.clone(), partition)
    }

    /// The row that most properties do with.
    pub(super) fn key(&self) -> Key {
        self.partition(3)
    }

    /// The folder. It is there, and empty at first.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// For stores that can't be opened twice: opens one at the first call, and gives clones of it from then on.
    ///
    /// # Panics
    /// When it is called with stores of different types.
    ///
    /// # Cancel safety
    /// A dropped call shares nothing.
    pub async fn shared<S: Clone + Send + 'static>(&self, open: impl Future<Output = S>) -> S {
        let mut shared = self.shared.lock().await;
        if let Some(store) = &*shared {
            return store
                .downcast_ref::<S>()
                .expect("one type of store")
                .clone();
        }
        let store = open.await;
        *shared = Some(Box::new(store.clone()));
        store
    }

    /// What a machine would find in the folder if it lost power now: a copy, taken while the store is open.
    pub(super) fn snapshot(&self) -> Self {
        let mut copy = Self::new();
        copy.group = self.group.clone();
        copy.topic = self.topic.clone();
        copy_folder(self.path(), copy.path());
        copy
    }

    /// Forgets the shared store, so that the folder is opened anew.
    pub(super) async fn forget_shared(&self) {
        self.shared.lock().await.take();
    }

    pub(super) fn is_empty(&self) -> bool {
        fs::read_dir(self.path())
            .expect("the folder")
            .next()
            .is_none()
    }
}

fn copy_folder(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("the folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir(&target).expect("a folder");
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).expect("a file");
        }
    }
}
