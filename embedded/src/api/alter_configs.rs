//! AlterConfigs: replaces all settings of a resource.

use ottla_protocol::messages::alter_configs::{
    AlterConfigsRequest, AlterConfigsResource, AlterConfigsResourceResponse, AlterConfigsResponse,
};

use crate::error::Refusal;
use crate::state::State;
use crate::state::call::{Call, Handled};
use crate::state::config_changes::Alteration;

/// The number of IncrementalAlterConfigs' operation that sets a value.
const SET: i8 = 0;

pub(crate) fn handle(
    state: &mut State,
    call: &Call<'_>,
    request: AlterConfigsRequest<'_>,
) -> Handled {
    let resources = request.resources.iter();
    let alterations: Vec<_> = resources.map(alteration).collect();
    let results = state.change_each(&alterations, true, request.validate_only);
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

fn alteration<'a>(resource: &AlterConfigsResource<'a>) -> Alteration<'a> {
    let configs = resource.configs.iter();
    let changes = configs.map(|config| (config.name, SET, config.value.map(|secret| secret.0)));
    (
        resource.resource_type,
        resource.resource_name,
        changes.collect(),
    )
}
