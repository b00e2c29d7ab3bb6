//! A script: requests, and what Kafka answers. A text file, of which only the answers are written by the machine.
//!
//! ```text
//! # A comment.
//! Metadata 0,7,13 { topics: [{ name: "none-%" }] }
//!   = 0: { … }            the answer of Kafka in version 0
//!   = 7,13: { … }         and in the others
//! ```
//!
//! - `%` is what makes names those of one run; `%!` besides the version, for requests that change something.
//! - `"#4097"` is a text of that many letters.
//! - `let topic = topic_id` keeps a field of the last answer; `$topic` stands for it from there on.
//! - `@b` in front of a request: on a connection of its own; `@2`: to broker 2. `send`: without waiting for the answer, which `@b answer` gets. A member
//!   that waits for others needs both.
//! - `while CODE`: asked again as long as the answer holds that error. `only`: of the answer, what is named with `%`.
//! - `setup`: has to go well, and is not compared.
//! - `pause 500`: waits, in ms.
//! - `! why` below an answer: the embedded cluster answers otherwise, and is meant to; then `~` is its answer.
//!
//! Fields with their default aren't shown, and arrays are shown in an order of their own; `*` is what differs from run to run. The
//! texts of errors (after a `~`) aren't compared, but whether there is one.

use std::fmt::Write as _;

use crate::parse;
use crate::value::Value;

/// All that stands in a file.
pub(crate) struct Script {
    pub(crate) steps: Vec<Step>,
    /// What stands behind the last step.
    tail: String,
}

/// What is done, and what comes of it.
pub(crate) struct Step {
    pub(crate) line: usize,
    /// Comments and empty lines in front.
    before: String,
    /// As it is written.
    pub(crate) source: String,
    pub(crate) what: What,
    /// Kafka's answer.
    pub(crate) kafka: Option<String>,
    /// Why ours is another.
    pub(crate) reason: Option<String>,
    /// Ours, if it is meant to be another.
    pub(crate) ours: Option<String>,
}

pub(crate) enum What {
    Call(Call),
    Answer { connection: String },
    Let { name: String, field: String },
    Pause { millis: u64 },
}

pub(crate) struct Call {
    pub(crate) connection: String,
    pub(crate) waits: bool,
    pub(crate) while_codes: Vec<String>,
    pub(crate) only: bool,
    /// Whether its answer is not compared.
    pub(crate) setup: bool,
    pub(crate) api: String,
    pub(crate) versions: Vec<i16>,
    pub(crate) body: Value,
}

impl Script {
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let mut script = Self {
            steps: Vec::new(),
            tail: String::new(),
        };
        let mut lines = (1..).zip(text.lines()).peekable();
        while let Some((line, first)) = lines.next() {
            if first.is_empty() || first.starts_with('#') {
                script.tail += first;
                script.tail.push('\n');
                continue;
            }
            let mut source = first.to_owned();
            let mut answers = Vec::<String>::new();
            while let Some((_, next)) = lines.next_if(|(_, next)| next.starts_with("  ")) {
                let begins = ["  = ", "  ~ ", "  ! "]
                    .iter()
                    .any(|it| next.starts_with(it));
                match answers.last_mut() {
                    _ if begins => answers.push(next[2..].to_owned()),
                    Some(answer) => _ = write!(answer, "\n{next}"),
                    None => _ = write!(source, "\n{next}"),
                }
            }
            let found = |kind: &str| {
                let lines = answers.iter().filter_map(|it| it.strip_prefix(kind));
                let lines: Vec<_> = lines.collect();
                (!lines.is_empty()).then(|| lines.join("\n"))
            };
            let what = what(&source).map_err(|error| format!("line {line}: {error}"))?;
            script.steps.push(Step {
                line,
                before: std::mem::take(&mut script.tail),
                source,
                what,
                kafka: found("= "),
                reason: found("! "),
                ours: found("~ "),
            });
        }
        Ok(script)
    }

    pub(crate) fn write(&self) -> String {
        let mut out = String::new();
        let put = |kind: &str, text: &Option<String>| {
            let text = text.iter().flat_map(|it| it.lines());
            text.fold(String::new(), |out, line| match line.starts_with(' ') {
                true => format!("{out}{line}\n"),
                false => format!("{out}  {kind} {line}\n"),
            })
        };
        for step in &self.steps {
            out += &format!("{}{}\n", step.before, step.source);
            out += &put("=", &step.kafka);
            out += &put("!", &step.reason);
            out += &put("~", &step.ours);
        }
        out + &self.tail
    }
}

fn what(source: &str) -> Result<What, String> {
    let (connection, rest) = match source.strip_prefix('@') {
        Some(rest) => rest
            .split_once(' ')
            .ok_or("nothing behind the connection")?,
        None => ("", source),
    };
    let connection = connection.to_owned();
    let (word, arguments) = rest.split_once(' ').unwrap_or((rest, ""));
    match word {
        "answer" => Ok(What::Answer { connection }),
        "let" => {
            let (name, field) = arguments.split_once(" = ").ok_or("let NAME = FIELD")?;
            let (name, field) = (name.to_owned(), field.to_owned());
            Ok(What::Let { name, field })
        }
        "pause" => {
            let millis = arguments.parse().map_err(|_| "pause MILLISECONDS")?;
            Ok(What::Pause { millis })
        }
        _ => Ok(What::Call(call(connection, rest)?)),
    }
}

pub(crate) fn call(connection: String, mut rest: &str) -> Result<Call, String> {
    let mut call = Call {
        connection,
        waits: true,
        while_codes: Vec::new(),
        only: false,
        setup: false,
        api: String::new(),
        versions: Vec::new(),
        body: Value::Struct(Vec::new()),
    };
    while call.api.is_empty() {
        let (word, behind) = rest.split_once(' ').ok_or("API VERSION { … }")?;
        rest = behind;
        match word {
            "send" => call.waits = false,
            "only" => call.only = true,
            "setup" => call.setup = true,
            "while" => {
                let (code, behind) = rest.split_once(' ').ok_or("while CODE")?;
                call.while_codes.push(code.to_owned());
                rest = behind;
            }
            api => call.api = api.to_owned(),
        }
    }
    let (versions, body) = rest.split_once(' ').unwrap_or((rest, "{}"));
    let versions: Result<Vec<i16>, _> = versions.split(',').map(str::parse).collect();
    call.versions = versions.map_err(|_| format!("no versions: {rest}"))?;
    call.body = parse::value(body)?;
    Ok(call)
}

/// An answer as it is compared: in one line, without the texts of errors.
pub(crate) fn comparable(answer: &str) -> String {
    let words: Vec<_> = answer.split_whitespace().collect();
    let mut rest = words.join(" ").replace(", }", " }").replace(", ]", "]");
    rest = rest.replace("[ ", "[").replace(" ]", "]");
    let mut out = String::new();
    while let Some((before, text)) = rest.split_once("~\"") {
        let mut escaped = false;
        let end = text.find(|c| {
            let ends = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        });
        out += before;
        out.push('~');
        rest = end.map_or("", |end| &text[end + 1..]).to_owned();
    }
    out + &rest
}
