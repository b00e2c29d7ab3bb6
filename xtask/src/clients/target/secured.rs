//! A real Kafka with two more listeners: one where everybody has to log in, one that encrypts.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::{USER, built};
use crate::clients::java;
use crate::interrupt::Interrupt;
use crate::process;

/// Of the key store, which is nobody's secret.
const PASSWORD: &str = "for-tests";

/// What the broker is told; the ports are those of the two listeners.
pub(super) fn settings(ports: &[u16]) -> Vec<(String, String)> {
    let of = |at: usize| ports.get(at).copied().unwrap_or_default();
    let listeners = format!(
        "{{listeners}},SASL://127.0.0.1:{},TLS://127.0.0.1:{}",
        of(0),
        of(1)
    );
    let (name, password) = USER.split_once(':').unwrap_or_default();
    let module = "org.apache.kafka.common.security";
    let plain = format!("{module}.plain.PlainLoginModule required user_{name}=\"{password}\";");
    let scram = format!("{module}.scram.ScramLoginModule required;");
    let protocols =
        "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL:SASL_PLAINTEXT,TLS:SSL".to_owned();
    let mechanisms = "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512".to_owned();
    let all = [
        ("listeners", listeners),
        ("listener.security.protocol.map", protocols),
        ("sasl.enabled.mechanisms", mechanisms),
        ("listener.name.sasl.plain.sasl.jaas.config", plain),
        (
            "listener.name.sasl.scram-sha-256.sasl.jaas.config",
            scram.clone(),
        ),
        ("listener.name.sasl.scram-sha-512.sasl.jaas.config", scram),
        ("listener.name.tls.ssl.keystore.type", "PKCS12".to_owned()),
        (
            "listener.name.tls.ssl.keystore.location",
            key_store().display().to_string(),
        ),
        (
            "listener.name.tls.ssl.keystore.password",
            PASSWORD.to_owned(),
        ),
        ("listener.name.tls.ssl.key.password", PASSWORD.to_owned()),
    ];
    all.map(|(name, value)| (name.to_owned(), value)).into()
}

/// Makes a key for 127.0.0.1, and leaves its certificate in a file for clients to trust.
pub(super) fn make_certificate(file: &Path, interrupt: &Interrupt) -> Result<()> {
    for old in [key_store().as_path(), file] {
        if old.exists() {
            fs::remove_file(old).with_context(|| format!("remove {}", old.display()))?;
        }
    }
    let make = "-genkeypair -keyalg EC -dname CN=localhost -validity 2";
    let for_whom = "-ext SAN=IP:127.0.0.1,DNS:localhost -ext bc=ca:true";
    key_tool(&format!("{make} {for_whom}"), None, interrupt)?;
    key_tool("-exportcert -rfc", Some(file), interrupt)
}

fn key_tool(arguments: &str, file: Option<&Path>, interrupt: &Interrupt) -> Result<()> {
    let program = process::find("keytool").context("there is no `keytool` on the path")?;
    let mut command = Command::new(program);
    command.args(arguments.split(' '));
    command.args([
        "-alias",
        "kafka",
        "-storetype",
        "PKCS12",
        "-storepass",
        PASSWORD,
    ]);
    command.arg("-keystore").arg(key_store());
    command.args(
        file.map(|file| [Path::new("-file"), file])
            .into_iter()
            .flatten(),
    );
    let log = built().join("keytool.log");
    process::run_quietly(&mut command, &log, "keytool", interrupt)
}

/// SCRAM's users are kept by the cluster, which takes one credential of a user at a time.
pub(super) fn add_user(servers: &str, interrupt: &Interrupt) -> Result<()> {
    let (name, password) = USER.split_once(':').unwrap_or_default();
    let kafka = java::distribution(interrupt)?;
    for mechanism in ["SCRAM-SHA-256", "SCRAM-SHA-512"] {
        let credential = format!("{mechanism}=[password={password}]");
        let mut command = java::class(&kafka, "kafka.admin.ConfigCommand");
        command.args(["--bootstrap-server", servers, "--alter"]);
        command.args(["--add-config", &credential, "--entity-type", "users"]);
        command.args(["--entity-name", name]);
        let log = built().join("users.log");
        process::run_quietly(&mut command, &log, "kafka-configs", interrupt)?;
    }
    Ok(())
}

fn key_store() -> PathBuf {
    built().join("kafka.p12")
}
