//! What came of all checks, as tables in Markdown: one of totals, then one a client.

use std::collections::BTreeMap;
use std::fmt;

use super::check::{Check, Verdict};
use super::target::Kind;

/// What stands in a table for one check on one target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    Passed,
    Failed,
    /// One line that stands for many: so many passed, failed, were skipped.
    Counted(String, bool),
}

pub(crate) struct Table {
    targets: Vec<(Kind, String)>,
    rows: Vec<Row>,
}

struct Row {
    client: &'static str,
    version: String,
    name: String,
    what: String,
    cells: BTreeMap<Kind, Cell>,
}

impl Table {
    pub(crate) fn new(checks: &[Check]) -> Self {
        let row = |check: &Check| Row {
            client: check.client,
            version: check.version.clone(),
            name: check.name.clone(),
            what: check.what.clone(),
            cells: BTreeMap::new(),
        };
        Self {
            targets: Vec::new(),
            rows: checks.iter().map(row).collect(),
        }
    }

    /// A target gets a column.
    pub(crate) fn tried(&mut self, kind: Kind, version: String) {
        self.targets.push((kind, version));
    }

    pub(crate) fn note(&mut self, row: usize, kind: Kind, cell: Cell) {
        if let Some(row) = self.rows.get_mut(row) {
            row.cells.insert(kind, cell);
        }
    }

    /// How many checks failed on a target.
    pub(crate) fn failed(&self, kind: Kind) -> usize {
        let (passed, asked) = score(&self.rows, kind);
        asked - passed
    }

    /// The rows of each client, in the order of the list.
    fn clients(&self) -> impl Iterator<Item = &[Row]> {
        self.rows.chunk_by(|one, next| one.client == next.client)
    }
}

/// Of those that were asked, how many passed.
fn score(rows: &[Row], kind: Kind) -> (usize, usize) {
    let asked = rows.iter().filter_map(|row| row.cells.get(&kind));
    let passed = asked.clone().filter(|cell| cell.passed()).count();
    (passed, asked.count())
}

impl Cell {
    fn passed(&self) -> bool {
        matches!(self, Self::Passed | Self::Counted(_, true))
    }
}

impl From<Verdict> for Cell {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Passed => Self::Passed,
            Verdict::Failed(_) => Self::Failed,
            Verdict::Counted { counts, why } => Self::Counted(counts, why.is_none()),
        }
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passed => f.write_str("ok"),
            Self::Failed => f.write_str("**failed**"),
            Self::Counted(counts, true) => f.write_str(counts),
            Self::Counted(counts, false) => write!(f, "**{counts}**"),
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |rows: &[Row], kind| {
            let (passed, asked) = score(rows, kind);
            format!("{passed} of {asked}")
        };
        let names = self
            .targets
            .iter()
            .map(|(kind, version)| format!("{kind} {version}"));
        line(
            f,
            ["client".into(), "version".into()].into_iter().chain(names),
        )?;
        rule(f, 2 + self.targets.len())?;
        for rows in self.clients() {
            let Some(Row {
                client, version, ..
            }) = rows.first()
            else {
                continue;
            };
            let scores = self.targets.iter().map(|(kind, _)| of(rows, *kind));
            let head = [(*client).to_owned(), version.clone()];
            line(f, head.into_iter().chain(scores))?;
        }
        writeln!(f)?;
        for rows in self.clients() {
            self.one_client(f, rows)?;
        }
        for (kind, _) in &self.targets {
            writeln!(f, "{kind}: {}", of(&self.rows, *kind))?;
        }
        Ok(())
    }
}

impl Table {
    fn one_client(&self, f: &mut fmt::Formatter<'_>, rows: &[Row]) -> fmt::Result {
        let kinds = self.targets.iter().map(|(kind, _)| kind.to_string());
        let client = rows.first().map_or("", |row| row.client);
        let head = [client.to_owned(), "what must come about".to_owned()];
        line(f, head.into_iter().chain(kinds))?;
        rule(f, 2 + self.targets.len())?;
        for row in rows {
            let cell = |(kind, _): &(Kind, String)| row.cells.get(kind).map(Cell::to_string);
            let cells = self.targets.iter().map(|it| cell(it).unwrap_or_default());
            let head = [row.name.clone(), row.what.clone()];
            line(f, head.into_iter().chain(cells))?;
        }
        writeln!(f)
    }
}

fn line(f: &mut fmt::Formatter<'_>, cells: impl Iterator<Item = String>) -> fmt::Result {
    for cell in cells {
        write!(f, "| {} ", cell.replace('|', "\\|"))?;
    }
    writeln!(f, "|")
}

fn rule(f: &mut fmt::Formatter<'_>, columns: usize) -> fmt::Result {
    writeln!(f, "{}|", "| --- ".repeat(columns))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(client: &'static str, name: &str) -> Row {
        Row {
            client,
            version: "v1".to_owned(),
            name: name.to_owned(),
            what: "a|b".to_owned(),
            cells: BTreeMap::new(),
        }
    }

    #[test]
    fn a_table_has_a_column_a_target_and_counts_what_was_asked() {
        let mut table = Table {
            targets: Vec::new(),
            rows: vec![row("one", "produce"), row("one", "tls"), row("two", "all")],
        };
        for kind in [Kind::Ottla, Kind::Kafka] {
            table.tried(kind, "9".to_owned());
        }
        table.note(0, Kind::Ottla, Cell::Passed);
        table.note(1, Kind::Ottla, Cell::Failed);
        table.note(2, Kind::Ottla, Cell::Counted("7 passed".to_owned(), true));
        table.note(0, Kind::Kafka, Cell::Passed);
        table.note(2, Kind::Kafka, Cell::Counted("1 failed".to_owned(), false));
        assert_eq!(table.failed(Kind::Ottla), 1);
        assert_eq!(
            table.to_string(),
            "\
| client | version | ottla broker 9 | Apache Kafka 9 |
| --- | --- | --- | --- |
| one | v1 | 1 of 2 | 1 of 1 |
| two | v1 | 1 of 1 | 0 of 1 |

| one | what must come about | ottla broker | Apache Kafka |
| --- | --- | --- | --- |
| produce | a\\|b | ok | ok |
| tls | a\\|b | **failed** |  |

| two | what must come about | ottla broker | Apache Kafka |
| --- | --- | --- | --- |
| all | a\\|b | 7 passed | **1 failed** |

ottla broker: 2 of 3
Apache Kafka: 1 of 2
"
        );
    }
}
