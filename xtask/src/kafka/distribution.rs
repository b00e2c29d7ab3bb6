//! Kafka's jars of one version in the cache folder, and the Java that runs them.

use std::env;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::str::FromStr;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::interrupt::Interrupt;
use crate::maven::{self, Artifact};
use crate::{process, workspace};

/// What Kafka 4's brokers run on.
const OLDEST_JAVA: u32 = 17;

/// The Kafka that this workspace is made for and tested with.
pub(crate) const NEWEST: &str = "4.3.0";

/// A version of Apache Kafka, such as `4.3.0`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Version(String);

impl Version {
    /// [`NEWEST`].
    pub(crate) fn newest() -> Self {
        Self(NEWEST.to_owned())
    }
}

impl FromStr for Version {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text
            .split('.')
            .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
        if numbers {
            Ok(Self(text.to_owned()))
        } else {
            Err("a version looks like 4.3.0".to_owned())
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is needed to run one of Kafka's classes.
pub(crate) struct Distribution {
    java: PathBuf,
    /// The cache folder, in which `jars` is.
    folder: PathBuf,
    version: Version,
}

impl Distribution {
    /// Finds Java, and Kafka's jars in the cache; Maven gets them where they are missing.
    pub(crate) fn resolve(version: &Version, interrupt: &Interrupt) -> Result<Self> {
        let java = java().context("Kafka needs Java 17, and there is no `java` on the path")?;
        let folder = cache_folder(version);
        if !folder.exists() {
            fill(&folder, version, interrupt).with_context(|| format!("get Kafka {version}"))?;
        }
        Ok(Self {
            java,
            folder,
            version: version.clone(),
        })
    }

    /// The folder that holds the jars, and what is made of them.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// One of Kafka's own jars, if this version has it.
    pub(crate) fn jar(&self, name: &str) -> Option<PathBuf> {
        let file = format!("{name}-{}.jar", self.version);
        Some(self.folder.join("jars").join(file)).filter(|jar| jar.exists())
    }

    /// Java's class path that holds all of Kafka.
    pub(crate) fn class_path(&self) -> String {
        format!("{}/jars/*", self.folder.display())
    }

    /// A Java program with Kafka's classes on its path, to which the class and its arguments are to be added.
    pub(crate) fn java(&self) -> Command {
        let mut command = Command::new(&self.java);
        command.arg("-cp").arg(self.class_path());
        command
    }

    /// The Java program itself, for a command that something else starts.
    pub(crate) fn java_program(&self) -> &Path {
        &self.java
    }
}

/// What is missing on this machine to run a Kafka of that version: a line a piece, none when all is there.
pub(crate) fn missing(version: &Version) -> Vec<String> {
    let java = match java().as_deref().map(major_version) {
        None => Some("no Java (`java` is not on the path)".to_owned()),
        Some(Some(major)) if major < OLDEST_JAVA => Some(format!(
            "Java {major} is too old, Kafka needs {OLDEST_JAVA}"
        )),
        Some(_) => None,
    };
    let have_jars = cache_folder(version).exists() || process::find("mvn").is_some();
    let maven = (!have_jars).then(|| "no Maven (`mvn` is not on the path)".to_owned());
    java.into_iter().chain(maven).collect()
}

/// Nothing where the program doesn't say: then Kafka is tried.
fn major_version(java: &Path) -> Option<u32> {
    let said = Command::new(java).arg("-version").output().ok()?;
    read_major_version(&String::from_utf8_lossy(&said.stderr))
}

/// Reads `openjdk version "17.0.15" …`; Java 8 called itself 1.8.
fn read_major_version(said: &str) -> Option<u32> {
    let (_, rest) = said.split_once("version \"")?;
    let rest = rest.strip_prefix("1.").unwrap_or(rest);
    rest.split(|c: char| !c.is_ascii_digit())
        .next()?
        .parse()
        .ok()
}

fn java() -> Option<PathBuf> {
    let home = env::var_os("JAVA_HOME").map(|home| Path::new(&home).join("bin/java"));
    home.filter(|java| java.exists())
        .or_else(|| process::find("java"))
}

fn cache_folder(version: &Version) -> PathBuf {
    workspace::target()
        .join("kafka")
        .join(format!("kafka-{version}"))
}

/// Fills a folder beside and moves it into place whole: a folder of the right name is a complete one.
fn fill(folder: &Path, version: &Version, interrupt: &Interrupt) -> Result<()> {
    eprintln!("kafka: getting Kafka {version} with Maven (once)");
    let partial = folder.with_extension(format!("partial-{}", std::process::id()));
    fs::create_dir_all(&partial).with_context(|| format!("create {}", partial.display()))?;
    let got = maven::copy_jars(
        &artifacts(&version.0),
        &partial,
        &partial.join("jars"),
        interrupt,
    );
    let moved = got.and_then(|()| match fs::rename(&partial, folder) {
        // Another process was as far at the same time: its folder is as good.
        Err(_) if folder.exists() => Ok(()),
        other => other.with_context(|| format!("move the jars to {}", folder.display())),
    });
    if partial.exists() {
        fs::remove_dir_all(&partial).with_context(|| format!("remove {}", partial.display()))?;
    }
    moved?;
    if !folder.join("jars").is_dir() {
        bail!("Maven left no jars in {}", folder.display());
    }
    Ok(())
}

fn artifacts(version: &str) -> [Artifact<'_>; 3] {
    [
        Artifact {
            group: "org.apache.kafka",
            name: "kafka_2.13",
            version,
        },
        Artifact {
            group: "org.apache.kafka",
            name: "kafka-tools",
            version,
        },
        // Kafka logs through slf4j 1 and brings no backend: without one a broker fails without a word.
        Artifact {
            group: "org.slf4j",
            name: "slf4j-simple",
            version: "1.7.36",
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn javas_version_is_read_in_its_forms() {
        assert_eq!(
            read_major_version("openjdk version \"17.0.15\" 2025-04-15\nmore"),
            Some(17)
        );
        assert_eq!(read_major_version("java version \"1.8.0_392\""), Some(8));
        assert_eq!(
            read_major_version("openjdk version \"25\" 2025-09-16"),
            Some(25)
        );
        assert_eq!(read_major_version("no idea"), None);
    }

    #[test]
    fn a_version_is_numbers_and_dots() {
        assert_eq!(
            "4.3.0".parse::<Version>().map(|v| v.to_string()),
            Ok("4.3.0".to_owned())
        );
        for bad in ["", "4..0", "4.3.0-rc1", "../4", "4.3.0</version>"] {
            assert!(bad.parse::<Version>().is_err(), "{bad}");
        }
    }
}
