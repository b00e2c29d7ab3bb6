//! A script on one cluster: sends, receives, and makes of the answers what is the same on each cluster.

use std::collections::{BTreeMap, VecDeque};
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::thread::sleep;
use std::time::{Duration, Instant};

use ottla_protocol::ApiKey;
use ottla_protocol::header::{RequestHeader, ResponseHeader};
use ottla_protocol::schema::Schema;

use crate::script::{Call, Script, What, comparable};
use crate::value::Value;
use crate::wire::{self, Form};

/// For how long an answer is waited for, and an error that goes by is put up with.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long it is before no answer is an answer.
const SILENCE: Duration = Duration::from_secs(30);
/// What a coordinator answers that is about to be there.
const GOES_BY: [&str; 3] = [
    "COORDINATOR_NOT_AVAILABLE",
    "COORDINATOR_LOAD_IN_PROGRESS",
    "NOT_COORDINATOR",
];
/// Times of now are greater, those of scripts less.
const TIME: std::ops::Range<i64> = 1_500_000_000_000..4_000_000_000_000;

/// A script that runs.
pub(crate) struct Run {
    servers: String,
    /// What `%` stands for.
    token: String,
    variables: BTreeMap<String, Value>,
    connections: BTreeMap<String, Connection>,
    last: Value,
}

struct Connection {
    stream: TcpStream,
    sent: VecDeque<Sent>,
}

#[derive(Clone, Copy)]
struct Sent {
    api: ApiKey,
    version: i16,
    only: bool,
}

impl Run {
    pub(crate) fn new(servers: &str, token: String) -> Self {
        Self {
            servers: servers.to_owned(),
            token,
            variables: BTreeMap::new(),
            connections: BTreeMap::new(),
            last: Value::Null,
        }
    }

    /// The answers, as many as there are steps.
    pub(crate) fn answers(&mut self, script: &Script) -> Vec<Option<String>> {
        let step = |step: &crate::script::Step| {
            self.step(&step.what)
                .unwrap_or_else(|error| panic!("line {}: {error}\n{}", step.line, step.source))
        };
        script.steps.iter().map(step).collect()
    }

    fn step(&mut self, what: &What) -> Result<Option<String>, String> {
        match what {
            What::Pause { millis } => sleep(Duration::from_millis(*millis)),
            What::Let { name, field } => {
                let value = self.last.find(field).cloned();
                let value =
                    value.ok_or_else(|| format!("no `{field}` in {}", self.last.show(0)))?;
                self.variables.insert(name.clone(), value);
            }
            What::Answer { connection } => return Ok(Some(self.receive(connection)?.show(4))),
            What::Call(call) if !call.waits => self.send(call, call.versions[0])?,
            What::Call(call) if call.setup => return self.set_up(call),
            What::Call(call) => return self.call(call).map(Some),
        }
        Ok(None)
    }

    fn set_up(&mut self, call: &Call) -> Result<Option<String>, String> {
        for version in &call.versions {
            let answer = self.ask(call, *version)?.show(4);
            if answer.contains("error_code: ") || answer == "closed" {
                return Err(format!("not set up: {answer}"));
            }
        }
        if let ("CreateTopics", Some(Value::List(topics))) = (&*call.api, call.body.find("topics"))
        {
            topics.iter().try_for_each(|topic| self.wait_for(topic))?;
        }
        Ok(None)
    }

    /// Until each partition has a leader that knows of it.
    fn wait_for(&mut self, topic: &Value) -> Result<(), String> {
        let (Some(name), Some(Value::Int(count))) =
            (topic.find("name"), topic.find("num_partitions"))
        else {
            return Ok(());
        };
        let created = self.last.clone();
        for partition in 0..*count {
            let name = name.show(0);
            let ask = format!(
                "while UNKNOWN_TOPIC_OR_PARTITION while NOT_LEADER_OR_FOLLOWER ListOffsets 1 {{ replica_id: -1, topics: [{{ \
                 name: {name}, partitions: [{{ partition_index: {partition}, timestamp: -1 }}] }}] }}"
            );
            self.ask(&crate::script::call(String::new(), &ask)?, 1)?;
        }
        self.last = created;
        Ok(())
    }

    /// Asks in each version, and says together what is the same.
    fn call(&mut self, call: &Call) -> Result<String, String> {
        let mut answers: Vec<(Vec<i16>, String)> = Vec::new();
        for version in &call.versions {
            let answer = self.ask(call, *version)?.show(4);
            match answers.iter_mut().find(|(_, same)| *same == answer) {
                Some((versions, _)) => versions.push(*version),
                None => answers.push((vec![*version], answer)),
            }
        }
        if let [(_, answer)] = &answers[..] {
            return Ok(answer.clone());
        }
        let shown = answers.into_iter().map(|(versions, answer)| {
            let versions: Vec<_> = versions.iter().map(i16::to_string).collect();
            format!("{}: {answer}", versions.join(","))
        });
        Ok(shown.collect::<Vec<_>>().join("\n"))
    }

    fn ask(&mut self, call: &Call, version: i16) -> Result<Value, String> {
        let begin = Instant::now();
        loop {
            self.send(call, version)?;
            let answer = self.receive(&call.connection)?;
            let text = answer.show(0);
            let holds = |code: &str| text.contains(&format!("error_code: {code}"));
            let again = call.while_codes.iter().map(String::as_str).chain(GOES_BY);
            if begin.elapsed() > PATIENCE || !again.into_iter().any(holds) {
                return Ok(answer);
            }
            sleep(Duration::from_millis(20));
        }
    }

    fn send(&mut self, call: &Call, version: i16) -> Result<(), String> {
        let api = ApiKey::ALL.iter().find(|api| api.name() == call.api);
        let api = *api.ok_or_else(|| format!("no API {}", call.api))?;
        let schema = api.request_schema().ok_or("no such request any more")?;
        let mut bytes = vec![0; 4];
        let header = RequestHeader {
            api_key: api.code(),
            api_version: version,
            correlation_id: 7,
            client_id: Some("same"),
            ..Default::default()
        };
        let written = header.write(&mut bytes, api.request_header_version(version));
        written.map_err(|error| error.to_string())?;
        let Value::Struct(fields) = self.filled(&call.body, version)? else {
            return Err("the body is no struct".to_owned());
        };
        wire::write(&mut bytes, form(schema, version), schema, &fields)?;
        let length = bytes.len() as u32 - 4;
        bytes[..4].copy_from_slice(&length.to_be_bytes());
        let connection = self.connection(&call.connection)?;
        connection
            .stream
            .write_all(&bytes)
            .map_err(|error| error.to_string())?;
        let only = call.only;
        connection.sent.push_back(Sent { api, version, only });
        Ok(())
    }

    fn connection(&mut self, name: &str) -> Result<&mut Connection, String> {
        if !self.connections.contains_key(name) {
            // `@2` is broker 2, where there is one; all other names are connections to the first.
            let mut addresses = self.servers.split(',');
            let nth = name.parse::<usize>().map_or(0, |node| node - 1);
            let address = addresses.nth(nth).ok_or("no such broker")?;
            let stream = TcpStream::connect(address).map_err(|error| error.to_string())?;
            let set = stream.set_read_timeout(Some(SILENCE));
            set.and_then(|()| stream.set_nodelay(true))
                .map_err(|error| error.to_string())?;
            let sent = VecDeque::new();
            self.connections
                .insert(name.to_owned(), Connection { stream, sent });
        }
        Ok(self.connections.get_mut(name).expect("put there"))
    }

    /// What a script wrote, with names and variables of this run.
    fn filled(&self, value: &Value, version: i16) -> Result<Value, String> {
        let fields = |fields: &crate::value::Fields| {
            let filled = fields.iter().map(|(name, value)| {
                let value = self.filled(value, version)?;
                Ok((name.clone(), value))
            });
            filled.collect::<Result<_, String>>()
        };
        Ok(match value {
            // A text of that many letters.
            Value::Text(text)
                if text
                    .strip_prefix('#')
                    .is_some_and(|it| it.parse::<u16>().is_ok()) =>
            {
                Value::Text("x".repeat(text[1..].parse().expect("a number")))
            }
            Value::Text(text) => {
                let versioned = format!("{}v{version}v", self.token);
                Value::Text(text.replace("%!", &versioned).replace('%', &self.token))
            }
            Value::List(items) => {
                let items = items.iter().map(|item| self.filled(item, version));
                Value::List(items.collect::<Result<_, _>>()?)
            }
            Value::Struct(inner) => Value::Struct(fields(inner)?),
            Value::Made(name, inner) => Value::Made(name.clone(), fields(inner)?),
            Value::Variable(name) => match (self.variables.get(name), name.as_str()) {
                (Some(value), _) => value.clone(),
                (None, "none") => Value::Uuid([0; 16]),
                (None, "other") => Value::Uuid([77; 16]),
                (None, name) => return Err(format!("nothing is called ${name}")),
            },
            other => other.clone(),
        })
    }

    fn receive(&mut self, name: &str) -> Result<Value, String> {
        let connection = self.connection(name)?;
        let sent = connection
            .sent
            .pop_front()
            .ok_or("nothing was asked there")?;
        let frame = match frame(&mut connection.stream) {
            Ok(frame) => frame,
            Err(error) => {
                self.connections.remove(name);
                let closed = [io::ErrorKind::UnexpectedEof, io::ErrorKind::ConnectionReset];
                let word = match error.kind() {
                    kind if closed.contains(&kind) => "closed",
                    io::ErrorKind::WouldBlock => "silence",
                    _ => return Err(error.to_string()),
                };
                return Ok(Value::Word(word.to_owned()));
            }
        };
        self.last = read(&frame, sent)?;
        if sent.only {
            keep_named(&mut self.last, &self.token);
        }
        let mut answer = self.last.clone();
        self.same(&mut answer, "", sent.version);
        Ok(answer)
    }

    /// Replaces what differs from run to run.
    fn same(&self, value: &mut Value, name: &str, version: i16) {
        match value {
            Value::List(items) => {
                for item in items.iter_mut() {
                    self.same(item, name, version);
                }
                if name != "records" {
                    items.sort_by_cached_key(|item| comparable(&item.show(0)));
                }
                return;
            }
            Value::Struct(fields) | Value::Made(_, fields) => {
                // How often a coordinator has moved, only says how the cluster fares.
                fields.retain(|(name, value)| match (name.as_str(), value) {
                    ("throttle_time_ms", _) => false,
                    ("coordinator_epoch", Value::Int(epoch)) => *epoch < 0,
                    _ => true,
                });
                for (name, value) in fields {
                    self.same(value, name, version);
                }
                return;
            }
            _ => {}
        }
        let is_named = ID_FIELDS.contains(&name);
        if let Some((name, _)) = self
            .variables
            .iter()
            .find(|(_, it)| is_named && *it == value)
        {
            *value = Value::Variable(name.clone());
            return;
        }
        let differs = match value {
            Value::Int(time) if TIME.contains(time) => true,
            Value::Int(id) if name == "producer_id" && *id >= 0 => true,
            Value::Uuid(_) => true,
            Value::Int(_) => DIFFERENT_FIELDS.contains(&name),
            Value::Text(text) => DIFFERENT_FIELDS.contains(&name) && !text.contains(&self.token),
            Value::Bytes(bytes) => {
                let text = String::from_utf8_lossy(bytes).replace(&self.token, "%");
                *bytes = text.into_bytes();
                false
            }
            _ => false,
        };
        if differs {
            *value = Value::Word("*".to_owned());
        } else if let Value::Text(text) = value {
            let versioned = format!("{}v{version}v", self.token);
            let shown = text.replace(&versioned, "%!").replace(&self.token, "%");
            *value = match name.ends_with("error_message") {
                true => Value::Word(format!("~{shown:?}")),
                false => Value::Text(shown),
            };
        }
    }
}

/// Fields in which a variable is recognized.
const ID_FIELDS: [&str; 7] = [
    "topic_id",
    "member_id",
    "leader",
    "producer_id",
    "session_id",
    "assignment",
    "member_ids",
];
/// Fields that are drawn by chance, or are of this machine.
const DIFFERENT_FIELDS: [&str; 12] = [
    "controller_id",
    "host",
    "port",
    "cluster_id",
    "member_id",
    "leader",
    "session_id",
    "client_host",
    "log_dir",
    "total_bytes",
    "usable_bytes",
    "finalized_features_epoch",
];

fn form(schema: &Schema, version: i16) -> Form {
    let last = schema.versions.max;
    Form {
        version: version.clamp(schema.versions.min, last),
        flexible: schema.flexible.is_some_and(|first| version >= first),
    }
}

fn frame(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut length = [0; 4];
    stream.read_exact(&mut length)?;
    let mut frame = vec![0; u32::from_be_bytes(length) as usize];
    stream.read_exact(&mut frame)?;
    Ok(frame)
}

fn read(frame: &[u8], sent: Sent) -> Result<Value, String> {
    let header = sent.api.response_header_version(sent.version);
    let (_, body) = ResponseHeader::read(frame, header).map_err(|error| error.to_string())?;
    let schema = sent
        .api
        .response_schema()
        .ok_or("no such answer any more")?;
    let known = schema.versions.contains(sent.version);
    // KIP-511: who asks in a version that is too new is answered in version 0.
    let version = if known { sent.version } else { 0 };
    wire::read(body, form(schema, version), schema)
}

/// Leaves, of lists of what is named, what is of this run.
fn keep_named(value: &mut Value, token: &str) {
    let Value::Struct(fields) = value else { return };
    for (_, value) in fields {
        let Value::List(items) = value else { continue };
        items.retain(|item| {
            let names = [
                "name",
                "topic",
                "group_id",
                "transactional_id",
                "resource_name",
            ];
            let name = names.iter().find_map(|name| item.find(name));
            matches!(name, Some(Value::Text(name)) if name.contains(token))
        });
    }
}
