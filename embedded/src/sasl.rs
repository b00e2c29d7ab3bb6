//! Logging in: PLAIN and SCRAM, as a state of one connection. Nothing here reads from it or writes to it.
#![deny(clippy::disallowed_methods)]

mod plain;
mod scram;

use rand::Rng;

use crate::settings::{Settings, User};
pub(crate) use scram::Credentials;

/// How the password is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mechanism {
    Plain,
    ScramSha256,
    ScramSha512,
}

impl Mechanism {
    /// As SaslHandshake lists them.
    pub(crate) const ALL: [Self; 3] = [Self::Plain, Self::ScramSha256, Self::ScramSha512];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::ScramSha256 => "SCRAM-SHA-256",
            Self::ScramSha512 => "SCRAM-SHA-512",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// How far a connection has come.
#[derive(Debug, Default)]
pub(crate) enum Login {
    /// Nothing yet.
    #[default]
    Fresh,
    /// The mechanism is agreed on. `bare`: tokens come in frames without header, as after SaslHandshake v0.
    Chosen { mechanism: Mechanism, bare: bool },
    /// SCRAM, between its two rounds.
    Challenged {
        challenge: scram::Challenge,
        bare: bool,
    },
    /// Logged in.
    Done { user: String },
}

/// What a token leads to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The broker's token; more are to come, or the peer is logged in now.
    Token(Vec<u8>),
    /// No: the broker's words.
    Failed(String),
}

impl Login {
    /// Whether requests that are not about logging in may pass.
    pub(crate) fn may_pass(&self, wanted: bool) -> bool {
        !wanted || matches!(self, Self::Done { .. })
    }

    /// Who has logged in.
    pub(crate) fn user(&self) -> Option<&str> {
        match self {
            Self::Done { user } => Some(user),
            _ => None,
        }
    }

    /// Whether the next frame is a token and nothing else.
    pub(crate) fn takes_bare_token(&self) -> bool {
        matches!(
            self,
            Self::Chosen { bare: true, .. } | Self::Challenged { bare: true, .. }
        )
    }

    /// Takes a token of the peer's; none if it is not the time for one.
    pub(crate) fn take(
        &mut self,
        token: &[u8],
        settings: &Settings,
        random: &mut impl Rng,
    ) -> Option<Step> {
        let (next, step) = match std::mem::take(self) {
            Self::Fresh => return None,
            done @ Self::Done { .. } => {
                *self = done;
                return None;
            }
            Self::Chosen {
                mechanism: Mechanism::Plain,
                ..
            } => match plain::check(token, &settings.users) {
                Ok(user) => (Self::Done { user }, Step::Token(Vec::new())),
                Err(why) => (Self::Fresh, Step::Failed(why)),
            },
            Self::Chosen { mechanism, bare } => {
                match scram::Challenge::make(mechanism, token, &settings.users, random) {
                    Ok((challenge, token)) => {
                        (Self::Challenged { challenge, bare }, Step::Token(token))
                    }
                    Err(why) => (Self::Fresh, Step::Failed(why)),
                }
            }
            Self::Challenged { challenge, .. } => match challenge.check(token) {
                Ok((user, token)) => (Self::Done { user }, Step::Token(token)),
                Err(why) => (Self::Fresh, Step::Failed(why)),
            },
        };
        *self = next;
        Some(step)
    }
}

fn find<'a>(users: &'a [User], name: &str) -> Option<&'a User> {
    users.iter().find(|user| user.name == name)
}

#[cfg(test)]
mod tests;
