//! Offsets: listed, read, committed. A dropped commit may be stored or not, but never after a later one.

use std::time::Duration;

use ottla_client::config::IsolationLevel;
use ottla_client::protocol::types::TopicPartition;
use ottla_client::{Client, CommittedOffset, GroupOffsets, OffsetManager, OffsetSpec};
use tokio::time::sleep;

use super::calls::reads;
use crate::polls::at_each_await;
use crate::world::{GROUP, TOPIC, World};

/// On, so that a close commits, and of no matter otherwise.
const SELDOM: Duration = Duration::from_secs(3_600);

fn both() -> [TopicPartition; 2] {
    [0, 1].map(|partition| TopicPartition::new(TOPIC, partition))
}

fn at(next: i64) -> [(TopicPartition, CommittedOffset); 1] {
    [(TopicPartition::new(TOPIC, 0), CommittedOffset::new(next))]
}

pub(crate) async fn list() {
    let wanted = [
        (TopicPartition::new(TOPIC, 0), OffsetSpec::Oldest),
        (TopicPartition::new(TOPIC, 1), OffsetSpec::Newest),
    ];
    reads("list", async |client| {
        client
            .offsets()
            .list(&wanted, IsolationLevel::ReadCommitted)
            .await
    })
    .await;
}

pub(crate) async fn list_one() {
    let partition = TopicPartition::new(TOPIC, 1);
    reads("list_one", async |client| {
        let offsets = client.offsets();
        offsets
            .list_one(
                &partition,
                OffsetSpec::Newest,
                IsolationLevel::ReadCommitted,
            )
            .await
    })
    .await;
}

pub(crate) async fn fetch() {
    reads("fetch", async |client| {
        client.offsets().group(GROUP).fetch(&both(), true).await
    })
    .await;
}

pub(crate) async fn fetch_all() {
    reads("fetch_all", async |client| {
        client.offsets().group(GROUP).fetch_all(true).await
    })
    .await;
}

/// "It keeps its place: later ones are stored after it."
pub(crate) async fn commit() {
    let world = World::start().await;
    let dropped = at_each_await(
        "commit",
        async || {
            let client = world.client().await;
            let group = client.offsets().group(GROUP);
            (client, group)
        },
        async |(_, group): &mut (Client, GroupOffsets)| group.commit(None, &at(5)).await.unwrap(),
        async |(client, group), _| {
            let later = group.commit(None, &at(9)).await.unwrap();
            assert_eq!(later[0].1, Ok(()));
            sleep(Duration::from_secs(5)).await;
            assert_eq!(world.cluster.committed(GROUP, TOPIC, 0), Some(9));
            drop((client, group));
            world.nothing_is_left().await;
        },
    )
    .await;
    assert!(dropped > 0);
}

pub(crate) async fn commit_by_id() {
    let world = World::start().await;
    let id = world.cluster.topic_id(TOPIC).unwrap();
    let by_id = |next| {
        [(
            TopicPartition::new(TOPIC, 0),
            id,
            CommittedOffset::new(next),
        )]
    };
    let dropped = at_each_await(
        "commit by id",
        async || {
            let client = world.client().await;
            let group = client.offsets().group(GROUP);
            (client, group)
        },
        async |(_, group): &mut (Client, GroupOffsets)| {
            let committed = group.commit_by_id(None, &by_id(5)).await.unwrap();
            assert_eq!(committed[0].1, Ok(()));
        },
        async |(client, group), _| {
            let later = group.commit_by_id(None, &by_id(9)).await.unwrap();
            assert_eq!(later[0].1, Ok(()));
            sleep(Duration::from_secs(5)).await;
            assert_eq!(world.cluster.committed(GROUP, TOPIC, 0), Some(9));
            drop((client, group));
            world.nothing_is_left().await;
        },
    )
    .await;
    assert!(dropped > 0);
}

async fn manager(world: &World) -> (Client, OffsetManager) {
    let client = world.client().await;
    let manager = client.offset_manager(GROUP).auto_commit(Some(SELDOM));
    (client, manager)
}

pub(crate) async fn partition() {
    let world = World::start().await;
    let dropped = at_each_await(
        "OffsetManager::partition",
        async || manager(&world).await,
        async |(_, manager)| {
            let partition = TopicPartition::new(TOPIC, 0);
            drop(manager.partition(partition).await.unwrap());
        },
        async |(client, manager), _| {
            let partition = TopicPartition::new(TOPIC, 0);
            let opened = manager.partition(partition).await.unwrap();
            assert_eq!(opened.next_offset().map(|offset| offset.next), Some(3));
            drop((client, manager, opened));
            world.nothing_is_left().await;
        },
    )
    .await;
    assert!(dropped > 0);
}

pub(crate) async fn partitions() {
    let world = World::start().await;
    let dropped = at_each_await(
        "OffsetManager::partitions",
        async || manager(&world).await,
        async |(_, manager)| manager.partitions(both().to_vec()).await.unwrap().len(),
        async |(client, manager), _| {
            let opened = manager.partitions(both().to_vec()).await.unwrap();
            let next = opened
                .iter()
                .map(|one| one.next_offset().map(|offset| offset.next));
            assert_eq!(next.collect::<Vec<_>>(), [Some(3), None]);
            drop((client, manager, opened));
            world.nothing_is_left().await;
        },
    )
    .await;
    assert!(dropped > 0);
}

/// Both of the manager and of one of its partitions: the marks stay marked.
pub(crate) async fn commit_marks() {
    for is_of_one in [false, true] {
        let world = World::start().await;
        let next = std::cell::Cell::new(3);
        let dropped = at_each_await(
            "a commit of marks",
            async || {
                let (client, manager) = manager(&world).await;
                let partition = TopicPartition::new(TOPIC, 0);
                let opened = manager.partition(partition).await.unwrap();
                next.set(next.get() + 1);
                opened.mark(next.get(), "");
                (client, manager, opened)
            },
            async |(_, manager, opened)| match is_of_one {
                true => opened.commit().await.unwrap(),
                false => drop(manager.commit().await.unwrap()),
            },
            async |(client, manager, opened), _| {
                opened.commit().await.unwrap();
                assert_eq!(world.cluster.committed(GROUP, TOPIC, 0), Some(next.get()));
                drop((client, manager, opened));
                world.nothing_is_left().await;
            },
        )
        .await;
        assert!(dropped > 0);
    }
}

pub(crate) async fn close() {
    for is_of_one in [false, true] {
        let world = World::start().await;
        let next = std::cell::Cell::new(3);
        let dropped = at_each_await(
            "a close",
            async || {
                let (client, manager) = manager(&world).await;
                let partition = TopicPartition::new(TOPIC, 0);
                let opened = manager.partition(partition).await.unwrap();
                next.set(next.get() + 1);
                opened.mark(next.get(), "");
                (client, Some((manager, opened)))
            },
            async |(_, open)| match (open.take().unwrap(), is_of_one) {
                ((manager, opened), true) => {
                    drop(manager);
                    opened.close().await.unwrap();
                }
                ((manager, opened), false) => {
                    drop(opened);
                    manager.close().await.unwrap();
                }
            },
            async |(client, _), closed| {
                let committed = world.cluster.committed(GROUP, TOPIC, 0).unwrap();
                let least = next.get() - i64::from(closed.is_none());
                assert!((least..=next.get()).contains(&committed));
                // What was dropped is out of the way.
                let at = at(next.get());
                client
                    .offsets()
                    .group(GROUP)
                    .commit(None, &at)
                    .await
                    .unwrap();
                assert_eq!(world.cluster.committed(GROUP, TOPIC, 0), Some(next.get()));
                drop(client);
                world.nothing_is_left().await;
            },
        )
        .await;
        assert!(dropped > 0);
    }
}
