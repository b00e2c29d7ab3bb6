//! What a crate's sources have in public: a table of all of it is to be whole.

use std::collections::BTreeSet;
use std::path::Path;

/// Each as file and name, below a folder that is told from this package's.
pub(crate) fn public_async_functions(folder: &str) -> BTreeSet<String> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut found = BTreeSet::new();
    public(&source, &source, &mut found);
    found
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
