//! Rows on stdout: a table for people, one JSON object a line for programs.

use std::io::Write;

use comfy_table::Table;
use comfy_table::presets::NOTHING;
use serde::Serialize;
use serde_json::Value;

use crate::failure::Failure;

/// What `--output` chooses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Output {
    /// Aligned columns.
    #[default]
    Table,
    /// One object a line.
    Json,
}

impl Output {
    /// Prints rows that are all there.
    pub(crate) fn rows<T: Serialize>(self, rows: &[T]) -> Result<(), Failure> {
        let mut out = std::io::stdout().lock();
        match self {
            Self::Json => rows.iter().try_for_each(|row| line(&mut out, row))?,
            Self::Table if rows.is_empty() => {}
            Self::Table => writeln!(out, "{}", table(rows)?)?,
        }
        Ok(out.flush()?)
    }
}

/// One row as a line of JSON.
pub(crate) fn line<T: Serialize>(out: &mut impl Write, row: &T) -> Result<(), Failure> {
    serde_json::to_writer(&mut *out, row).map_err(std::io::Error::from)?;
    Ok(out.write_all(b"\n")?)
}

/// The columns are the fields, in the order in which the row's struct declares them.
fn table<T: Serialize>(rows: &[T]) -> Result<Table, Failure> {
    let mut table = Table::new();
    table.load_style(NOTHING);
    for (at, row) in rows.iter().enumerate() {
        let Value::Object(fields) = serde_json::to_value(row)? else {
            continue;
        };
        if at == 0 {
            table.set_header(
                fields
                    .keys()
                    .map(|name| name.replace('_', " ").to_uppercase()),
            );
        }
        table.add_row(fields.values().map(cell));
    }
    Ok(table)
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(cell).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Row {
        topic: &'static str,
        log_end: i64,
        committed: Option<i64>,
    }

    #[test]
    fn a_table_keeps_the_order_of_the_fields() {
        let rows = [Row {
            topic: "orders",
            log_end: 7,
            committed: None,
        }];
        let text = table(&rows).unwrap().to_string();
        let words: Vec<_> = text.split_whitespace().collect();
        assert_eq!(
            words,
            ["TOPIC", "LOG", "END", "COMMITTED", "orders", "7", "-"]
        );
    }

    #[test]
    fn json_is_one_object_a_line() {
        let mut out = Vec::new();
        line(
            &mut out,
            &Row {
                topic: "o\n",
                log_end: 7,
                committed: None,
            },
        )
        .unwrap();
        assert_eq!(
            out,
            b"{\"topic\":\"o\\n\",\"log_end\":7,\"committed\":null}\n"
        );
    }
}
