//! `ottla records`: what `sink` wrote into sled.

use std::io::{BufWriter, Write};

use clap::Args;
use ottla_offset_store::StoreUrl;
use serde::Serialize;

use crate::context::Context;
use crate::failure::Failure;
use crate::output::{self, Output};
use crate::record_json::text_or_base64;
use crate::sink::sled_keys::{RECORDS_TREE, read_record_key};
use crate::store_url::Place;

/// `ottla records`.
#[derive(Debug, Args)]
pub(crate) struct Records {
    /// The folder, as sled:DIR.
    #[arg(long)]
    store: Place,
}

/// One line of `records`.
#[derive(Serialize)]
struct Line<'a> {
    topic: &'a str,
    partition: i32,
    offset: i64,
    value: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value_base64: Option<String>,
}

impl Records {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        let folder = match self.store.store()? {
            StoreUrl::Sled(folder) => folder,
            other => {
                return Err(Failure::Usage(format!(
                    "records reads sled:DIR, not {other}"
                )));
            }
        };
        if !folder.exists() {
            return Err(Failure::said(format!(
                "sled:{}: there is no such store",
                folder.display()
            )));
        }
        let what = format!("sled:{}", folder.display());
        let db = sled::open(folder).map_err(|error| match error {
            sled::Error::Io(io) if io.to_string().contains("could not acquire lock") => {
                Failure::said(format!("{what} is in use by another process"))
            }
            error => Failure::job(&what, error),
        })?;
        let mut out = BufWriter::new(std::io::stdout().lock());
        for entry in db.open_tree(RECORDS_TREE)?.iter() {
            let (key, value) = entry?;
            let Some((topic, partition, offset)) = read_record_key(&key) else {
                continue;
            };
            let (text, value_base64) = text_or_base64(Some(&value));
            match context.output {
                Output::Json => {
                    output::line(
                        &mut out,
                        &Line {
                            topic,
                            partition,
                            offset,
                            value: text,
                            value_base64,
                        },
                    )?;
                }
                Output::Table => writeln!(
                    out,
                    "{topic}-{partition}@{offset}\t{}",
                    String::from_utf8_lossy(&value)
                )?,
            }
        }
        Ok(out.flush()?)
    }
}
