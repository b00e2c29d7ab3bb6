//! Logging in, request by request.

use ottla_protocol::messages::heartbeat::{HeartbeatRequest, HeartbeatResponse};
use ottla_protocol::messages::sasl_authenticate::{
    SaslAuthenticateRequest, SaslAuthenticateResponse,
};
use ottla_protocol::messages::sasl_handshake::{SaslHandshakeRequest, SaslHandshakeResponse};
use ottla_protocol::wire::secret::Secret;
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::*;
use crate::settings::User;

/// A cluster in which alice and bob may log in.
fn guarded() -> State {
    let mut random = StdRng::seed_from_u64(1);
    let mut state = cluster();
    state.settings.users = ["alice", "bob"]
        .map(|name| User::new(name, "secret", &mut random))
        .to_vec();
    state
}

/// The answer's body, of a request whose answer has a header without tags.
fn ask<R: Request>(
    state: &mut State,
    peer: &mut Peer,
    request: &R,
    version: i16,
) -> Result<Vec<u8>, Refused> {
    let mut body = Vec::new();
    request.write_body(&mut body, version).unwrap();
    let frame = framed(R::API, version, &body);
    match state.handle(NOW, peer, Asked::read(peer, &frame)?)? {
        Answer::Now(frame) => Ok(frame.bytes[8..].to_vec()),
        other => panic!("{other:?}"),
    }
}

fn handshake(state: &mut State, peer: &mut Peer) -> Result<i16, Refused> {
    let request = SaslHandshakeRequest { mechanism: "PLAIN" };
    let body = ask(state, peer, &request, 1)?;
    Ok(SaslHandshakeResponse::read_body(&body, 1)
        .unwrap()
        .error_code)
}

fn authenticate(state: &mut State, peer: &mut Peer, token: &[u8]) -> Result<i16, Refused> {
    let request = SaslAuthenticateRequest {
        auth_bytes: Secret(token),
        ..Default::default()
    };
    let body = ask(state, peer, &request, 1)?;
    let response = SaslAuthenticateResponse::read_body(&body, 1).unwrap();
    Ok(response.error_code)
}

fn beat(state: &mut State, peer: &mut Peer) -> Result<i16, Refused> {
    let body = ask(state, peer, &HeartbeatRequest::default(), 3)?;
    Ok(HeartbeatResponse::read_body(&body, 3).unwrap().error_code)
}

#[test]
fn nothing_passes_before_the_login() {
    let (mut state, mut peer) = (guarded(), peer());
    let refused = beat(&mut state, &mut peer).unwrap_err();
    assert!(
        matches!(refused, Refused::Unauthenticated { .. }),
        "{refused}"
    );
    assert_eq!(handshake(&mut state, &mut peer).unwrap(), 0);
    let refused = authenticate(&mut state, &mut peer, b"\0alice\0wrong");
    let failed = matches!(refused, Err(Refused::AuthenticationFailed(Some(_))));
    assert!(failed, "{refused:?}");
}

/// As a broker without `connections.max.reauth.ms` has it (KIP-368): who has logged in stays who it is.
#[test]
fn who_has_logged_in_cannot_do_so_again() {
    let (mut state, mut peer) = (guarded(), peer());
    assert_eq!(handshake(&mut state, &mut peer).unwrap(), 0);
    assert_eq!(
        authenticate(&mut state, &mut peer, b"\0alice\0secret").unwrap(),
        0
    );
    let illegal = ErrorCode::ILLEGAL_SASL_STATE.code();
    assert_eq!(handshake(&mut state, &mut peer).unwrap(), illegal);
    let again = authenticate(&mut state, &mut peer, b"\0bob\0secret");
    assert_eq!(again.unwrap(), illegal);
    assert_eq!(peer.login.user(), Some("alice"));
    let unknown = ErrorCode::INVALID_GROUP_ID.code();
    assert_eq!(
        beat(&mut state, &mut peer).unwrap(),
        unknown,
        "it is still served"
    );
}
