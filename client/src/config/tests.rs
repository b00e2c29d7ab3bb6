use super::*;

fn from(pairs: &[(&str, &str)]) -> Result<ClientConfig, ConfigError> {
    ClientConfig::from_properties(
        pairs
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned())),
    )
}

#[test]
fn kafkas_names_set_typed_fields() {
    let config = from(&[
        ("bootstrap.servers", "one:9092, two:9093"),
        ("request.timeout.ms", "1500"),
        ("connections.max.idle.ms", "-1"),
        ("isolation.level", "read_uncommitted"),
        ("acks", "all"),
        ("auto.offset.reset", "latest"),
        ("enable.auto.commit", "FALSE"),
        ("fetch.wait.max.ms", "7"),
    ])
    .unwrap();
    assert_eq!(
        config.bootstrap().unwrap(),
        [("one".to_owned(), 9092), ("two".to_owned(), 9093)]
    );
    assert_eq!(config.request_timeout, Duration::from_millis(1500));
    assert_eq!(config.connections_max_idle, None);
    assert_eq!(config.isolation_level, IsolationLevel::ReadUncommitted);
    assert_eq!(config.acks, Acks::All);
    assert_eq!(config.auto_offset_reset, AutoOffsetReset::Newest);
    assert!(!config.enable_auto_commit);
    assert_eq!(config.fetch_max_wait, Duration::from_millis(7));
}

#[test]
fn an_unknown_name_is_named_with_a_suggestion() {
    let error = from(&[("sesion.timeout.ms", "1")]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "unknown setting sesion.timeout.ms; did you mean session.timeout.ms?"
    );
    let error = from(&[("qqqq", "1")]).unwrap_err();
    assert_eq!(error.to_string(), "unknown setting qqqq");
}

#[test]
fn a_known_name_without_use_is_ignored() {
    let config = from(&[("key.serializer", "x"), ("security.protocol", "PLAINTEXT")]).unwrap();
    assert_eq!(config, ClientConfig::default());
}

#[test]
fn what_is_not_built_yet_is_refused_by_name_and_without_its_value() {
    for (name, value) in [
        ("security.protocol", "SASL_SSL"),
        ("sasl.password", "hunter2"),
        ("ssl.ca.location", "/x"),
    ] {
        let error = from(&[(name, value)]).unwrap_err();
        assert_eq!(
            error,
            ConfigError::NotBuiltYet {
                name: name.to_owned()
            }
        );
        assert!(!format!("{error} {error:?}").contains(value));
    }
}

#[test]
fn a_value_of_another_kind_says_what_is_taken() {
    for (name, value) in [
        ("request.timeout.ms", "soon"),
        ("request.timeout.ms", "-1"),
        ("request.timeout.ms", "2147483648"),
        ("fetch.min.bytes", "-1"),
        ("acks", "2"),
        ("enable.idempotence", "yes"),
        ("compression.type", "rar"),
    ] {
        assert!(
            matches!(from(&[(name, value)]), Err(ConfigError::Invalid { .. })),
            "{name}={value}"
        );
    }
    let error = from(&[("acks", "2")]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "setting acks is \"2\", but takes all, 1 or 0"
    );
}

#[test]
fn each_name_stands_in_one_list_only() {
    for name in ClientConfig::NAMES {
        assert!(!known::is_ignored(name), "{name}");
        assert!(!known::is_not_built_yet(name, ""), "{name}");
        assert_eq!(known::kafkas_name(name), *name);
    }
}

#[test]
fn addresses_come_apart() {
    let bootstrap = |text: &str| ClientConfig::new(text).bootstrap();
    assert_eq!(bootstrap("[::1]:9092").unwrap(), [("::1".to_owned(), 9092)]);
    assert_eq!(bootstrap("PLAINTEXT://h:1").unwrap(), [("h".to_owned(), 1)]);
    for text in [
        "host",
        "host:",
        "host:0",
        "host:70000",
        ":9092",
        "::1:9092",
        "SSL://h:1:x",
    ] {
        assert!(
            matches!(bootstrap(text), Err(ConfigError::Invalid { .. })),
            "{text}"
        );
    }
    assert_eq!(
        bootstrap(" , "),
        Err(ConfigError::Missing {
            name: "bootstrap.servers"
        })
    );
}
