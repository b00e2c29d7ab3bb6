use crate::memory::MemoryStore;
use crate::{
    Claim, CommitError, Committed, Key, Lost, OffsetStore, Owner, Refused, ResultsStore,
    StoreError, Wanted, confirm,
};
use ottla_protocol::types::TopicId;

fn key() -> Key {
    Key::new("cluster", "billing", "orders", 3)
}

async fn claim(store: &MemoryStore, owner: &str, lost: Option<Lost>) -> Result<Claim, Refused> {
    let seen = store.look(&[key()]).await.expect("readable");
    let confirmed = confirm(seen, async || Ok::<_, StoreError>(())).await;
    let wanted = confirmed.expect("confirmed").into_iter().map(|confirmed| {
        let wanted = Wanted::new(confirmed, Committed::at(5), TopicId::UNKNOWN, 4);
        match lost.clone() {
            Some(lost) => wanted.after(lost),
            None => wanted,
        }
    });
    let claims = store.claim(&Owner::new(owner), wanted.collect()).await;
    claims
        .expect("writable")
        .pop()
        .expect("one asked, one answered")
}

#[tokio::test]
async fn results_and_offset_move_together_and_a_fenced_owner_moves_neither()
-> Result<(), CommitError> {
    let store = MemoryStore::new();
    let zombie = claim(&store, "zombie", None).await.expect("a new row");
    assert_eq!(zombie.start(), &Committed::at(5));
    let owner = claim(&store, "owner", None).await.expect("claimed over");

    let mut results = store.begin();
    results.insert("seen", "a", "1");
    let refused = store
        .commit_results(results, zombie.advance(Committed::at(9)))
        .await?;
    assert!(matches!(refused, Err(Refused::Fenced { by: Some(by), .. }) if by == "owner"));
    assert!(store.results("seen").is_empty());

    let mut results = store.begin();
    results.insert("seen", "a", "2");
    let owner = store
        .commit_results(results, owner.advance(Committed::at(8)))
        .await?;
    assert_eq!(owner.expect("the owner").start(), &Committed::at(8));
    assert_eq!(store.results("seen").len(), 1);
    Ok(())
}
