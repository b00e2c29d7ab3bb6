//! SaslHandshake: agrees on how to log in.

use ottla_protocol::api::ReadRequest;
use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::sasl_handshake::{SaslHandshakeRequest, SaslHandshakeResponse};

use crate::sasl::{Login, Mechanism};
use crate::state::State;
use crate::state::call::{Call, Handled, Refused};
use crate::state::peer::Peer;

pub(crate) fn handle(_state: &mut State, call: &Call<'_>, peer: &mut Peer, body: &[u8]) -> Handled {
    let request = SaslHandshakeRequest::read_body(body, call.version)?;
    let response = |error: ErrorCode| SaslHandshakeResponse {
        error_code: error.code(),
        mechanisms: Mechanism::ALL.map(Mechanism::name).to_vec(),
    };
    match Mechanism::named(request.mechanism) {
        Some(mechanism) => {
            peer.login = Login::Chosen {
                mechanism,
                bare: call.version == 0,
            };
            call.answer(&response(ErrorCode::NONE))
        }
        None => {
            let frame = response(ErrorCode::UNSUPPORTED_SASL_MECHANISM);
            let frame = call.reply_to().frame(&frame)?;
            Err(Refused::AuthenticationFailed(Some(frame)))
        }
    }
}

/// Nobody needs to log in here, or not again.
pub(crate) fn too_late(_state: &mut State, call: &Call<'_>, body: &[u8]) -> Handled {
    SaslHandshakeRequest::read_body(body, call.version)?;
    call.answer(&SaslHandshakeResponse {
        error_code: ErrorCode::ILLEGAL_SASL_STATE.code(),
        ..Default::default()
    })
}
