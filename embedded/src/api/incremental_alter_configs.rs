//! IncrementalAlterConfigs: changes single settings.

use ottla_protocol::messages::incremental_alter_configs::{
    AlterConfigsResource, AlterConfigsResourceResponse, IncrementalAlterConfigsRequest,
    IncrementalAlterConfigsResponse,
};

use crate::error::Refusal;
use crate::state::State;
use crate::state::call::{Call, Handled};
use crate::state::config_changes::Alteration;

pub(crate) fn handle(
    state: &mut State,
    call: &Call<'_>,
    request: IncrementalAlterConfigsRequest<'_>,
) -> Handled {
    let resources = request.resources.iter();
    let alterations: Vec<_> = resources.map(alteration).collect();
    let results = state.change_each(&alterations, false, request.validate_only);
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

fn alteration<'a>(resource: &AlterConfigsResource<'a>) -> Alteration<'a> {
    let changes = resource.configs.iter().map(|config| {
        let value = config.value.map(|secret| secret.0);
        (config.name, config.config_operation, value)
    });
    (
        resource.resource_type,
        resource.resource_name,
        changes.collect(),
    )
}
