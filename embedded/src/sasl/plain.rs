//! PLAIN (RFC 4616): name and password in one token.

use super::find;
use crate::settings::User;

/// The authorization id, empty or the name; the name; the password; a zero byte between them. Gives the name.
pub(super) fn check(token: &[u8], users: &[User]) -> Result<String, String> {
    let parts: Vec<&[u8]> = token.split(|byte| *byte == 0).collect();
    let [authorization, name, password] = parts[..] else {
        return Err(
            "Authentication failed: Invalid SASL/PLAIN response: expected 3 tokens".to_owned(),
        );
    };
    if name.is_empty() || password.is_empty() {
        return Err("Authentication failed: username or password not specified".to_owned());
    }
    let user = str::from_utf8(name).ok().and_then(|name| find(users, name));
    let user = user.filter(|user| user.password.as_bytes() == password);
    let Some(user) = user else {
        return Err("Authentication failed: Invalid username or password".to_owned());
    };
    if !authorization.is_empty() && authorization != name {
        return Err(
            "Authentication failed: Client requested an authorization id that is different from username"
                .to_owned(),
        );
    }
    Ok(user.name.clone())
}
