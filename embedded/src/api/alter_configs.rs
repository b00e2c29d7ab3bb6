//! AlterConfigs: replaces all settings of a resource.

use ottla_protocol::api::ReadRequest;
use ottla_protocol::messages::alter_configs::{
    AlterConfigsRequest, AlterConfigsResource, AlterConfigsResourceResponse, AlterConfigsResponse,
};

use crate::error::Refusal;
use crate::state::State;
use crate::state::call::{Call, Handled};
use crate::state::config_changes::{Change, Resource};

/// The number of IncrementalAlterConfigs' operation that sets a value.
const SET: i8 = 0;

pub(crate) fn handle(state: &mut State, call: &Call<'_>, body: &[u8]) -> Handled {
    let request = AlterConfigsRequest::read_body(body, call.version)?;
    let results: Vec<_> = request
        .resources
        .iter()
        .map(|resource| replace(state, resource, request.validate_only))
        .collect();
    let responses = request.resources.iter().zip(&results);
    call.answer(&AlterConfigsResponse {
        responses: responses
            .map(|(resource, result)| {
                let (error_code, error_message) = Refusal::told(result);
                AlterConfigsResourceResponse {
                    error_code,
                    error_message,
                    resource_type: resource.resource_type,
                    resource_name: resource.resource_name,
                    ..Default::default()
                }
            })
            .collect(),
        ..Default::default()
    })
}

fn replace(
    state: &mut State,
    resource: &AlterConfigsResource<'_>,
    validate_only: bool,
) -> Result<(), Refusal> {
    let changes: Vec<Change<'_>> = resource
        .configs
        .iter()
        .map(|config| (config.name, SET, config.value.map(|secret| secret.0)))
        .collect();
    let resource = Resource::read(resource.resource_type, resource.resource_name)?;
    state.change_configs(resource, &changes, true, validate_only)
}
