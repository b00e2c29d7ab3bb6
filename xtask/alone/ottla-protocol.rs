//! Writes a request to bytes, with no more than the wire format.

use ottla_protocol::frame;
use ottla_protocol::messages::heartbeat::HeartbeatRequest;

fn main() -> Result<(), ottla_protocol::EncodeError> {
    let request = HeartbeatRequest {
        group_id: "billing",
        member_id: "worker-1",
        ..HeartbeatRequest::default()
    };
    let mut out = Vec::new();
    frame::encode_request(&request, 4, 1, Some("alone"), &mut out)?;
    println!("{} bytes", out.len());
    Ok(())
}
