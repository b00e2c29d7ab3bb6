//! SCRAM (RFC 5802, RFC 7677): the password is proved, not told.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use rand::{Rng, RngExt};
use sha2::{Digest, Sha256, Sha512};

use super::{Mechanism, find};
use crate::settings::User;

/// As often as Kafka hashes by default.
const ITERATIONS: u32 = 4096;

/// What a broker keeps instead of a password, for one mechanism.
#[derive(Clone)]
pub(crate) struct Credentials {
    salt: [u8; 16],
    stored_key: Vec<u8>,
    server_key: Vec<u8>,
}

impl Credentials {
    /// Slow on purpose: done once a user, at the cluster's start.
    pub(crate) fn new(mechanism: Mechanism, password: &str, random: &mut impl Rng) -> Self {
        Self::salted_with(mechanism, password, random.random())
    }

    pub(super) fn salted_with(mechanism: Mechanism, password: &str, salt: [u8; 16]) -> Self {
        let salted = salted(mechanism, password, &salt);
        let client_key = mac(mechanism, &salted, b"Client Key");
        Self {
            salt,
            stored_key: hash(mechanism, &client_key),
            server_key: mac(mechanism, &salted, b"Server Key"),
        }
    }
}

/// The first round is done: the broker waits for the proof.
pub(crate) struct Challenge {
    pub(super) mechanism: Mechanism,
    pub(super) user: String,
    pub(super) credentials: Credentials,
    pub(super) nonce: String,
    /// What both sides sign, but for the last message.
    pub(super) signed: String,
}

/// Without what is secret.
impl std::fmt::Debug for Challenge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Challenge({})", self.mechanism.name())
    }
}

impl Challenge {
    /// Answers a client's first message.
    pub(super) fn make(
        mechanism: Mechanism,
        token: &[u8],
        users: &[User],
        random: &mut impl Rng,
    ) -> Result<(Self, Vec<u8>), String> {
        let text = text(token)?;
        let bare = text
            .strip_prefix("n,")
            .and_then(|rest| rest.split_once(','))
            .map(|(_, bare)| bare)
            .ok_or_else(malformed)?;
        let name = attribute(bare, "n").ok_or_else(malformed)?;
        let client_nonce = attribute(bare, "r").ok_or_else(malformed)?;
        let name = name.replace("=2C", ",").replace("=3D", "=");
        let user = find(users, &name).ok_or_else(wrong)?;
        let credentials = user.credentials(mechanism).ok_or_else(wrong)?.clone();
        let drawn: [u8; 18] = random.random();
        let nonce = format!("{client_nonce}{}", STANDARD.encode(drawn));
        let salt = STANDARD.encode(credentials.salt);
        let first = format!("r={nonce},s={salt},i={ITERATIONS}");
        let challenge = Self {
            mechanism,
            user: name,
            credentials,
            nonce,
            signed: format!("{bare},{first}"),
        };
        Ok((challenge, first.into_bytes()))
    }

    /// Checks the proof; gives the user's name and the broker's own proof.
    pub(super) fn check(self, token: &[u8]) -> Result<(String, Vec<u8>), String> {
        let text = text(token)?;
        let (without_proof, proof) = text.rsplit_once(",p=").ok_or_else(malformed)?;
        if attribute(without_proof, "r") != Some(&self.nonce) {
            return Err(malformed());
        }
        let proof = STANDARD.decode(proof).map_err(|_| malformed())?;
        let signed = format!("{},{without_proof}", self.signed);
        let Credentials {
            stored_key,
            server_key,
            ..
        } = &self.credentials;
        let signature = mac(self.mechanism, stored_key, signed.as_bytes());
        let client_key: Vec<u8> = proof.iter().zip(&signature).map(|(a, b)| a ^ b).collect();
        if proof.len() != signature.len() || hash(self.mechanism, &client_key) != *stored_key {
            return Err(wrong());
        }
        let own = mac(self.mechanism, server_key, signed.as_bytes());
        let token = format!("v={}", STANDARD.encode(own)).into_bytes();
        Ok((self.user, token))
    }
}

fn text(token: &[u8]) -> Result<&str, String> {
    str::from_utf8(token).map_err(|_| malformed())
}

fn malformed() -> String {
    "Authentication failed: Invalid SASL/SCRAM message".to_owned()
}

fn wrong() -> String {
    "Authentication failed during authentication due to invalid credentials with SASL mechanism SCRAM"
        .to_owned()
}

fn attribute<'a>(message: &'a str, name: &str) -> Option<&'a str> {
    let mut attributes = message.split(',').filter_map(|one| one.split_once('='));
    attributes
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// PBKDF2 of one block, which is as long as the hash.
fn salted(mechanism: Mechanism, password: &str, salt: &[u8]) -> Vec<u8> {
    let first = [salt, &1_u32.to_be_bytes()].concat();
    let mut round = mac(mechanism, password.as_bytes(), &first);
    let mut sum = round.clone();
    for _ in 1..ITERATIONS {
        round = mac(mechanism, password.as_bytes(), &round);
        sum.iter_mut()
            .zip(&round)
            .for_each(|(sum, byte)| *sum ^= byte);
    }
    sum
}

fn hash(mechanism: Mechanism, bytes: &[u8]) -> Vec<u8> {
    match mechanism {
        Mechanism::ScramSha512 => Sha512::digest(bytes).to_vec(),
        Mechanism::ScramSha256 | Mechanism::Plain => Sha256::digest(bytes).to_vec(),
    }
}

fn mac(mechanism: Mechanism, key: &[u8], bytes: &[u8]) -> Vec<u8> {
    match mechanism {
        Mechanism::ScramSha512 => sign::<Hmac<Sha512>>(key, bytes),
        Mechanism::ScramSha256 | Mechanism::Plain => sign::<Hmac<Sha256>>(key, bytes),
    }
}

fn sign<M: Mac + KeyInit>(key: &[u8], bytes: &[u8]) -> Vec<u8> {
    // A key of any length will do, so there is always one.
    let signed = <M as KeyInit>::new_from_slice(key).map(|signer| signer.chain_update(bytes));
    signed.map_or_else(
        |_| Vec::new(),
        |signed| signed.finalize().into_bytes().to_vec(),
    )
}
