//! Both sides' definitions: Kafka's out of its jars, ours out of the example `definitions`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::definition::Definition;
use crate::interrupt::Interrupt;
use crate::kafka::Distribution;
use crate::process;
use crate::workspace::output;

/// The jars that hold schemas of what goes over the wire or into a log that others read.
const JARS: &[&str] = &[
    "kafka-clients",
    "kafka-group-coordinator",
    "kafka-transaction-coordinator",
    "kafka-share-coordinator",
];

/// Where the schemas lie in them.
const FOLDER: &str = "common/message";

/// Definitions by name.
pub(crate) type Definitions = BTreeMap<String, Definition>;

/// What the example prints.
pub(crate) fn ours(example: &Path) -> Result<Definitions> {
    let printed = output(&mut Command::new(example))?;
    let definitions = printed.lines().map(Definition::read);
    definitions
        .map(|definition| definition.map(|it| (it.name.clone(), it)))
        .collect()
}

/// What the jars of a Kafka hold.
pub(crate) fn kafkas(kafka: &Distribution, interrupt: &Interrupt) -> Result<Definitions> {
    let folder = kafka.folder().join("schemas");
    if !folder.exists() {
        unpack(kafka, &folder, interrupt).context("unpack Kafka's schemas")?;
    }
    let mut definitions = Definitions::new();
    for file in fs::read_dir(&folder).with_context(|| format!("list {}", folder.display()))? {
        let path = file?.path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let read = fs::read_to_string(&path).map_err(Into::into);
        let definition = read
            .and_then(|text| Definition::read(&text))
            .with_context(|| format!("read {}", path.display()))?;
        definitions.insert(definition.name.clone(), definition);
    }
    Ok(definitions)
}

/// Unpacks beside and moves into place whole, with the `jar` of the JDK whose `java` runs our programs: a crate that
/// reads zip files would be one more dependency for the same.
fn unpack(kafka: &Distribution, folder: &Path, interrupt: &Interrupt) -> Result<()> {
    let partial = folder.with_extension(format!("partial-{}", std::process::id()));
    fs::create_dir_all(&partial)?;
    for jar in JARS {
        let Some(file) = kafka.jar(jar) else {
            continue;
        };
        let mut command = Command::new(jar_program(kafka)?);
        command
            .arg("xf")
            .arg(file)
            .arg(FOLDER)
            .current_dir(&partial);
        process::run_quietly(&mut command, &partial.join("jar.log"), "jar", interrupt)?;
    }
    fs::rename(partial.join(FOLDER), folder)?;
    fs::remove_dir_all(&partial)?;
    Ok(())
}

fn jar_program(kafka: &Distribution) -> Result<PathBuf> {
    let beside = kafka.java_program().with_file_name("jar");
    Some(beside)
        .filter(|program| program.exists())
        .or_else(|| process::find("jar"))
        .context("a JDK is needed, and there is no `jar` beside its `java`")
}
