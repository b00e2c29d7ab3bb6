//! Has a store behind the trait that they all share, with no client and no runtime.

use ottla_offset_store::OffsetStore;
use ottla_offset_store::memory::MemoryStore;

fn main() {
    let store: Box<dyn OffsetStore> = Box::new(MemoryStore::new());
    println!("{:?}", store.info());
}
