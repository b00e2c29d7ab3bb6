//! What the clients are tried on: three clusters of one kind, one that asks for nothing, one where everybody has to log in, one
//! that encrypts.

mod secured;

use std::fmt;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

use super::{built, go};
use crate::broker::Broker;
use crate::interrupt::Interrupt;
use crate::kafka::{self, NEWEST, Plan, Temporary, Version};
use crate::workspace;

/// Who may log in, as the programs know it too.
pub(crate) const USER: &str = "alice:alice-secret";

/// What all three kinds are told, so that the checks need not wait long, and a misspelt topic is an error.
const SETTINGS: [(&str, &str); 4] = [
    ("auto.create.topics.enable", "false"),
    ("group.initial.rebalance.delay.ms", "0"),
    ("group.min.session.timeout.ms", "1000"),
    ("group.consumer.heartbeat.interval.ms", "500"),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Kind {
    /// `ottla broker` of this workspace
    Ottla,
    /// franz-go's fake cluster, the anchor
    Kfake,
    /// Apache Kafka, which shows that the list is right
    Kafka,
}

/// Clusters that are gone when this is dropped.
pub(crate) struct Target {
    kind: Kind,
    version: String,
    running: Running,
    /// What the clients find in their environment.
    environment: Vec<(&'static str, String)>,
}

enum Running {
    Ottla(Vec<Broker>),
    Kfake(Kfake),
    Kafka { _cluster: Box<Temporary> },
}

impl Target {
    /// What has to be built must have been.
    pub(crate) fn start(kind: Kind, interrupt: &Interrupt) -> Result<Self> {
        let (version, running, servers) = match kind {
            Kind::Ottla => ottla()?,
            Kind::Kfake => kfake(interrupt)?,
            Kind::Kafka => kafka(interrupt)?,
        };
        let names = [
            "OTTLA_BOOTSTRAP_SERVERS",
            "CLIENTS_SASL_SERVERS",
            "CLIENTS_TLS_SERVERS",
        ];
        let mut environment: Vec<_> = names.into_iter().zip(servers).collect();
        environment.push(("CLIENTS_TLS_CA", certificate().display().to_string()));
        Ok(Self {
            kind,
            version,
            running,
            environment,
        })
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    pub(crate) fn environment(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.environment
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
    }

    /// The servers of the cluster that asks for nothing.
    pub(crate) fn servers(&self) -> &str {
        self.environment.first().map_or("", |(_, servers)| servers)
    }

    /// Those of the one where everybody has to log in.
    pub(crate) fn sasl_servers(&self) -> &str {
        self.environment.get(1).map_or("", |(_, servers)| servers)
    }

    /// How many brokers that one has.
    pub(crate) fn brokers(&self) -> usize {
        self.servers().split(',').count()
    }

    /// Starts it anew where a part of it has died.
    pub(crate) fn revive(&mut self, interrupt: &Interrupt) -> Result<()> {
        let dead = match &mut self.running {
            Running::Ottla(clusters) => clusters.iter_mut().any(|one| one.died().is_some()),
            Running::Kfake(kfake) => !matches!(kfake.child.try_wait(), Ok(None)),
            Running::Kafka { .. } => false,
        };
        if dead {
            println!("   {} has died, and is started anew", self.kind);
            *self = Self::start(self.kind, interrupt)?;
        }
        Ok(())
    }
}

/// Where a cluster that encrypts leaves what its clients are to trust.
fn certificate() -> PathBuf {
    built().join("ca.pem")
}

fn ottla() -> Result<(String, Running, Vec<String>)> {
    let settings: Vec<_> = SETTINGS
        .map(|(name, value)| format!("{name}={value}"))
        .into();
    let settings: Vec<_> = settings.iter().flat_map(|it| ["--set", it]).collect();
    let certificate = certificate();
    let ca = certificate.to_str().context("a path that is text")?;
    let of_its_own = [
        vec!["--brokers", "3"],
        vec!["--user", USER],
        vec!["--tls-ca", ca],
    ];
    let clusters = of_its_own.map(|own| Broker::with(&[own, settings.clone()].concat()));
    let clusters: Vec<_> = clusters.into_iter().collect::<Result<_>>()?;
    let servers = clusters
        .iter()
        .map(|one| one.bootstrap_servers().to_owned());
    let servers = servers.collect();
    let program = workspace::target().join("debug/ottla");
    let said = workspace::output(Command::new(program).arg("--version"))?;
    let version = said.trim().trim_start_matches("ottla ").to_owned();
    Ok((version, Running::Ottla(clusters), servers))
}

/// The process, and what ends it when it is closed.
struct Kfake {
    child: Child,
    _input: Option<ChildStdin>,
}

impl Drop for Kfake {
    fn drop(&mut self) {
        // One that has died already can't be killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn kfake(interrupt: &Interrupt) -> Result<(String, Running, Vec<String>)> {
    let program = go::build("kfake", interrupt)?;
    let mut child = Command::new(program)
        .arg(certificate())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .context("start kfake")?;
    let output = child.stdout.take().context("kfake's output")?;
    let running = Kfake {
        _input: child.stdin.take(),
        child,
    };
    let lines = BufReader::new(output).lines().take(3);
    let servers: Vec<_> = lines.collect::<Result<_, _>>().context("read kfake")?;
    if servers.len() < 3 {
        bail!("kfake ended before it listened");
    }
    let version = go::version("github.com/twmb/franz-go/pkg/kfake")?;
    Ok((version, Running::Kfake(running), servers))
}

fn kafka(interrupt: &Interrupt) -> Result<(String, Running, Vec<String>)> {
    let ports = kafka::ports(2)?;
    let settings = SETTINGS.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let plan = Plan {
        version: Version::newest(),
        brokers: 1,
        settings: [settings.into(), secured::settings(&ports)].concat(),
    };
    secured::make_certificate(&certificate(), interrupt)?;
    let cluster = Temporary::start(&plan, interrupt)?;
    let open = cluster.bootstrap_servers();
    secured::add_user(&open, interrupt)?;
    let others = ports.iter().map(|port| format!("127.0.0.1:{port}"));
    let servers = std::iter::once(open).chain(others).collect();
    Ok((
        NEWEST.to_owned(),
        Running::Kafka {
            _cluster: Box::new(cluster),
        },
        servers,
    ))
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ottla => "ottla broker",
            Self::Kfake => "kfake",
            Self::Kafka => "Apache Kafka",
        })
    }
}
