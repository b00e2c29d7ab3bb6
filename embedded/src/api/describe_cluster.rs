//! DescribeCluster: the cluster's id, brokers and controller.

use ottla_protocol::api::ReadRequest;
use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::describe_cluster::{
    DescribeClusterBroker, DescribeClusterRequest, DescribeClusterResponse,
};

use super::metadata::CLUSTER_OPERATIONS;
use crate::state::State;
use crate::state::brokers::Broker;
use crate::state::call::{Call, Handled};

/// The endpoints of brokers; 2 would be those of controllers.
const BROKERS: i8 = 1;

pub(crate) fn handle(state: &mut State, call: &Call<'_>, body: &[u8]) -> Handled {
    let request = DescribeClusterRequest::read_body(body, call.version)?;
    if request.endpoint_type != BROKERS {
        return call.answer(&DescribeClusterResponse {
            error_code: ErrorCode::MISMATCHED_ENDPOINT_TYPE.code(),
            error_message: Some("The request was sent to an endpoint of the wrong type."),
            ..Default::default()
        });
    }
    let mut response = DescribeClusterResponse {
        cluster_id: &state.cluster_id,
        controller_id: state.brokers.controller(),
        brokers: state
            .brokers
            .all()
            .filter(|broker| broker.up || request.include_fenced_brokers)
            .map(line)
            .collect(),
        ..Default::default()
    };
    if request.include_cluster_authorized_operations {
        response.cluster_authorized_operations = CLUSTER_OPERATIONS;
    }
    call.answer(&response)
}

fn line(broker: &Broker) -> DescribeClusterBroker<'_> {
    DescribeClusterBroker {
        broker_id: broker.node,
        host: &broker.host,
        port: broker.port.into(),
        rack: broker.rack.as_deref(),
        is_fenced: !broker.up,
        ..Default::default()
    }
}
