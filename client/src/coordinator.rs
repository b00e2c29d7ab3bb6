//! Which broker coordinates a group: found once, remembered until somebody says that it has moved.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::find_coordinator::{FindCoordinatorRequest, FindCoordinatorResponse};

use crate::cluster::Broker;
use crate::connection::made_for;
use crate::error::{About, ClientError};
use crate::reply::Reply;
use crate::shared::Shared;

/// The coordinators known, by group.
#[derive(Debug, Default)]
pub(crate) struct Coordinators(Mutex<HashMap<Arc<str>, i32>>);

impl Coordinators {
    pub(crate) fn known(&self, group: &str) -> Option<i32> {
        self.map().get(group).copied()
    }

    pub(crate) fn forget(&self, group: &str) {
        self.map().remove(group);
    }

    fn remember(&self, group: &str, broker: i32) {
        let mut map = self.map();
        if map.len() >= MOST_REMEMBERED {
            map.clear();
        }
        map.insert(group.into(), broker);
    }

    fn map(&self) -> MutexGuard<'_, HashMap<Arc<str>, i32>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Asks any broker for a group's coordinator, once.
pub(crate) async fn find(shared: &Shared, group: &str) -> Result<i32, ClientError> {
    let request = made_for(|version| request(group, version));
    let reply: Reply<FindCoordinatorRequest<'_>> = shared.ask(request).await?;
    let answer = reply.parse()?;
    let found = Found::of(group, &answer, reply.version());
    reply.check(found.code.code(), || About::Group(group.into()))?;
    let broker = Broker::new(found.id, found.host, found.port, None);
    let broker = broker.ok_or(ClientError::UnknownBroker { broker: found.id })?;
    // It may have started after the metadata was last fetched.
    shared.learn(|cluster| match cluster.broker(found.id) {
        Some(known) if known.peer() == broker.peer() => None,
        _ => cluster.with(broker),
    });
    shared.coordinators.remember(group, found.id);
    Ok(found.id)
}

/// Version 4 asks for several groups at once, and has no other way to ask for one.
fn request(group: &str, version: i16) -> FindCoordinatorRequest<'_> {
    match version {
        ..=3 => FindCoordinatorRequest {
            key: group,
            ..FindCoordinatorRequest::default()
        },
        _ => FindCoordinatorRequest {
            coordinator_keys: vec![group],
            ..FindCoordinatorRequest::default()
        },
    }
}

struct Found<'a> {
    id: i32,
    host: &'a str,
    port: i32,
    code: ErrorCode,
}

impl<'a> Found<'a> {
    fn of(group: &str, answer: &FindCoordinatorResponse<'a>, version: i16) -> Self {
        if version <= 3 {
            let code = ErrorCode::from(answer.error_code);
            return Self {
                id: answer.node_id,
                host: answer.host,
                port: answer.port,
                code,
            };
        }
        match answer
            .coordinators
            .iter()
            .find(|coordinator| coordinator.key == group)
        {
            Some(found) => {
                let code = ErrorCode::from(found.error_code);
                Self {
                    id: found.node_id,
                    host: found.host,
                    port: found.port,
                    code,
                }
            }
            None => Self {
                id: -1,
                host: "",
                port: 0,
                code: ErrorCode::COORDINATOR_NOT_AVAILABLE,
            },
        }
    }
}

/// A tool may look at every group of a cluster; it need not remember all of them.
const MOST_REMEMBERED: usize = 10_000;
