//! What can't be helped is a clear error within its time-out.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use tempfile::tempdir;

use crate::ottla::{bootstrap, fresh, run, topic_with};

#[test]
fn no_broker_is_named_within_its_time_out() {
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .to_string();
    let run = run(&["topics", "list", "-b", &free]);
    assert_eq!(run.status, 1);
    assert!(run.stderr.contains(&free), "{}", run.stderr);
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    assert!(run.took < Duration::from_secs(35), "{:?}", run.took);
}

#[test]
fn a_port_that_speaks_another_protocol_is_named() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = server.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for stream in server.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 1024]);
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
        }
    });
    let run = run(&["topics", "list", "-b", &address]);
    assert_eq!(run.status, 1);
    assert!(
        run.stderr.contains(&address) && run.stderr.contains("Kafka"),
        "{}",
        run.stderr
    );
    assert!(run.took < Duration::from_secs(35), "{:?}", run.took);
}

#[test]
fn an_unknown_topic_is_named_and_not_created() {
    if bootstrap().is_none() {
        return;
    }
    let folder = tempdir().unwrap();
    let to = format!("sqlite:{}", folder.path().join("out.db").display());
    let (topic, group) = (fresh("missing"), fresh("g"));
    for arguments in [
        vec!["consume", "--topic", &topic],
        vec!["produce", "--topic", &topic],
        vec!["topics", "describe", &topic],
        vec!["sink", "--topic", &topic, "--group", &group, "--to", &to],
        vec![
            "offsets",
            "reset",
            "--group",
            &group,
            "--topic",
            &topic,
            "--to-earliest",
        ],
    ] {
        let run = run(&arguments);
        assert_eq!(run.status, 1, "{arguments:?}: {}", run.stderr);
        assert!(run.stderr.contains(&topic), "{arguments:?}: {}", run.stderr);
    }
    let listed = run(&["topics", "list", "--output", "json"]).ok();
    assert!(!listed.stdout.contains(&topic));
}

#[test]
fn a_target_that_cannot_be_written_is_named() {
    if bootstrap().is_none() {
        return;
    }
    let (topic, group) = (topic_with(1, 1), fresh("g"));
    let to = "sqlite:/proc/no/such/folder/out.db";
    let run = run(&["sink", "--topic", &topic, "--group", &group, "--to", to]);
    assert_eq!(run.status, 1);
    assert!(
        run.stderr.contains("/proc/no/such/folder"),
        "{}",
        run.stderr
    );
}
