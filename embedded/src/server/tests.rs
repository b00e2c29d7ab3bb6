use ottla_protocol::EncodeError;
use ottla_protocol::frame;
use ottla_protocol::messages::fetch::{FetchPartition, FetchRequest, FetchTopic};
use ottla_protocol::messages::metadata::{MetadataResponse, MetadataResponseTopic};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::*;
use crate::EmbeddedCluster;
use crate::faults::Outcome;

/// A fetch that waits for weeks.
fn patient_fetch() -> Vec<u8> {
    let request = FetchRequest {
        max_wait_ms: i32::MAX,
        min_bytes: 1,
        topics: vec![FetchTopic {
            topic: "orders",
            partitions: vec![FetchPartition {
                partition: 0,
                partition_max_bytes: 1024,
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    };
    let mut out = Vec::new();
    frame::encode_request(&request, 12, 1, Some("test"), &mut out).unwrap();
    out
}

#[tokio::test]
async fn what_a_client_waited_for_is_forgotten_when_it_goes() {
    let builder = EmbeddedCluster::builder().topic("orders", 1);
    let cluster = builder.start().await.unwrap();
    let mut observer = cluster.observe();
    let mut client = TcpStream::connect(cluster.address(1).unwrap())
        .await
        .unwrap();
    client.write_all(&patient_fetch()).await.unwrap();
    drop(client);
    let seen = observer.next().await.unwrap();
    let outcome = seen.finished.map(|(outcome, _)| outcome);
    assert_eq!(outcome, Some(Outcome::Disconnected));
    let waiting = cluster.core.with(|state, _| state.fetches.len());
    assert_eq!(waiting, 0);
}

/// What a name that is null is to a version that has none.
fn no_answer() -> EncodeError {
    let response = MetadataResponse {
        topics: vec![MetadataResponseTopic::default()],
        ..Default::default()
    };
    frame::encode_response(&response, 9, 1, &mut Vec::new()).unwrap_err()
}

#[tokio::test]
async fn who_waited_for_an_answer_that_cannot_be_written_is_cut_off() {
    let builder = EmbeddedCluster::builder().topic("orders", 1);
    let cluster = builder.start().await.unwrap();
    let mut client = TcpStream::connect(cluster.address(1).unwrap())
        .await
        .unwrap();
    client.write_all(&patient_fetch()).await.unwrap();
    let ticket = loop {
        let waiting = |state: &mut State, _| state.fetches.keys().next().copied();
        match cluster.core.with(waiting) {
            Some(ticket) => break ticket,
            None => tokio::task::yield_now().await,
        }
    };
    cluster.core.with(|state, _| {
        state.fetches.remove(&ticket);
        state.make_ready(ticket, Err(no_answer()));
    });
    let end = timeout(Duration::from_secs(10), client.read(&mut [0; 9])).await;
    assert_eq!(end.expect("it hangs").unwrap(), 0);
}
