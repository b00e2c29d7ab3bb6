//! DescribeAcls: there are no access rules, since nobody is forbidden anything.

use ottla_protocol::api::ReadRequest;
use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::describe_acls::{DescribeAclsRequest, DescribeAclsResponse};

use crate::state::State;
use crate::state::call::{Call, Handled};

pub(crate) fn handle(_state: &mut State, call: &Call<'_>, body: &[u8]) -> Handled {
    DescribeAclsRequest::read_body(body, call.version)?;
    call.answer(&DescribeAclsResponse {
        error_code: ErrorCode::SECURITY_DISABLED.code(),
        error_message: Some("No Authorizer is configured."),
        ..Default::default()
    })
}
