//! Wrong usage is status 2, and what is promised for later says so.

use tempfile::tempdir;

use crate::ottla::run;

#[test]
fn wrong_usage_is_status_2() {
    for arguments in [
        &["sink"][..],
        &["consume", "--topic", "t", "--offset", "latest"],
        &["offsets", "reset", "--group", "g", "--topic", "t"],
        &[
            "offsets",
            "reset",
            "--group",
            "g",
            "--topic",
            "t",
            "--to-earliest",
            "--to-latest",
        ],
        &["offsets", "get", "--group", "g", "--store", "redis://h"],
        &["topics", "create", "t", "--partitions", "0"],
        &["nonsense"],
    ] {
        let run = run(arguments);
        assert_eq!(run.status, 2, "{arguments:?}: {}", run.stderr);
        assert!(run.stdout.is_empty(), "{arguments:?}");
    }
}

#[test]
fn what_is_promised_for_later_says_so() {
    for arguments in [
        &["perf", "consume", "--topic", "t", "--count", "1"][..],
        &["offsets", "export", "--group", "g"],
        &[
            "offsets", "copy", "--group", "g", "--from", "kafka", "--to", "memory",
        ],
        &["offsets", "delete", "--group", "g", "--topic", "t"],
        &["offsets", "gaps", "--group", "g", "--store", "sqlite:f"],
        &[
            "offsets",
            "get",
            "--group",
            "g",
            "--store",
            "postgres://h/d",
        ],
        &["lag", "--watch"],
        &["lag", "--serve", "127.0.0.1:0"],
        &[
            "sink",
            "--topic",
            "t",
            "--group",
            "g",
            "--to",
            "postgres://h/d",
        ],
        &["sink", "--topic", "t", "--group", "g", "--to", "kafka:out"],
        &[
            "sink",
            "--topic",
            "t",
            "--group",
            "g",
            "--to",
            "sqlite:f",
            "--protocol",
            "consumer",
        ],
        &["produce", "--topic", "t", "--transactional-id", "x"],
    ] {
        let run = run(arguments);
        assert_eq!(run.status, 2, "{arguments:?}: {}", run.stderr);
        assert!(
            run.stderr.contains("not built yet: "),
            "{arguments:?}: {}",
            run.stderr
        );
    }
}

#[test]
fn properties_are_known_unknown_or_for_later() {
    let folder = tempdir().unwrap();
    let with = |text: &str| {
        let file = folder.path().join("client.properties");
        std::fs::write(&file, text).unwrap();
        run(&[
            "topics",
            "list",
            "-b",
            "127.0.0.1:1",
            "--config",
            file.to_str().unwrap(),
        ])
    };
    let unknown = with("session.timout.ms=1000\n");
    assert_eq!(unknown.status, 2);
    assert!(
        unknown.stderr.contains("session.timeout.ms"),
        "{}",
        unknown.stderr
    );
    let later = with("security.protocol=SSL\n");
    assert_eq!(later.status, 2);
    assert!(later.stderr.contains("not built yet: "), "{}", later.stderr);
    let unneeded = with("# known, and no need of it here\nauto.offset.reset=earliest\n");
    assert_eq!(unneeded.status, 1, "{}", unneeded.stderr);
}
