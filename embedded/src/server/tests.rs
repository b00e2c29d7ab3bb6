use ottla_protocol::frame;
use ottla_protocol::messages::fetch::{FetchPartition, FetchRequest, FetchTopic};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

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
