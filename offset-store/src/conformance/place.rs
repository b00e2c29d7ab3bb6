//! Where a property puts its store.

use std::any::Any;
use std::fs;
use std::future::Future;
use std::path::Path;

use tempfile::TempDir;
use tokio::sync::Mutex;

/// A folder of a property's own, removed at the end.
#[derive(Debug)]
pub struct Place {
    folder: TempDir,
    shared: Mutex<Option<Box<dyn Any + Send>>>,
}

impl Place {
    pub(super) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a folder for the property"),
            shared: Mutex::new(None),
        }
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
        let copy = Self::new();
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
