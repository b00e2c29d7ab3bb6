//! The Java program, compiled against Kafka's jars; and what starts any of Kafka's classes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::program::Program;
use super::{built, sources};
use crate::interrupt::Interrupt;
use crate::kafka::{self, Distribution, Version};
use crate::process;

/// Short programs: what starts fast is fast.
const FAST: [&str; 3] = [
    "-XX:TieredStopAtLevel=1",
    "-XX:-UsePerfData",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
];

/// The program of `embedded/clients/java`.
pub(crate) fn program(interrupt: &Interrupt) -> Result<Program> {
    let kafka = distribution(interrupt)?;
    let classes = built().join("java");
    fs::create_dir_all(&classes).context("create the folder of the classes")?;
    // By the compiler's own class: a Java may be there whose `javac` is not on the path.
    let mut compile = Command::new(kafka.java_program());
    compile.args(["-m", "jdk.compiler/com.sun.tools.javac.Main"]);
    // Which takes no `*` for the jars of a folder.
    let jars = files(&kafka.folder().join("jars"), "jar")?;
    let jars = std::env::join_paths(jars).context("a path with a colon")?;
    compile.arg("-cp").arg(jars).arg("-d").arg(&classes);
    compile.args(files(&sources().join("java"), "java")?);
    let log = built().join("javac.log");
    process::run_quietly(&mut compile, &log, "the Java compiler", interrupt)?;
    let class_path = format!("{}:{}", classes.display(), kafka.class_path());
    let java = kafka.java_program().as_os_str().to_owned();
    let options = FAST.into_iter().chain(["-cp", &class_path, "Clients"]);
    Ok(Program::new(
        std::iter::once(java).chain(options.map(Into::into)),
    ))
}

fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("list {}", folder.display()))? {
        let file = entry.with_context(|| format!("list {}", folder.display()))?;
        files.push(file.path());
    }
    files.retain(|file| file.extension().is_some_and(|it| it == extension));
    Ok(files)
}

/// Kafka's jars and a Java, or why there are none.
pub(crate) fn distribution(interrupt: &Interrupt) -> Result<Distribution> {
    let version = Version::newest();
    let missing = kafka::missing(&version);
    if !missing.is_empty() {
        bail!("{}", missing.join("; "));
    }
    Distribution::resolve(&version, interrupt)
}

/// One of Kafka's classes, to which its arguments are to be added.
pub(crate) fn class(kafka: &Distribution, name: &str) -> Command {
    let mut command = kafka.java();
    command.args(FAST).arg(name);
    command
}
