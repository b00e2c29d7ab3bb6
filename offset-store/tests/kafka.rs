//! The group's own offsets in a real Kafka: what of the suite holds there, and how the broker fences.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "kafka/member.rs"]
mod member;

use std::env;

use member::Member;
use ottla_client::admin::NewTopic;
use ottla_client::{Client, ClientConfig};
use ottla_offset_store::conformance::Place;
use ottla_offset_store::kafka::KafkaStore;
use ottla_offset_store::{
    Claim, Committed, Fate, Fence, Guarantee, Key, MemberIdentity, OffsetStore, Owner, Refused,
    Reset, StoreError, StoreUrl, Wanted, confirm, suite,
};
use ottla_protocol::types::{TopicId, TopicPartition};

/// The group and the topic of one test, and who stands outside the group.
struct World {
    client: Client,
    store: KafkaStore,
    group: String,
    topic: String,
}

impl World {
    /// None, after one line that says so: there is no Kafka.
    async fn new() -> Option<Self> {
        let client = connect().await?;
        let number = Fence::random();
        let topic = format!("orders-{number}");
        create(&client, &topic).await;
        Some(Self {
            store: KafkaStore::new(client.clone()),
            client,
            group: format!("billing-{number}"),
            topic,
        })
    }

    fn key(&self, partition: i32) -> Key {
        let cluster = self.client.cluster().cluster_id.clone().unwrap();
        Key::new(cluster, self.group.as_str(), self.topic.as_str(), partition)
    }

    async fn member(&self) -> Member {
        Member::join(&self.client, &self.group, &self.topic).await
    }

    /// What Kafka's other clients read.
    async fn committed(&self, partition: i32) -> Option<i64> {
        let group = self.client.offsets().group(self.group.as_str());
        let wanted = [TopicPartition::new(self.topic.as_str(), partition)];
        let found = group.fetch(&wanted, true).await.unwrap().remove(0).1;
        found.unwrap().map(|committed| committed.next)
    }

    async fn try_claim(&self, owner: &Owner, partition: i32) -> Result<Claim, Refused> {
        let seen = self.store.look(&[self.key(partition)]).await.unwrap();
        let confirmed = confirm(seen, async || Ok::<_, StoreError>(())).await;
        let wanted = confirmed
            .unwrap()
            .into_iter()
            .map(|confirmed| Wanted::new(confirmed, Committed::at(5), TopicId::UNKNOWN, 0));
        let mut claims = self.store.claim(owner, wanted.collect()).await.unwrap();
        claims.remove(0)
    }

    async fn try_commit(&self, claim: Claim, next: i64) -> Result<Claim, Refused> {
        let advance = claim.advance(Committed::at(next));
        self.store.commit(vec![advance]).await.unwrap().remove(0)
    }
}

async fn connect() -> Option<Client> {
    let Ok(servers) = env::var("OTTLA_BOOTSTRAP_SERVERS") else {
        println!("skipped: no Kafka (OTTLA_BOOTSTRAP_SERVERS is not set)");
        return None;
    };
    Some(Client::connect(ClientConfig::new(&servers)).await.unwrap())
}

async fn create(client: &Client, topic: &str) {
    let created = client
        .admin()
        .create_topics(&[NewTopic::new(topic, 10)])
        .await;
    assert!(created.iter().all(|(_, made)| made.is_ok()), "{created:?}");
}

fn owner(name: &str, member: &Member) -> Owner {
    Owner::new(name).with_member(member.identity())
}

/// The suite's owners are no members of a group.
async fn by_hand(place: &Place) -> KafkaStore {
    let opened = async {
        let client = connect().await.expect("it was there a moment ago");
        // A place that is opened again has its topic.
        if client.partitions(place.topic()).await.is_err() {
            create(&client, place.topic()).await;
        }
        KafkaStore::new(client).last_writer_wins()
    };
    place.shared(opened).await
}

suite! { plain: by_hand, if: connect().await.is_some() }

#[tokio::test]
async fn a_member_commits_for_everybody_to_read() {
    let Some(world) = World::new().await else {
        return;
    };
    assert_eq!(world.store.info().guarantee, Guarantee::Fenced);
    let member = world.member().await;
    let owner = owner("one", &member);
    let claim = world.try_claim(&owner, 0).await.unwrap();
    assert_eq!(world.committed(0).await, Some(5), "the start, at once");
    let to = Committed::at(42)
        .with_leader_epoch(3)
        .with_metadata("half way");
    let moved = world.store.commit(vec![claim.advance(to.clone())]).await;
    let moved = moved.unwrap().remove(0).unwrap();
    assert_eq!(world.committed(0).await, Some(42));

    let row = world.store.fetch(&[world.key(0)]).await.unwrap().remove(0);
    assert!(moved.stands_in(row.as_ref()));
    assert_eq!(row.unwrap().committed(), Some(to.clone()));
    let again = world.try_claim(&owner, 0).await.unwrap();
    assert_eq!(again.start(), &to);
    world.store.release(vec![again]).await.unwrap();
    assert_eq!(world.committed(0).await, Some(42));
}

#[tokio::test]
async fn a_claim_of_an_older_generation_is_fenced() {
    let Some(world) = World::new().await else {
        return;
    };
    let mut member = world.member().await;
    let before = world.try_claim(&owner("one", &member), 0).await.unwrap();
    let generation = member.identity().generation;
    member.rejoin().await;
    assert!(member.identity().generation > generation);

    let Err(Refused::Fenced { lost, by: None }) = world.try_commit(before, 50).await else {
        panic!("fenced")
    };
    assert_eq!(world.committed(0).await, Some(5), "nothing was written");
    let row = world.store.fetch(&[world.key(0)]).await.unwrap().remove(0);
    assert_eq!(lost.fate(row.as_ref()), Fate::NotYet);
    let after = world.try_claim(&owner("one", &member), 0).await.unwrap();
    world.try_commit(after, 51).await.unwrap();
    assert_eq!(world.committed(0).await, Some(51));
}

#[tokio::test]
async fn whoever_left_is_fenced_and_claims_nothing_new() {
    let Some(world) = World::new().await else {
        return;
    };
    let gone = world.member().await;
    let gone_owner = owner("gone", &gone);
    let claim = world.try_claim(&gone_owner, 0).await.unwrap();
    gone.leave().await;
    // Both with an empty group, and with another member in it.
    for _ in 0..2 {
        let new = world.try_claim(&gone_owner, 1).await;
        assert!(matches!(new, Err(Refused::Overtaken { .. })), "{new:?}");
        if world.committed(2).await.is_none() {
            let member = world.member().await;
            let owner = owner("two", &member);
            world.try_claim(&owner, 2).await.unwrap();
        }
    }
    let refused = world.try_commit(claim, 50).await;
    assert!(
        matches!(refused, Err(Refused::Fenced { .. })),
        "{refused:?}"
    );
    assert_eq!(world.committed(0).await, Some(5));
    assert_eq!(world.committed(1).await, None);
}

#[tokio::test]
async fn one_call_answers_each_partition() {
    let Some(world) = World::new().await else {
        return;
    };
    let mut member = world.member().await;
    let old = world.try_claim(&owner("one", &member), 0).await.unwrap();
    member.rejoin().await;
    let owner = owner("one", &member);
    let mut advances = vec![old.advance(Committed::at(9))];
    let to = [
        Committed::at(9),
        Committed::at(-1),
        Committed::at(9).with_metadata("m".repeat(5_000)),
        Committed::at(9).with_metadata("m".repeat(40_000)),
    ];
    for (partition, to) in (1..).zip(to) {
        let claim = world.try_claim(&owner, partition).await.unwrap();
        advances.push(claim.advance(to));
    }
    let answers = world.store.commit(advances).await.unwrap();
    assert!(matches!(answers[0], Err(Refused::Fenced { .. })));
    assert_eq!(answers[1].as_ref().unwrap().start().next, 9);
    assert!(matches!(answers[2], Err(Refused::NotAnOffset { .. })));
    for too_much in &answers[3..] {
        let why = too_much.as_ref().unwrap_err().to_string();
        assert!(why.contains("OFFSET_METADATA_TOO_LARGE"), "{why}");
    }
    let mut committed = Vec::new();
    for partition in 0..5 {
        committed.push(world.committed(partition).await);
    }
    assert_eq!(committed, [5, 9, 5, 5, 5].map(Some));
}

#[tokio::test]
async fn a_living_group_is_not_reset_from_outside() {
    let Some(world) = World::new().await else {
        return;
    };
    let member = world.member().await;
    let claim = world.try_claim(&owner("one", &member), 0).await.unwrap();
    let to = || vec![Reset::new(world.key(0), Committed::at(2))];
    let error = world.store.reset(to()).await.unwrap_err();
    assert!(matches!(&error, StoreError::GroupHasMembers { group, .. } if **group == world.group));
    assert!(error.is_retriable() && error.to_string().contains(&world.group));
    let error = world.store.delete(&[world.key(0)]).await.unwrap_err();
    assert!(
        matches!(error, StoreError::GroupHasMembers { .. }),
        "{error}"
    );
    world.try_commit(claim, 6).await.unwrap();

    member.leave().await;
    let answers = world.store.reset(to()).await.unwrap();
    assert!(answers[0].is_ok());
    assert_eq!(world.committed(0).await, Some(2));
    world.store.delete(&[world.key(0)]).await.unwrap();
    assert_eq!(world.committed(0).await, None);
}

#[tokio::test]
async fn by_hand_beside_a_living_group_is_two_owners() {
    let Some(world) = World::new().await else {
        return;
    };
    let store = world.store.clone().last_writer_wins();
    assert_eq!(store.info().guarantee, Guarantee::Plain);
    let wanted = async |partition| {
        let seen = store.look(&[world.key(partition)]).await.unwrap().remove(0);
        let confirmed = seen.assigned_by_hand();
        vec![Wanted::new(
            confirmed,
            Committed::at(5),
            TopicId::UNKNOWN,
            0,
        )]
    };
    let alone = Owner::new("by hand");
    let error = world.store.claim(&alone, wanted(0).await).await;
    assert!(matches!(error, Err(StoreError::NoMember { owner, .. }) if owner == "by hand"));
    let ours = store.claim(&alone, wanted(0).await).await.unwrap();
    let ours = ours.into_iter().next().unwrap().unwrap();

    let _member = world.member().await;
    let commit = world.try_commit(ours, 6).await;
    let claim = store
        .claim(&alone, wanted(1).await)
        .await
        .unwrap()
        .remove(0);
    for refused in [commit, claim] {
        assert!(
            matches!(&refused, Err(Refused::DualOwner { ours, .. }) if ours == "by hand"),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn a_list_is_one_groups_or_everybodys() {
    let Some(world) = World::new().await else {
        return;
    };
    let to = [(0, 3), (7, 4)].map(|(at, next)| Reset::new(world.key(at), Committed::at(next)));
    let answers = world.store.reset(to.to_vec()).await.unwrap();
    assert!(answers.iter().all(Result::is_ok));
    let url: StoreUrl = "kafka".parse().unwrap();
    let store = url.open_with(&world.client).await.unwrap();
    let found = |rows: Vec<ottla_offset_store::Row>| -> Vec<_> {
        let ours = rows
            .into_iter()
            .filter(|row| *row.key.group_id == *world.group);
        ours.map(|row| (row.key, row.next_offset)).collect()
    };
    let expected = [(world.key(0), Some(3)), (world.key(7), Some(4))];
    let one = store.list(Some(&world.group)).await.unwrap();
    assert_eq!((one.len(), found(one)), (2, expected.to_vec()));
    assert_eq!(found(store.list(None).await.unwrap()), expected);
    assert_eq!(store.list(Some("no such group")).await.unwrap(), []);
}

#[tokio::test]
async fn another_clusters_rows_are_not_here() {
    let Some(world) = World::new().await else {
        return;
    };
    let elsewhere = Key::new("elsewhere", "billing", "orders", 0);
    let error = world.store.fetch(&[elsewhere]).await.unwrap_err();
    assert!(matches!(error, StoreError::OtherCluster { .. }), "{error}");
    assert!(!error.is_retriable());
    let topic = Key::new("", world.group.as_str(), "no-such-topic", 0);
    let refused = world.store.reset(vec![Reset::new(topic, Committed::at(1))]);
    let refused = refused.await.unwrap().remove(0);
    assert!(
        matches!(refused, Err(Refused::Rejected { .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_stranger_is_no_member() {
    let Some(world) = World::new().await else {
        return;
    };
    let stranger = Owner::new("stranger").with_member(MemberIdentity {
        member_id: "stranger".to_owned(),
        generation: 1,
        instance_id: Some("static".to_owned()),
    });
    let refused = world.try_claim(&stranger, 0).await;
    assert!(
        matches!(refused, Err(Refused::Overtaken { .. })),
        "{refused:?}"
    );
}
