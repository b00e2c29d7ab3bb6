//! SaslAuthenticate: carries the tokens of logging in.

use ottla_protocol::api::ReadRequest;
use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::sasl_authenticate::{
    SaslAuthenticateRequest, SaslAuthenticateResponse,
};
use ottla_protocol::wire::secret::Secret;

use crate::sasl::Step;
use crate::state::State;
use crate::state::call::{Answer, Call, Frame, Handled, Refused};
use crate::state::peer::Peer;

pub(crate) fn handle(state: &mut State, call: &Call<'_>, peer: &mut Peer, body: &[u8]) -> Handled {
    let request = SaslAuthenticateRequest::read_body(body, call.version)?;
    let step = peer
        .login
        .take(request.auth_bytes.0, &state.settings, &mut state.random);
    match step {
        Some(Step::Token(token)) => call.answer(&SaslAuthenticateResponse {
            auth_bytes: Secret(&token),
            ..Default::default()
        }),
        Some(Step::Failed(why)) => {
            let response = failure(ErrorCode::SASL_AUTHENTICATION_FAILED, &why);
            let frame = call.reply_to().frame(&response)?;
            Err(Refused::AuthenticationFailed(Some(frame)))
        }
        None => {
            let why = "SaslAuthenticate request received without a handshake before it";
            let response = failure(ErrorCode::ILLEGAL_SASL_STATE, why);
            let frame = call.reply_to().frame(&response)?;
            Err(Refused::AuthenticationFailed(Some(frame)))
        }
    }
}

/// A token in a frame without header, as it follows SaslHandshake v0.
pub(crate) fn bare(state: &mut State, peer: &mut Peer, token: &[u8]) -> Handled {
    match peer.login.take(token, &state.settings, &mut state.random) {
        Some(Step::Token(token)) => {
            let length = token.len() as u32;
            Ok(Answer::Now(Frame {
                bytes: [&length.to_be_bytes(), &token[..]].concat(),
                error: ErrorCode::NONE,
            }))
        }
        _ => Err(Refused::AuthenticationFailed(None)),
    }
}

/// Nobody needs to log in here, or not again.
pub(crate) fn too_late(_state: &mut State, call: &Call<'_>, body: &[u8]) -> Handled {
    SaslAuthenticateRequest::read_body(body, call.version)?;
    let why = "SaslAuthenticate request received where nobody needs to log in, or after a login";
    call.answer(&failure(ErrorCode::ILLEGAL_SASL_STATE, why))
}

fn failure(error: ErrorCode, why: &str) -> SaslAuthenticateResponse<'_> {
    SaslAuthenticateResponse {
        error_code: error.code(),
        error_message: Some(why),
        ..Default::default()
    }
}
