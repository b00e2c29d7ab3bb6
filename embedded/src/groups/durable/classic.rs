//! Classic groups: one record a generation.

use ottla_protocol::EncodeError;
use ottla_protocol::payload::offsets_log::classic_group::{
    GroupMetadataKey, GroupMetadataValue, MemberMetadata,
};
use ottla_protocol::payload::offsets_log::{Key, Value};

use super::Log;
use crate::groups::classic::{ClassicGroup, ClassicMember, Snapshot};
use crate::groups::context::{as_millis, millis};

pub(super) fn write(out: &mut Log, group: &str, of: &ClassicGroup) -> Result<(), EncodeError> {
    let Some(snapshot) = &of.persisted else {
        // Nobody has joined yet, or it is simple: then its offsets say enough.
        return Ok(());
    };
    let protocol = snapshot.protocol.as_deref();
    let members = snapshot.members.iter().map(|(id, member)| MemberMetadata {
        member_id: id,
        group_instance_id: member.instance_id.as_deref(),
        client_id: &member.client_id,
        client_host: &member.client_host,
        rebalance_timeout: as_millis(member.rebalance_timeout),
        session_timeout: as_millis(member.session_timeout),
        subscription: protocol
            .and_then(|name| member.metadata(name))
            .unwrap_or_default(),
        assignment: &member.assignment,
        ..MemberMetadata::default()
    });
    let value = Value::GroupMetadata(GroupMetadataValue {
        protocol_type: snapshot.protocol_type.as_deref().unwrap_or_default(),
        generation: snapshot.generation,
        protocol,
        leader: snapshot.leader.as_deref(),
        current_state_timestamp: snapshot.since_ms,
        members: members.collect(),
        ..GroupMetadataValue::default()
    });
    out.push(Key::GroupMetadata(GroupMetadataKey { group }), &value, 3)
}

pub(super) fn read(value: &GroupMetadataValue<'_>) -> Snapshot {
    let members = value.members.iter().map(|member| {
        let session_timeout = millis(member.session_timeout);
        let rebalance_timeout = match member.rebalance_timeout {
            ..0 => session_timeout,
            ms => millis(ms),
        };
        let protocol = value.protocol.unwrap_or_default().to_owned();
        let loaded = ClassicMember {
            instance_id: member.group_instance_id.map(str::to_owned),
            client_id: member.client_id.to_owned(),
            client_host: member.client_host.to_owned(),
            session_timeout,
            rebalance_timeout,
            protocols: vec![(protocol, member.subscription.to_vec())],
            assignment: member.assignment.to_vec(),
            deadline: None,
            is_new: false,
            joining: None,
            syncing: None,
        };
        (member.member_id.to_owned(), loaded)
    });
    Snapshot {
        since_ms: value.current_state_timestamp,
        protocol_type: Some(value.protocol_type)
            .filter(|kind| !kind.is_empty())
            .map(str::to_owned),
        generation: value.generation,
        protocol: value.protocol.map(str::to_owned),
        leader: value.leader.map(str::to_owned),
        members: members.collect(),
    }
}
