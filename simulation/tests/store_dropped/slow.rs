//! A table that waits.

use async_trait::async_trait;
use ottla_offset_store::memory::MemoryTable;
use ottla_offset_store::table::{Write, Written};
use ottla_offset_store::{Gap, Key, OffsetTable, Row, StoreError, StoreInfo};
use tokio::task::yield_now;

#[derive(Debug)]
pub(crate) struct Slow(pub(crate) MemoryTable);

async fn slowly<T>(step: impl Future<Output = T>) -> T {
    yield_now().await;
    let done = step.await;
    yield_now().await;
    done
}

#[async_trait]
impl OffsetTable for Slow {
    fn info(&self) -> StoreInfo {
        self.0.info()
    }

    async fn read(&self, keys: &[Key]) -> Result<Vec<Option<Row>>, StoreError> {
        slowly(self.0.read(keys)).await
    }

    async fn write_if(&self, writes: &[Write]) -> Result<Vec<Written>, StoreError> {
        slowly(self.0.write_if(writes)).await
    }

    async fn scan(&self, group: Option<&str>) -> Result<Vec<Row>, StoreError> {
        slowly(self.0.scan(group)).await
    }

    async fn gaps(&self, group: Option<&str>) -> Result<Vec<Gap>, StoreError> {
        slowly(self.0.gaps(group)).await
    }
}
