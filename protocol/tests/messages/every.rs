//! The messages, as things to test.

use std::sync::LazyLock;

use ottla_protocol::EncodeError;
use ottla_protocol::messages::*;
use ottla_protocol::payload::{ConsumerProtocolAssignment, ConsumerProtocolSubscription};
use ottla_protocol::schema::Schema;
use ottla_protocol::wire::{Cx, Wire};

/// One message.
pub(crate) struct Message {
    pub(crate) schema: &'static Schema,
    /// Reads bytes and writes what was read.
    pub(crate) copy: fn(&[u8], Cx) -> Result<Vec<u8>, Failure>,
    /// Writes the default.
    pub(crate) default: fn(Cx) -> Result<Vec<u8>, EncodeError>,
}

#[derive(Debug, PartialEq)]
pub(crate) enum Failure {
    Read(String),
    Write(EncodeError),
}

macro_rules! messages {
    ($($module:ident :: {$($name:ident),*};)*) => {
        vec![$($(Message {
            schema: {
                const SCHEMA: &Schema = &$module::$name::SCHEMA;
                SCHEMA
            },
            copy: |bytes, cx| copy::<$module::$name>(bytes, cx),
            default: |cx| {
                let mut out = Vec::new();
                $module::$name::default().write(&mut out, cx).map(|()| out)
            },
        }),*),*]
    };
}

mod group {
    pub(crate) use super::*;
}

/// All of them.
pub(crate) static EVERY: LazyLock<Vec<Message>> = LazyLock::new(|| {
    messages! {
        produce::{ProduceRequest, ProduceResponse};
        fetch::{FetchRequest, FetchResponse};
        list_offsets::{ListOffsetsRequest, ListOffsetsResponse};
        metadata::{MetadataRequest, MetadataResponse};
        offset_commit::{OffsetCommitRequest, OffsetCommitResponse};
        offset_fetch::{OffsetFetchRequest, OffsetFetchResponse};
        find_coordinator::{FindCoordinatorRequest, FindCoordinatorResponse};
        join_group::{JoinGroupRequest, JoinGroupResponse};
        heartbeat::{HeartbeatRequest, HeartbeatResponse};
        leave_group::{LeaveGroupRequest, LeaveGroupResponse};
        sync_group::{SyncGroupRequest, SyncGroupResponse};
        describe_groups::{DescribeGroupsRequest, DescribeGroupsResponse};
        list_groups::{ListGroupsRequest, ListGroupsResponse};
        api_versions::{ApiVersionsRequest, ApiVersionsResponse};
        create_topics::{CreateTopicsRequest, CreateTopicsResponse};
        delete_topics::{DeleteTopicsRequest, DeleteTopicsResponse};
        init_producer_id::{InitProducerIdRequest, InitProducerIdResponse};
        delete_groups::{DeleteGroupsRequest, DeleteGroupsResponse};
        offset_delete::{OffsetDeleteRequest, OffsetDeleteResponse};
        group::{ConsumerProtocolSubscription, ConsumerProtocolAssignment};
    }
});

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

fn copy<'a, T: Wire<'a>>(bytes: &'a [u8], cx: Cx) -> Result<Vec<u8>, Failure> {
    let mut out = Vec::new();
    match T::read(bytes, cx) {
        Ok(([], message)) => message.write(&mut out, cx).map_err(Failure::Write)?,
        Ok(_) => return Err(Failure::Read("bytes left".to_owned())),
        Err(fault) => return Err(Failure::Read(format!("{fault:?}"))),
    }
    Ok(out)
}

/// A module that isn't in the list is not tested.
#[test]
fn no_message_is_forgotten() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/messages");
    let files = std::fs::read_dir(folder).unwrap();
    let apis = files
        .filter(|file| file.as_ref().unwrap().path().extension() == Some("rs".as_ref()))
        .count();
    let requests = EVERY.iter().filter(|m| m.schema.name.ends_with("Request"));
    assert_eq!(requests.count(), apis);
}
