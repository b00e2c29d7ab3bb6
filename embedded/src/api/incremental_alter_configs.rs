//! IncrementalAlterConfigs: changes single settings.

use ottla_protocol::api::ReadRequest;
use ottla_protocol::messages::incremental_alter_configs::{
    AlterConfigsResource, AlterConfigsResourceResponse, IncrementalAlterConfigsRequest,
    IncrementalAlterConfigsResponse,
};

use crate::error::Refusal;
use crate::state::State;
use crate::state::call::{Call, Handled};
use crate::state::config_changes::{Change, Resource};

pub(crate) fn handle(state: &mut State, call: &Call<'_>, body: &[u8]) -> Handled {
    let request = IncrementalAlterConfigsRequest::read_body(body, call.version)?;
    let results: Vec<_> = request
        .resources
        .iter()
        .map(|resource| change(state, resource, request.validate_only))
        .collect();
    let responses = request.resources.iter().zip(&results);
    call.answer(&IncrementalAlterConfigsResponse {
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

fn change(
    state: &mut State,
    resource: &AlterConfigsResource<'_>,
    validate_only: bool,
) -> Result<(), Refusal> {
    let changes: Vec<Change<'_>> = resource
        .configs
        .iter()
        .map(|config| {
            let value = config.value.map(|secret| secret.0);
            (config.name, config.config_operation, value)
        })
        .collect();
    let resource = Resource::read(resource.resource_type, resource.resource_name)?;
    state.change_configs(resource, &changes, false, validate_only)
}
