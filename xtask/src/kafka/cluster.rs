//! A cluster: a folder that tells what it consists of, with a folder for each of its nodes.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use super::distribution::{Distribution, Version};
use super::node::{Lifetime, NodeFolder, State};
use super::settings::{self, Layout, Node};
use super::{probe, random};
use crate::interrupt::Interrupt;
use crate::{process, workspace};

/// How long a cluster may take until it serves. It takes about 3 s on an idle machine.
const START: Duration = Duration::from_secs(120);

/// How often ports are drawn anew when another process took one first.
const PORT_DRAWS: usize = 3;

/// What a cluster is made from.
pub(crate) struct Plan {
    pub(crate) version: Version,
    pub(crate) brokers: usize,
    pub(crate) settings: Vec<(String, String)>,
}

pub(crate) struct Cluster {
    name: String,
    folder: PathBuf,
    layout: Layout,
}

/// How a node is: whether it serves, and in words.
pub(crate) struct Report {
    pub(crate) name: String,
    pub(crate) up: bool,
    pub(crate) state: String,
}

/// The folder that holds a folder for each cluster.
pub(crate) fn clusters_folder() -> PathBuf {
    workspace::target().join("kafka/clusters")
}

/// The names of all clusters of which there is a folder.
pub(crate) fn names() -> Result<Vec<String>> {
    let folder = clusters_folder();
    let entries = match fs::read_dir(&folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.with_context(|| format!("list {}", folder.display()))?,
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.with_context(|| format!("list {}", folder.display()))?;
        if entry.path().is_dir() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// Kills what still runs of a cluster and removes its folder; says whether there was one.
pub(crate) fn demolish(name: &str) -> Result<bool> {
    let folder = clusters_folder().join(name);
    if !folder.exists() {
        return Ok(false);
    }
    for node in NodeFolder::all(&folder)? {
        node.kill()?;
    }
    fs::remove_dir_all(&folder).with_context(|| format!("remove {}", folder.display()))?;
    Ok(true)
}

impl Cluster {
    /// The cluster of that name, if there is a folder of it; its nodes may have died.
    pub(crate) fn open(name: &str) -> Result<Option<Self>> {
        let folder = clusters_folder().join(name);
        let text = match fs::read(folder.join("cluster.json")) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            text => text.with_context(|| format!("read the state of cluster `{name}`"))?,
        };
        let layout = serde_json::from_slice(&text).with_context(|| {
            format!("the state of cluster `{name}` is unreadable; `kafka down` removes it")
        })?;
        Ok(Some(Self {
            name: name.to_owned(),
            folder,
            layout,
        }))
    }

    /// Makes a cluster, starts it, and waits until each broker knows all brokers. Leaves nothing behind when it fails.
    pub(crate) fn create(
        name: &str,
        plan: &Plan,
        lifetime: Lifetime,
        interrupt: &Interrupt,
    ) -> Result<Self> {
        let kafka = Distribution::resolve(&plan.version, interrupt)?;
        let mut draws = 1;
        loop {
            let cluster = Self::lay_out(name, plan)?;
            let Err(error) = cluster.launch(&kafka, lifetime, interrupt) else {
                return Ok(cluster);
            };
            let again = draws < PORT_DRAWS && cluster.lost_a_port();
            demolish(name)?;
            if !again {
                return Err(error);
            }
            draws += 1;
        }
    }

    fn lay_out(name: &str, plan: &Plan) -> Result<Self> {
        let layout = Layout {
            version: plan.version.clone(),
            cluster_id: random::cluster_id()?,
            nodes: settings::nodes(&random::ports(settings::ports_needed(plan.brokers))?),
            settings: plan.settings.clone(),
        };
        let folder = clusters_folder().join(name);
        fs::create_dir_all(&folder).with_context(|| format!("create {}", folder.display()))?;
        let text = serde_json::to_vec_pretty(&layout).context("write the cluster's state")?;
        fs::write(folder.join("cluster.json"), text).context("write the cluster's state")?;
        Ok(Self {
            name: name.to_owned(),
            folder,
            layout,
        })
    }

    fn launch(
        &self,
        kafka: &Distribution,
        lifetime: Lifetime,
        interrupt: &Interrupt,
    ) -> Result<()> {
        let mut formatting = Vec::new();
        for node in &self.layout.nodes {
            let folder = self.node(node);
            folder.create(&self.layout.server_properties(node, &folder.data()))?;
            formatting.push((folder.format(kafka, &self.layout.cluster_id)?, folder.log()));
        }
        for (child, log) in formatting {
            process::finish_quietly(child, &log, "kafka.tools.StorageTool format", interrupt)?;
        }
        for node in &self.layout.nodes {
            self.node(node).start(kafka, lifetime)?;
        }
        let count = self.layout.brokers().count();
        let ready = |port| probe::brokers(port).is_ok_and(|known| known.len() == count);
        self.wait(interrupt, || {
            self.layout.brokers().all(|(_, port)| ready(port))
        })
    }

    /// Waits until the cluster is as wanted, while none of its nodes dies.
    fn wait(&self, interrupt: &Interrupt, ready: impl Fn() -> bool) -> Result<()> {
        let begin = Instant::now();
        while !ready() {
            interrupt.check()?;
            if let Some((node, log)) = self.died()?.first() {
                bail!(
                    "{node} ended while starting; its log ends with\n{}",
                    process::tail(log, 15)
                );
            }
            if begin.elapsed() >= START {
                let logs = self
                    .layout
                    .nodes
                    .iter()
                    .map(|node| process::tail(&self.node(node).log(), 8));
                let logs = logs.collect::<Vec<_>>().join("\n  |\n");
                bail!(
                    "Kafka does not serve after {} s; its log ends with\n{logs}",
                    START.as_secs()
                );
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// Whether a node failed because another process took its port between draw and start.
    fn lost_a_port(&self) -> bool {
        let says = |log: PathBuf| {
            fs::read_to_string(log).is_ok_and(|text| text.contains("Address already in use"))
        };
        self.layout
            .nodes
            .iter()
            .any(|node| says(self.node(node).log()))
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn layout(&self) -> &Layout {
        &self.layout
    }

    fn node(&self, node: &Node) -> NodeFolder {
        NodeFolder::of(&self.folder, node.id)
    }

    /// Whether it was made from such a plan.
    pub(crate) fn is_like(&self, plan: &Plan) -> bool {
        let Plan {
            version,
            brokers,
            settings,
        } = plan;
        self.layout.version == *version
            && self.layout.brokers().count() == *brokers
            && self.layout.settings == *settings
    }

    /// The nodes that ended though nobody stopped them, each with its log.
    pub(crate) fn died(&self) -> Result<Vec<(String, PathBuf)>> {
        let mut died = Vec::new();
        for node in &self.layout.nodes {
            let folder = self.node(node);
            if folder.state()? == State::Died {
                died.push((describe(node), folder.log()));
            }
        }
        Ok(died)
    }

    pub(crate) fn any_runs(&self) -> Result<bool> {
        for node in &self.layout.nodes {
            if matches!(self.node(node).state()?, State::Running(_)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// How each node is.
    pub(crate) fn report(&self) -> Result<Vec<Report>> {
        self.layout
            .nodes
            .iter()
            .map(|node| self.report_node(node))
            .collect()
    }

    fn report_node(&self, node: &Node) -> Result<Report> {
        let folder = self.node(node);
        let (up, state) = match (folder.state()?, node.broker_port) {
            (State::Stopped, _) => (false, "stopped".to_owned()),
            (State::Died, _) => (false, format!("died, see {}", folder.log().display())),
            (State::Running(pid), None) => (true, format!("up (process {pid})")),
            (State::Running(pid), Some(port)) => match probe::brokers(port) {
                Ok(known) => (true, format!("up (process {pid}), sees brokers {known:?}")),
                Err(error) => (false, format!("does not answer (process {pid}): {error:#}")),
            },
        };
        Ok(Report {
            name: describe(node),
            up,
            state,
        })
    }

    /// Ends one broker: in order, or at once as a crash would.
    pub(crate) fn stop_broker(&self, id: i32, at_once: bool) -> Result<()> {
        let (node, _) = self.broker(id)?;
        let folder = self.node(node);
        if at_once {
            folder.kill()
        } else {
            folder.stop()
        }
    }

    /// Starts a stopped broker again and waits until it serves.
    pub(crate) fn start_broker(&self, id: i32, interrupt: &Interrupt) -> Result<()> {
        let (node, port) = self.broker(id)?;
        let folder = self.node(node);
        ensure!(
            !matches!(folder.state()?, State::Running(_)),
            "broker {id} of cluster `{}` runs already",
            self.name
        );
        let kafka = Distribution::resolve(&self.layout.version, interrupt)?;
        folder.start(&kafka, Lifetime::Detached)?;
        self.wait(interrupt, || {
            probe::brokers(port).is_ok_and(|known| known.contains(&id))
        })
    }

    fn broker(&self, id: i32) -> Result<(&Node, u16)> {
        let known = self.layout.brokers().count();
        self.layout
            .brokers()
            .find(|(node, _)| node.id == id)
            .with_context(|| format!("cluster `{}` has brokers 1 to {known}, no {id}", self.name))
    }

    /// Copies the nodes' logs into a folder, instead of what is there.
    pub(crate) fn copy_logs(&self, to: &Path) -> Result<()> {
        fs::create_dir_all(to).with_context(|| format!("create {}", to.display()))?;
        for node in &self.layout.nodes {
            let copy = to.join(format!("node-{}.log", node.id));
            fs::copy(self.node(node).log(), &copy)
                .with_context(|| format!("write {}", copy.display()))?;
        }
        Ok(())
    }
}

fn describe(node: &Node) -> String {
    match node.broker_port {
        Some(_) => format!("broker {}", node.id),
        None => "controller".to_owned(),
    }
}
