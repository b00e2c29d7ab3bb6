//! Settings of brokers at run time, over those of the start.

use ottla_protocol::messages::alter_configs::{
    AlterConfigsRequest, AlterConfigsResource, AlterConfigsResponse, AlterableConfig,
};
use ottla_protocol::messages::describe_configs::{
    DescribeConfigsRequest, DescribeConfigsResource, DescribeConfigsResponse,
};
use ottla_protocol::wire::secret::Secret;

use super::*;

const BROKER: i8 = 4;

/// Sets these for all brokers, and nothing else.
fn alter(state: &mut State, configs: &[(&'static str, &'static str)]) {
    let configs = configs.iter().map(|(name, value)| AlterableConfig {
        name,
        value: Some(Secret(value)),
        ..Default::default()
    });
    let request = AlterConfigsRequest {
        resources: vec![AlterConfigsResource {
            resource_type: BROKER,
            configs: configs.collect(),
            ..Default::default()
        }],
        ..Default::default()
    };
    let answer = answer_to(state, &request, 2);
    let response = AlterConfigsResponse::read_body(&answer, 2).unwrap();
    assert_eq!(response.responses[0].error_code, 0);
}

/// What is shown of a broker's setting: its value, and where it has one, the place in force first.
fn shown(state: &mut State, broker: &str, name: &str) -> Option<(String, Vec<i8>)> {
    let request = DescribeConfigsRequest {
        resources: vec![DescribeConfigsResource {
            resource_type: BROKER,
            resource_name: broker,
            ..Default::default()
        }],
        include_synonyms: true,
        ..Default::default()
    };
    let answer = answer_to(state, &request, 4);
    let response = DescribeConfigsResponse::read_body(&answer, 4).unwrap();
    let mut told = response.results[0].configs.iter();
    let told = told.find(|told| told.name == name)?;
    let places = told
        .synonyms
        .iter()
        .map(|place| place.source)
        .collect::<Vec<_>>();
    assert_eq!(places.first(), Some(&told.config_source));
    Some((told.value.unwrap().to_owned(), places))
}

/// Settings at the start are a file's, which AlterConfigs does not reach.
#[test]
fn what_was_told_at_the_start_outlives_alter_configs() {
    let (segment, size) = ("log.segment.bytes", "message.max.bytes");
    let mut state = cluster();
    state
        .settings
        .configs
        .insert(size.to_owned(), "5000".to_owned());
    alter(&mut state, &[(segment, "1048576")]);
    assert_eq!(state.broker_number(size), 5000);
    assert_eq!(state.broker_number(segment), 1_048_576);
    alter(&mut state, &[(size, "6000")]);
    assert_eq!(state.broker_number(size), 6000);
    assert_eq!(
        shown(&mut state, "1", size),
        Some(("6000".to_owned(), vec![3, 4, 5]))
    );
    assert_eq!(
        shown(&mut state, "", size),
        Some(("6000".to_owned(), vec![3, 4, 5]))
    );
    alter(&mut state, &[]);
    assert_eq!(state.broker_number(size), 5000);
    assert_eq!(
        shown(&mut state, "1", size),
        Some(("5000".to_owned(), vec![4, 5]))
    );
    assert_eq!(shown(&mut state, "", size), None, "nothing is set for all");
}
