//! ListConfigResources: what has settings. Version 0 asks for metrics subscriptions only, of which there are none.

use ottla_protocol::api::ReadRequest;
use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::list_config_resources::{
    ConfigResource, ListConfigResourcesRequest, ListConfigResourcesResponse,
};

use crate::state::State;
use crate::state::call::{Call, Handled};

const TOPIC: i8 = 2;
const BROKER: i8 = 4;
const LOGGERS: i8 = 8;
const METRICS: i8 = 16;
const GROUP: i8 = 32;

pub(crate) fn handle(state: &mut State, call: &Call<'_>, body: &[u8]) -> Handled {
    let request = ListConfigResourcesRequest::read_body(body, call.version)?;
    let wanted = match (call.version, request.resource_types.is_empty()) {
        (0, _) => vec![METRICS],
        (_, true) => vec![TOPIC, BROKER, LOGGERS, METRICS, GROUP],
        (_, false) => request.resource_types,
    };
    if wanted
        .iter()
        .any(|kind| ![TOPIC, BROKER, LOGGERS, METRICS, GROUP].contains(kind))
    {
        return call.answer(&ListConfigResourcesResponse {
            error_code: ErrorCode::UNSUPPORTED_VERSION.code(),
            ..Default::default()
        });
    }
    let nodes: Vec<String> = state
        .brokers
        .all()
        .map(|one| one.node.to_string())
        .collect();
    let mut found = Vec::new();
    let mut list = |kind: i8, name| {
        if wanted.contains(&kind) {
            found.push(ConfigResource {
                resource_name: name,
                resource_type: kind,
                ..Default::default()
            });
        }
    };
    state
        .topics
        .all()
        .for_each(|topic| list(TOPIC, &*topic.name));
    nodes.iter().for_each(|node| list(BROKER, &**node));
    nodes.iter().for_each(|node| list(LOGGERS, &**node));
    state
        .group_configs
        .keys()
        .for_each(|group| list(GROUP, &**group));
    call.answer(&ListConfigResourcesResponse {
        config_resources: found,
        ..Default::default()
    })
}
