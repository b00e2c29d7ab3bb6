//! What a cluster consists of, and each node's `server.properties`.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::distribution::Version;

/// The controller's node id where it is a node of its own; brokers count from 1.
const CONTROLLER_ID: i32 = 100;

/// A cluster as it was laid out when it was made.
#[derive(Serialize, Deserialize)]
pub(crate) struct Layout {
    pub(crate) version: Version,
    pub(crate) cluster_id: String,
    pub(crate) nodes: Vec<Node>,
    /// The user's own broker settings, which win over ours.
    pub(crate) settings: Vec<(String, String)>,
}

/// One Kafka process.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Node {
    pub(crate) id: i32,
    /// Where clients connect, if it is a broker.
    pub(crate) broker_port: Option<u16>,
    /// Where brokers connect, if it is the controller.
    pub(crate) controller_port: Option<u16>,
}

/// How many ports a cluster of that many brokers needs: one each, and the controller's.
pub(crate) fn ports_needed(brokers: usize) -> usize {
    brokers + 1
}

/// One process that is both broker and controller for a single broker. For more, the controller is a process of its
/// own, so that each broker can be stopped, all of them even, and the cluster still knows itself.
pub(crate) fn nodes(ports: &[u16]) -> Vec<Node> {
    match ports {
        [controller, broker] => vec![Node {
            id: 1,
            broker_port: Some(*broker),
            controller_port: Some(*controller),
        }],
        [controller, brokers @ ..] => {
            let controller = Node {
                id: CONTROLLER_ID,
                broker_port: None,
                controller_port: Some(*controller),
            };
            let broker = |(id, port): (i32, &u16)| Node {
                id,
                broker_port: Some(*port),
                controller_port: None,
            };
            std::iter::once(controller)
                .chain((1..).zip(brokers).map(broker))
                .collect()
        }
        [] => Vec::new(),
    }
}

impl Layout {
    /// The nodes that are brokers, each with its port.
    pub(crate) fn brokers(&self) -> impl Iterator<Item = (&Node, u16)> {
        self.nodes
            .iter()
            .filter_map(|node| Some((node, node.broker_port?)))
    }

    /// What a client is given to find the cluster.
    pub(crate) fn bootstrap_servers(&self) -> String {
        self.brokers()
            .map(|(_, port)| format!("127.0.0.1:{port}"))
            .collect::<Vec<_>>()
            .join(",")
    }

    /// The node's settings in the form of `server.properties`.
    pub(crate) fn server_properties(&self, node: &Node, data: &Path) -> String {
        let mut lines = vec![
            format!("node.id={}", node.id),
            format!("log.dirs={}", data.display()),
            format!("process.roles={}", roles(node)),
            format!("listeners={}", listeners(node)),
            format!("controller.quorum.voters={}", self.voters()),
        ];
        lines.extend(FOR_TESTS.iter().map(|line| (*line).to_owned()));
        let copies = self.brokers().count().min(3);
        lines.extend(REPLICATED.iter().map(|name| format!("{name}={copies}")));
        // Java's properties keep the last of two lines of one name, so the user's come last.
        lines.extend(
            self.settings
                .iter()
                .map(|(name, value)| format!("{name}={}", with_listeners(value, node))),
        );
        lines.join("\n") + "\n"
    }

    fn voters(&self) -> String {
        let voter = |node: &Node| Some(format!("{}@127.0.0.1:{}", node.id, node.controller_port?));
        self.nodes
            .iter()
            .filter_map(voter)
            .collect::<Vec<_>>()
            .join(",")
    }
}

/// A value in which `{listeners}` stands for those that the node has anyway: for a user that adds one.
fn with_listeners(value: &str, node: &Node) -> String {
    value.replace("{listeners}", &listeners(node))
}

fn roles(node: &Node) -> &'static str {
    match (node.broker_port, node.controller_port) {
        (Some(_), Some(_)) => "broker,controller",
        (Some(_), None) => "broker",
        (None, _) => "controller",
    }
}

fn listeners(node: &Node) -> String {
    let broker = node
        .broker_port
        .map(|port| format!("PLAINTEXT://127.0.0.1:{port}"));
    let controller = node
        .controller_port
        .map(|port| format!("CONTROLLER://127.0.0.1:{port}"));
    broker
        .into_iter()
        .chain(controller)
        .collect::<Vec<_>>()
        .join(",")
}

/// Internal topics: as many copies as there are brokers, three at most.
const REPLICATED: &[&str] = &[
    "offsets.topic.replication.factor",
    "transaction.state.log.replication.factor",
    "share.coordinator.state.topic.replication.factor",
];

const FOR_TESTS: &[&str] = &[
    "controller.listener.names=CONTROLLER",
    "listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
    // A misspelt topic is to be an error, not a new topic.
    "auto.create.topics.enable=false",
    "num.partitions=1",
    // The 50 partitions of Kafka's internal topics take seconds to make; tests have few groups.
    "offsets.topic.num.partitions=4",
    "transaction.state.log.num.partitions=4",
    "share.coordinator.state.topic.num.partitions=4",
    "transaction.state.log.min.isr=1",
    "share.coordinator.state.topic.min.isr=1",
    // Tests stamp records as they like; retention would delete the old ones half a minute after the start.
    "log.retention.ms=-1",
    // Tests let members time out, and wait for it.
    "group.initial.rebalance.delay.ms=0",
    "group.min.session.timeout.ms=1000",
    "group.consumer.min.session.timeout.ms=1000",
    "group.consumer.min.heartbeat.interval.ms=100",
    "group.share.min.session.timeout.ms=1000",
    "group.share.min.heartbeat.interval.ms=100",
    // A killed broker is noticed after 5 s instead of 9.
    "broker.heartbeat.interval.ms=500",
    "broker.session.timeout.ms=5000",
    // The cleaner's buffer is 128 MiB otherwise, a sixth of the heap.
    "log.cleaner.dedupe.buffer.size=8388608",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(ports: &[u16]) -> Layout {
        Layout {
            version: "4.3.0".parse().unwrap(),
            cluster_id: "id".to_owned(),
            nodes: nodes(ports),
            settings: vec![("num.partitions".to_owned(), "7".to_owned())],
        }
    }

    #[test]
    fn one_broker_is_its_own_controller() {
        let layout = layout(&[9, 10]);
        let text = layout.server_properties(&layout.nodes[0], Path::new("/data"));
        assert_eq!(layout.bootstrap_servers(), "127.0.0.1:10");
        for line in [
            "process.roles=broker,controller",
            "listeners=PLAINTEXT://127.0.0.1:10,CONTROLLER://127.0.0.1:9",
            "controller.quorum.voters=1@127.0.0.1:9",
            "offsets.topic.replication.factor=1",
            "log.dirs=/data",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
        }
    }

    #[test]
    fn more_brokers_have_a_controller_of_their_own() {
        let layout = layout(&[9, 10, 11, 12, 13]);
        assert_eq!(
            layout.nodes.iter().map(|node| node.id).collect::<Vec<_>>(),
            [100, 1, 2, 3, 4]
        );
        assert_eq!(
            layout.bootstrap_servers(),
            "127.0.0.1:10,127.0.0.1:11,127.0.0.1:12,127.0.0.1:13"
        );
        let text = layout.server_properties(&layout.nodes[2], Path::new("/data"));
        assert!(
            text.contains("process.roles=broker\nlisteners=PLAINTEXT://127.0.0.1:11\n"),
            "{text}"
        );
        assert!(
            text.contains("offsets.topic.replication.factor=3\n"),
            "{text}"
        );
    }

    #[test]
    fn a_user_may_add_a_listener() {
        let mut layout = layout(&[9, 10]);
        let more = "{listeners},TLS://127.0.0.1:11".to_owned();
        layout.settings = vec![("listeners".to_owned(), more)];
        let text = layout.server_properties(&layout.nodes[0], Path::new("/data"));
        let all = "listeners=PLAINTEXT://127.0.0.1:10,CONTROLLER://127.0.0.1:9,TLS://127.0.0.1:11";
        assert!(text.ends_with(&format!("{all}\n")), "{text}");
    }

    #[test]
    fn the_users_settings_come_last() {
        let layout = layout(&[9, 10]);
        let text = layout.server_properties(&layout.nodes[0], Path::new("/data"));
        assert_eq!(
            text.lines()
                .rfind(|line| line.starts_with("num.partitions=")),
            Some("num.partitions=7")
        );
    }
}
