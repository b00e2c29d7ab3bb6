//! DescribeConfigs: the settings in force, and where they come from.

use ottla_protocol::api::ReadRequest;
use ottla_protocol::messages::describe_configs::{
    DescribeConfigsRequest, DescribeConfigsResource, DescribeConfigsResourceResult,
    DescribeConfigsResponse, DescribeConfigsResult, DescribeConfigsSynonym,
};

use crate::error::Refusal;
use crate::state::State;
use crate::state::call::{Call, Handled};
use crate::state::config_changes::Resource;
use crate::state::settings_shown::Shown;

pub(crate) fn handle(state: &mut State, call: &Call<'_>, body: &[u8]) -> Handled {
    let request = DescribeConfigsRequest::read_body(body, call.version)?;
    let found: Vec<_> = request
        .resources
        .iter()
        .map(|resource| find(state, resource))
        .collect();
    let results = request.resources.iter().zip(&found);
    call.answer(&DescribeConfigsResponse {
        results: results
            .map(|(resource, found)| result(resource, found, request.include_synonyms))
            .collect(),
        ..Default::default()
    })
}

fn find(state: &State, resource: &DescribeConfigsResource<'_>) -> Result<Vec<Shown>, Refusal> {
    let read = Resource::read(resource.resource_type, resource.resource_name)?;
    let mut shown = state.shown(read)?;
    if let Some(keys) = resource.configuration_keys.as_ref() {
        shown.retain(|one| keys.is_empty() || keys.contains(&one.name));
    }
    Ok(shown)
}

fn result<'a>(
    resource: &DescribeConfigsResource<'a>,
    found: &'a Result<Vec<Shown>, Refusal>,
    synonyms: bool,
) -> DescribeConfigsResult<'a> {
    let mut result = DescribeConfigsResult {
        resource_type: resource.resource_type,
        resource_name: resource.resource_name,
        ..Default::default()
    };
    match found {
        Ok(shown) => result.configs = shown.iter().map(|one| line(one, synonyms)).collect(),
        Err(refusal) => {
            result.error_code = refusal.code.code();
            result.error_message = refusal.words();
        }
    }
    result
}

fn line(shown: &Shown, synonyms: bool) -> DescribeConfigsResourceResult<'_> {
    let places = shown.synonyms.iter().filter(|_| synonyms);
    DescribeConfigsResourceResult {
        name: shown.name,
        value: Some(&shown.value),
        read_only: shown.read_only,
        config_source: shown.source,
        synonyms: places
            .map(|place| DescribeConfigsSynonym {
                name: place.name,
                value: Some(&place.value),
                source: place.source,
                ..Default::default()
            })
            .collect(),
        config_type: shown.kind,
        ..Default::default()
    }
}
