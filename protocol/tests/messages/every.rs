//! The messages, as things to test.

use std::sync::LazyLock;

use ottla_protocol::payload::{ConsumerProtocolAssignment, ConsumerProtocolSubscription};
use ottla_protocol::schema::Schema;
use ottla_protocol::wire::{Cx, Wire};
use ottla_protocol::{AnyRequest, AnyResponse, ApiKey, EncodeError};

/// One message.
pub(crate) struct Message {
    pub(crate) schema: &'static Schema,
    /// Reads bytes and writes what was read.
    pub(crate) copy: Box<Copy>,
    /// Writes the default.
    pub(crate) default: Box<Default>,
}

type Copy = dyn Fn(&[u8], Cx) -> Result<Vec<u8>, Failure> + Send + Sync;
type Default = dyn Fn(Cx) -> Result<Vec<u8>, EncodeError> + Send + Sync;

#[derive(Debug, PartialEq)]
pub(crate) enum Failure {
    Read(String),
    Write(EncodeError),
}

macro_rules! payload {
    ($payload:ident) => {
        Message {
            schema: &$payload::SCHEMA,
            copy: Box::new(|bytes, cx| {
                let mut out = Vec::new();
                match $payload::read(bytes, cx) {
                    Ok(([], message)) => message.write(&mut out, cx).map_err(Failure::Write)?,
                    Ok(_) => return Err(Failure::Read("bytes left".to_owned())),
                    Err(fault) => return Err(Failure::Read(format!("{fault:?}"))),
                }
                Ok(out)
            }),
            default: Box::new(|cx| {
                let mut out = Vec::new();
                $payload::default().write(&mut out, cx).map(|()| out)
            }),
        }
    };
}

/// All of them: requests and responses by key, then what members of groups tell each other.
pub(crate) static EVERY: LazyLock<Vec<Message>> = LazyLock::new(|| {
    let apis = ApiKey::ALL.iter().copied();
    let messages = apis.flat_map(|api| [request(api), response(api)]).flatten();
    messages
        .chain([
            payload!(ConsumerProtocolSubscription),
            payload!(ConsumerProtocolAssignment),
        ])
        .collect()
});

macro_rules! any {
    ($any:ident, $schema:expr, $api:ident) => {
        Some(Message {
            schema: $schema?,
            copy: Box::new(move |bytes, cx| {
                let message = $any::read($api, bytes, cx.version)
                    .map_err(|error| Failure::Read(error.to_string()))?;
                let mut out = Vec::new();
                let written = message.write(&mut out, cx.version);
                written.map(|()| out).map_err(Failure::Write)
            }),
            default: Box::new(move |cx| {
                let mut out = Vec::new();
                let message = $any::default_of($api).expect("it has a schema");
                message.write(&mut out, cx.version).map(|()| out)
            }),
        })
    };
}

fn request(api: ApiKey) -> Option<Message> {
    any!(AnyRequest, api.request_schema(), api)
}

fn response(api: ApiKey) -> Option<Message> {
    any!(AnyResponse, api.response_schema(), api)
}

impl Message {
    /// The versions served, as what the codec needs to know of them.
    pub(crate) fn versions(&self) -> impl Iterator<Item = Cx> + use<> {
        let schema = self.schema;
        (schema.versions.min..=schema.versions.max).map(|version| Cx {
            version,
            flexible: schema.flexible.is_some_and(|from| version >= from),
        })
    }
}

/// A module that isn't in the list of all messages is not tested.
#[test]
fn no_message_is_forgotten() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/messages");
    let files = std::fs::read_dir(folder).unwrap();
    let apis = files
        .filter(|file| file.as_ref().unwrap().path().extension() == Some("rs".as_ref()))
        .filter(|file| file.as_ref().unwrap().file_name() != "any.rs")
        .count();
    let requests = EVERY.iter().filter(|m| m.schema.name.ends_with("Request"));
    assert_eq!(requests.count(), apis);
}
