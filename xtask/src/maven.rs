//! Jars through Maven, from Maven's own central repository by name.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::interrupt::Interrupt;
use crate::process;

/// `group:name:version` of one artifact.
pub(crate) struct Artifact<'a> {
    pub(crate) group: &'a str,
    pub(crate) name: &'a str,
    pub(crate) version: &'a str,
}

/// Copies the artifacts and all that they need at run time into `jars`; `work` takes the pom and Maven's output.
pub(crate) fn copy_jars(
    artifacts: &[Artifact<'_>],
    work: &Path,
    jars: &Path,
    interrupt: &Interrupt,
) -> Result<()> {
    let maven = process::find("mvn")
        .context("Maven is needed to get Kafka's jars, and there is no `mvn` on the path")?;
    let pom_file = work.join("pom.xml");
    fs::write(&pom_file, pom(artifacts))
        .with_context(|| format!("write {}", pom_file.display()))?;
    let mut command = Command::new(maven);
    command
        .current_dir(work)
        .args([
            "--batch-mode",
            "--quiet",
            "dependency:copy-dependencies",
            "-DincludeScope=runtime",
            "-Dstyle.color=never",
        ])
        .arg(format!("-DoutputDirectory={}", jars.display()));
    process::run_quietly(&mut command, &work.join("maven.log"), "Maven", interrupt)
}

fn pom(artifacts: &[Artifact<'_>]) -> String {
    let dependencies: String = artifacts.iter().map(dependency).collect();
    format!(
        r#"<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>ottla</groupId>
  <artifactId>kafka-for-tests</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
{dependencies}  </dependencies>
</project>
"#
    )
}

fn dependency(artifact: &Artifact<'_>) -> String {
    let Artifact {
        group,
        name,
        version,
    } = artifact;
    format!(
        "    <dependency><groupId>{group}</groupId><artifactId>{name}</artifactId><version>{version}</version></dependency>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pom_names_each_artifact() {
        let pom = pom(&[
            Artifact {
                group: "g",
                name: "a",
                version: "1",
            },
            Artifact {
                group: "g",
                name: "b",
                version: "2.0",
            },
        ]);
        assert!(pom.contains("<artifactId>a</artifactId><version>1</version>"));
        assert!(pom.contains("<artifactId>b</artifactId><version>2.0</version>"));
    }
}
