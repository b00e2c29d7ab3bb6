//! Which crate may need which: dependencies point down, and what is meant to do without a thing does without it.

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::stages::Outcome;
use crate::workspace::{cargo, output};

/// The workspace from the bottom up. A crate needs only crates of lower layers, in its tests too.
const LAYERS: &[&[&str]] = &[
    &["ottla-protocol-derive"],
    &["ottla-protocol"],
    &["ottla-client"],
    &["ottla-offset-store"],
    &["ottla-group"],
    // Its tests need a client.
    &["ottla-embedded"],
    &[
        "ottla-cli",
        "ottla-examples",
        "ottla-benches",
        "ottla-hostile",
        "ottla-simulation",
        "xtask",
    ],
];

/// A crate with some of its features, and what it must not need in that form, through others neither.
struct Without {
    package: &'static str,
    features: &'static [&'static str],
    packages: &'static [&'static str],
}

const WITHOUT: &[Without] = &[
    Without {
        package: "ottla-protocol",
        features: &["--all-features"],
        packages: &["tokio", "futures-core", "mio", "rand"],
    },
    Without {
        package: "ottla-protocol",
        features: &["--no-default-features"],
        packages: &["nom", "bytes", "syn"],
    },
    Without {
        package: "ottla-offset-store",
        features: &[],
        packages: &["ottla-client", "rusqlite", "sled"],
    },
    Without {
        package: "ottla-offset-store",
        features: &["--features", "memory,sled,sqlite,conformance"],
        packages: &["ottla-client"],
    },
    Without {
        package: "ottla-embedded",
        features: &["--all-features"],
        packages: &["ottla-client", "ottla-offset-store", "ottla-group"],
    },
];

pub(crate) fn check() -> Result<Outcome> {
    let metadata = output(&mut cargo(&[
        "metadata",
        "--format-version",
        "1",
        "--no-deps",
    ]))?;
    let metadata = serde_json::from_str(&metadata).context("read cargo's metadata")?;
    let mut faults = upward(&metadata, LAYERS);
    for without in WITHOUT {
        let arguments = [
            "tree",
            "--edges",
            "normal",
            "--prefix",
            "none",
            "--package",
            without.package,
        ];
        let tree = output(cargo(&arguments).args(without.features))?;
        faults.extend(present(&tree, without));
    }
    if !faults.is_empty() {
        bail!("{}", faults.join("; "));
    }
    Ok(Outcome::Done)
}

/// Each dependency within the workspace that does not point down.
fn upward(metadata: &Value, layers: &[&[&str]]) -> Vec<String> {
    let mut faults = Vec::new();
    for package in list(metadata, "packages") {
        let name = text(package, "name");
        let Some(own) = layer(layers, name) else {
            faults.push(format!("{name} has no layer in xtask/src/check/layers.rs"));
            continue;
        };
        // A crate that needs itself asks for features that its tests want.
        let needed = list(package, "dependencies")
            .iter()
            .map(|needed| text(needed, "name"))
            .filter(|needed| *needed != name);
        let not_below = |needed: &&str| layer(layers, needed).is_some_and(|other| other >= own);
        faults.extend(
            needed
                .filter(not_below)
                .map(|needed| format!("{name} needs {needed}, which is not below it")),
        );
    }
    faults
}

fn layer(layers: &[&[&str]], name: &str) -> Option<usize> {
    layers.iter().position(|layer| layer.contains(&name))
}

fn list<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value[field].as_array().map_or(&[], Vec::as_slice)
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}

/// What `cargo tree` shows (a line each: name, version, more) though it must not be there.
fn present(tree: &str, without: &Without) -> Vec<String> {
    let needed = |name: &&&str| {
        tree.lines()
            .any(|line| line.split(' ').next() == Some(**name))
    };
    let fault = |name: &&str| {
        format!(
            "{} {} needs {name}",
            without.package,
            without.features.join(" ")
        )
    };
    without.packages.iter().filter(needed).map(fault).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn metadata(name: &str, needs: &[&str]) -> Value {
        let needs: Vec<Value> = needs.iter().map(|name| json!({ "name": name })).collect();
        json!({ "packages": [{ "name": name, "dependencies": needs }] })
    }

    #[test]
    fn a_dependency_points_down_or_out() {
        let layers: &[&[&str]] = &[&["low"], &["high", "beside"]];
        assert_eq!(
            upward(&metadata("high", &["low", "tokio"]), layers),
            [""; 0]
        );
        assert_eq!(
            upward(&metadata("low", &["high"]), layers),
            ["low needs high, which is not below it"]
        );
        assert_eq!(
            upward(&metadata("high", &["beside"]), layers),
            ["high needs beside, which is not below it"]
        );
        assert_eq!(upward(&metadata("low", &["low"]), layers), [""; 0]);
        assert_eq!(upward(&metadata("new", &[]), layers).len(), 1);
    }

    #[test]
    fn a_package_is_found_in_a_tree_by_its_whole_name() {
        let without = Without {
            package: "a",
            features: &["--f"],
            packages: &["tokio", "bytes"],
        };
        assert_eq!(
            present("a v1 (/here)\ntokio-util v0.7\nnom v8", &without),
            [""; 0]
        );
        assert_eq!(
            present("a v1 (/here)\ntokio v1.54 (*)", &without),
            ["a --f needs tokio"]
        );
    }
}
