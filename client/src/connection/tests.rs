//! Against the other end of a pipe, with time paused: what comes back, and what is left of the connection.

use std::time::Duration;

use ottla_protocol::api::Response;
use ottla_protocol::messages::api_versions::{ApiVersion, ApiVersionsRequest, ApiVersionsResponse};
use ottla_protocol::messages::heartbeat::{HeartbeatRequest, HeartbeatResponse};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

use super::*;

/// The broker's end: reads requests, writes what the test tells.
struct Broker(DuplexStream);

impl Broker {
    /// A request's version and correlation id.
    async fn request(&mut self) -> (i16, i32) {
        let length = self.0.read_i32().await.unwrap();
        let mut frame = vec![0; length as usize];
        self.0.read_exact(&mut frame).await.unwrap();
        let number = |at: usize| i16::from_be_bytes([frame[at], frame[at + 1]]);
        (
            number(2),
            i32::from_be_bytes(frame[4..8].try_into().unwrap()),
        )
    }

    async fn write(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.unwrap();
    }

    /// Answers ApiVersions with "ApiVersions 0 to 4, Heartbeat 0 to 4".
    async fn greet(&mut self) {
        let (version, id) = self.request().await;
        self.write(&greeting(version, id)).await;
    }

    /// Takes a heartbeat and answers it.
    async fn beat(&mut self) {
        let (_, id) = self.request().await;
        self.write(&beaten(id)).await;
    }
}

fn greeting(version: i16, id: i32) -> Vec<u8> {
    let range = |api_key| ApiVersion {
        api_key,
        min_version: 0,
        max_version: 4,
        ..ApiVersion::default()
    };
    let response = ApiVersionsResponse {
        api_keys: vec![range(18), range(12)],
        ..ApiVersionsResponse::default()
    };
    let mut out = Vec::new();
    frame::encode_response(&response, version, id, &mut out).unwrap();
    out
}

/// The throttle time tells answers apart: it is the correlation id.
fn beaten(id: i32) -> Vec<u8> {
    let response = HeartbeatResponse {
        throttle_time_ms: id,
        ..HeartbeatResponse::default()
    };
    let mut out = Vec::new();
    frame::encode_response(&response, 4, id, &mut out).unwrap();
    out
}

fn peer() -> Peer {
    Peer {
        broker: Some(1),
        host: "h".into(),
        port: 9092,
    }
}

async fn open(config: ClientConfig) -> (Arc<Connection>, Broker) {
    let (ours, theirs) = duplex(1 << 20);
    let mut broker = Broker(theirs);
    let (connection, ()) = tokio::join!(
        Connection::over(Box::new(ours), peer(), &config),
        broker.greet()
    );
    (Arc::new(connection.unwrap()), broker)
}

async fn connected() -> (Arc<Connection>, Broker) {
    open(ClientConfig::new("h:9092")).await
}

async fn beat(connection: &Arc<Connection>, within: u64) -> Result<i32, ClientError> {
    let deadline = Instant::now() + Duration::from_secs(within);
    let request = HeartbeatRequest::default();
    let reply = connection.call(4, deadline, ready(&request)).await?;
    Ok(reply.parse()?.throttle_time_ms)
}

#[tokio::test(start_paused = true)]
async fn calls_are_pipelined_and_each_gets_its_own_answer() {
    let (connection, mut broker) = connected().await;
    let calls = (0..1000).map(|_| {
        let connection = Arc::clone(&connection);
        tokio::spawn(async move { beat(&connection, 30).await.unwrap() })
    });
    let calls: Vec<_> = calls.collect();
    let mut seen = Vec::new();
    let answering = async {
        // Not one answer before a hundred requests are there: a client that waits in between would hang.
        for _ in 0..10 {
            let mut ids = Vec::new();
            for _ in 0..100 {
                ids.push(broker.request().await.1);
            }
            broker
                .write(&ids.iter().flat_map(|id| beaten(*id)).collect::<Vec<_>>())
                .await;
        }
    };
    let collecting = async {
        for call in calls {
            seen.push(call.await.unwrap());
        }
    };
    tokio::join!(answering, collecting);
    seen.sort_unstable();
    assert_eq!(seen, (1..=1000).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_comes_too_late_goes_nowhere_and_the_connection_lives() {
    let (connection, mut broker) = connected().await;
    let started = Instant::now();
    let error = beat(&connection, 3).await.unwrap_err();
    assert!(
        matches!(
            &error,
            ClientError::TimedOut {
                api: ApiKey::Heartbeat,
                ..
            }
        ),
        "{error}"
    );
    assert!(error.is_retriable() && error.outcome_unknown());
    assert_eq!(started.elapsed().as_secs(), 3);
    let (answer, ()) = tokio::join!(beat(&connection, 3), async {
        broker.beat().await;
        broker.beat().await;
    });
    assert_eq!(answer.unwrap(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_side_that_says_nothing_any_more_is_given_up() {
    let (connection, _broker) = connected().await;
    beat(&connection, 3).await.unwrap_err();
    let started = Instant::now();
    let error = beat(&connection, 30).await.unwrap_err();
    let ClientError::Disconnected {
        source: Broken::Overdue(_),
        ..
    } = &error
    else {
        panic!("{error:?}")
    };
    assert!(
        started.elapsed() < Duration::from_secs(8),
        "{:?}",
        started.elapsed()
    );
    assert!(connection.is_closed());
}

#[tokio::test(start_paused = true)]
async fn an_answer_a_byte_at_a_time_arrives() {
    let (connection, mut broker) = connected().await;
    let (answer, ()) = tokio::join!(beat(&connection, 30), async {
        let (_, id) = broker.request().await;
        for byte in beaten(id) {
            tokio::time::sleep(Duration::from_secs(1)).await;
            broker.write(&[byte]).await;
        }
    });
    assert_eq!(answer.unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn another_correlation_id_ends_the_connection() {
    let (connection, mut broker) = connected().await;
    let (error, ()) = tokio::join!(beat(&connection, 30), async {
        broker.request().await;
        broker.write(&beaten(77)).await;
    });
    let error = error.unwrap_err();
    let ClientError::Disconnected {
        source: Broken::OutOfStep { got: 77, want: 1 },
        ..
    } = &error
    else {
        panic!("{error:?}")
    };
    let error = beat(&connection, 30).await.unwrap_err();
    assert!(
        matches!(
            error,
            ClientError::NotSent {
                source: Broken::OutOfStep { .. },
                ..
            }
        ),
        "{error:?}"
    );
    assert!(error.is_retriable() && !error.outcome_unknown());
}

#[tokio::test(start_paused = true)]
async fn a_close_in_the_middle_of_an_answer_fails_all_that_wait_at_once() {
    let (connection, mut broker) = connected().await;
    let started = Instant::now();
    let (one, other, ()) = tokio::join!(beat(&connection, 30), beat(&connection, 30), async {
        let (_, id) = broker.request().await;
        broker.request().await;
        broker.write(&beaten(id)[..9]).await;
        drop(broker);
    });
    for error in [one.unwrap_err(), other.unwrap_err()] {
        let ClientError::Disconnected { source, .. } = &error else {
            panic!("{error:?}")
        };
        assert!(
            matches!(source, Broken::Truncated { got: 9, .. }),
            "{source}"
        );
        assert!(error.is_retriable() && error.outcome_unknown());
    }
    assert_eq!(started.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_cant_be_read_is_an_error_and_the_connection_is_not_used_again() {
    let (connection, mut broker) = connected().await;
    let (error, ()) = tokio::join!(beat(&connection, 30), async {
        let (_, id) = broker.request().await;
        let mut short = beaten(id);
        short.pop();
        short[3] -= 1;
        broker.write(&short).await;
    });
    let error = error.unwrap_err();
    assert!(matches!(error, ClientError::Malformed { .. }), "{error:?}");
    assert!(connection.is_closed());
}

#[tokio::test(start_paused = true)]
async fn a_length_beyond_the_limit_is_refused_before_memory_is_taken() {
    let (connection, mut broker) =
        open(ClientConfig::new("h:1").receive_message_max_bytes(1000_usize)).await;
    let (error, ()) = tokio::join!(beat(&connection, 30), async {
        broker.request().await;
        broker.write(&1001_i32.to_be_bytes()).await;
    });
    let error = error.unwrap_err();
    let ClientError::Disconnected { source, .. } = &error else {
        panic!("{error:?}")
    };
    assert!(
        matches!(
            source,
            Broken::Length {
                length: 1001,
                limit: 1000
            }
        ),
        "{source}"
    );
}

/// S75: wherever a call is dropped, the next one gets its own answer.
#[tokio::test(start_paused = true)]
async fn a_call_may_be_dropped_at_any_await() {
    let (connection, mut broker) = connected().await;
    let answering = tokio::spawn(async move {
        loop {
            broker.beat().await;
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    });
    for polls in 0..40 {
        let mut call = Box::pin(beat(&connection, 30));
        for _ in 0..polls {
            if futures_util::poll!(&mut call).is_ready() {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(call);
    }
    let before = connection.next_id.load(Ordering::Relaxed);
    assert_eq!(beat(&connection, 30).await.unwrap(), before);
    answering.abort();
}

#[tokio::test(start_paused = true)]
async fn an_idle_connection_closes_and_a_used_one_does_not() {
    let config = ClientConfig::new("h:1").connections_max_idle(Duration::from_secs(10));
    let (connection, mut broker) = open(config).await;
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_secs(8)).await;
        let (answer, ()) = tokio::join!(beat(&connection, 1), broker.beat());
        answer.unwrap();
    }
    assert!(!connection.is_closed());
    tokio::time::sleep(Duration::from_secs(12)).await;
    assert!(connection.is_closed());
    assert_eq!(
        broker.0.read(&mut [0]).await.unwrap(),
        0,
        "the broker sees an orderly end"
    );
}

#[tokio::test(start_paused = true)]
async fn what_was_sent_before_the_drop_still_arrives() {
    let (connection, mut broker) = connected().await;
    let request = HeartbeatRequest::default();
    connection
        .send(4, Instant::now() + Duration::from_secs(1), ready(&request))
        .await
        .unwrap();
    drop(connection);
    assert_eq!(broker.request().await, (4, 1));
    assert_eq!(broker.0.read(&mut [0]).await.unwrap(), 0);
}

#[tokio::test(start_paused = true)]
async fn answers_are_read_while_requests_wait_for_the_socket() {
    // A pipe of one page, and a broker that stops reading: its answers must get through all the same, or both sides wait for each other.
    let (ours, theirs) = duplex(4096);
    let mut broker = Broker(theirs);
    let config = ClientConfig::new("h:1");
    let (connection, ()) = tokio::join!(
        Connection::over(Box::new(ours), peer(), &config),
        broker.greet()
    );
    let connection = Arc::new(connection.unwrap());
    let group = "g".repeat(20_000);
    let calls = (0..20).map(|_| async {
        let request = HeartbeatRequest {
            group_id: &group,
            ..HeartbeatRequest::default()
        };
        let deadline = Instant::now() + Duration::from_secs(30);
        connection.call(4, deadline, ready(&request)).await
    });
    let (answers, ()) = tokio::join!(futures_util::future::join_all(calls), async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        for id in 1..=20 {
            broker.write(&beaten(id)).await;
        }
    });
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
}

#[tokio::test(start_paused = true)]
async fn a_version_is_the_newest_that_both_speak_and_the_caller_allows() {
    let (connection, _broker) = connected().await;
    assert_eq!(connection.version::<HeartbeatRequest<'_>>(None).unwrap(), 4);
    assert_eq!(
        connection.version::<HeartbeatRequest<'_>>(Some(2)).unwrap(),
        2
    );
    use ottla_protocol::messages::metadata::MetadataRequest;
    let error = connection.version::<MetadataRequest<'_>>(None).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "Metadata: broker 1 at h:9092 serves none, this client speaks versions 0 to {}",
            MetadataRequest::VERSIONS.end()
        )
    );
    assert!(!error.is_retriable());
}

/// What the first exchange makes of a listener that behaves like this.
async fn greeted_by<F: Future<Output = ()>>(
    listener: impl FnOnce(Broker) -> F,
) -> Result<Connection, ClientError> {
    let (ours, theirs) = duplex(4096);
    let config = ClientConfig::new("h:1");
    let (connection, ()) = tokio::join!(
        Connection::over(Box::new(ours), peer(), &config),
        listener(Broker(theirs))
    );
    connection
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_lacks_the_newest_greeting_is_asked_in_an_older_one() {
    for knows in 0..=3 {
        let connection = greeted_by(async |mut broker| {
            let (_, id) = broker.request().await;
            let range = ApiVersion {
                api_key: 18,
                min_version: 0,
                max_version: knows,
                ..ApiVersion::default()
            };
            let refused = ApiVersionsResponse {
                error_code: 35,
                api_keys: vec![range],
                ..ApiVersionsResponse::default()
            };
            let mut out = Vec::new();
            frame::encode_response(&refused, 0, id, &mut out).unwrap();
            broker.write(&out).await;
            let (version, id) = broker.request().await;
            assert_eq!(version, knows);
            broker.write(&greeting(version, id)).await;
        });
        assert!(connection.await.is_ok());
    }
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_lacks_every_greeting_is_not_asked_for_ever() {
    let error = greeted_by(async |mut broker| {
        for _ in 0..2 {
            let (_, id) = broker.request().await;
            let mut out = Vec::new();
            let refused = ApiVersionsResponse {
                error_code: 35,
                ..ApiVersionsResponse::default()
            };
            frame::encode_response(&refused, 0, id, &mut out).unwrap();
            broker.write(&out).await;
        }
    });
    let error = error.await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "broker 1 at h:9092: refused the first request with UNSUPPORTED_VERSION"
    );
}

#[tokio::test(start_paused = true)]
async fn other_protocols_are_called_what_they_are() {
    for (answer, expected) in [
        (
            &b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n"[..],
            "it answers as a web server does (\"HTTP/1.1 400 Bad Request\")",
        ),
        (
            b"\x15\x03\x01\x00\x02\x02\x46",
            "it answers with TLS (security.protocol=PLAINTEXT is what this client speaks)",
        ),
        (b"SSH-2.0-x\r\n", "it answers \"SSH-2.0-x\""),
        (b"\xff\xff\xff\xff", "it answers \"\\xff\\xff\\xff\\xff\""),
    ] {
        let error = greeted_by(async |mut broker| broker.write(answer).await)
            .await
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("broker 1 at h:9092 does not speak Kafka's protocol here: {expected}")
        );
        assert!(!error.is_retriable());
    }
}

#[tokio::test(start_paused = true)]
async fn a_port_that_closes_at_once_may_be_one_for_tls() {
    let error = greeted_by(async |mut broker| {
        broker.request().await;
    });
    let error = error.await.unwrap_err();
    let text = "broker 1 at h:9092: closed the connection at the first request, as a port for TLS does to plain TCP (closed by the broker)";
    assert_eq!(error.to_string(), text);
    assert!(error.is_retriable());
}

#[test]
fn the_greeting_is_what_kafka_takes() {
    // KIP-511: letters, digits, dots and hyphens.
    let allowed = |text: &str| {
        text.chars()
            .all(|c| c.is_ascii_alphanumeric() || "-.".contains(c))
    };
    assert!(allowed(env!("CARGO_PKG_VERSION")));
    assert_eq!(
        ApiVersionsResponse::VERSIONS,
        <ApiVersionsRequest<'_> as Request>::VERSIONS
    );
}
