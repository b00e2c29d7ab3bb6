//! The producer id, without which no idempotent batch is sent.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use ottla_protocol::messages::init_producer_id::InitProducerIdRequest;

use super::{Event, Sender};
use crate::client::Client;
use crate::error::{About, ClientError};
use crate::producer::accumulator::Place;
use crate::producer::error::ProduceError;

/// The producer id, which partitions share.
#[derive(Clone, Copy, Debug)]
pub(super) enum Identity {
    Unknown,
    Asked,
    /// Taken by those that ask from now on, once: a partition that asks again has used up its epochs.
    Known(i64, i16),
}

impl Sender {
    /// Sees to it that each partition that needs a producer id gets one.
    pub(super) fn identify(&mut self) {
        let needy = |sender: &Self| {
            let needs = |place: &Place| {
                sender
                    .lines
                    .get(place)
                    .is_some_and(|line| line.sequence.needs_identity())
            };
            sender
                .active
                .iter()
                .copied()
                .filter(needs)
                .collect::<Vec<_>>()
        };
        let places = needy(self);
        if places.is_empty() {
            return;
        }
        match self.identity {
            Identity::Asked => {}
            Identity::Known(id, epoch) => {
                let mut used_up = false;
                for place in places {
                    if let Some(line) = self.lines.get_mut(&place) {
                        used_up |= !line.identify(id, epoch);
                    }
                }
                if used_up {
                    self.ask_for_identity();
                }
            }
            Identity::Unknown => self.ask_for_identity(),
        }
    }

    fn ask_for_identity(&mut self) {
        self.identity = Identity::Asked;
        let (client, within) = (self.client.clone(), self.settings.delivery_timeout);
        self.under_way
            .push(async move { Event::Identified(identity(&client, within).await) }.boxed());
    }

    pub(super) fn identified(&mut self, identity: Result<(i64, i16), ClientError>) {
        let error = match identity {
            Ok((id, epoch)) => {
                tracing::debug!(producer_id = id, epoch, "idempotent producer");
                self.identity = Identity::Known(id, epoch);
                return;
            }
            Err(error) => Arc::new(error),
        };
        self.identity = Identity::Unknown;
        let mut decided = Vec::new();
        for place in &self.active {
            let needy = self
                .lines
                .get_mut(place)
                .filter(|line| line.sequence.needs_identity());
            if let Some(line) = needy {
                let why = ProduceError::NoProducerId {
                    partition: line.partition.clone(),
                    source: Arc::clone(&error),
                };
                decided.extend(line.fail(&why));
            }
        }
        self.settle(decided);
    }
}

async fn identity(client: &Client, within: Duration) -> Result<(i64, i16), ClientError> {
    let mut backoff = client.backoff("get a producer id", within);
    loop {
        match identity_once(client).await {
            Ok(identity) => return Ok(identity),
            Err(error) => backoff.pause(error).await?,
        }
    }
}

async fn identity_once(client: &Client) -> Result<(i64, i16), ClientError> {
    let request = InitProducerIdRequest {
        transaction_timeout_ms: i32::MAX,
        ..InitProducerIdRequest::default()
    };
    let reply = client.call_any(&request).await?;
    let answer = reply.parse()?;
    // A broker that has just started has no ids to give yet.
    reply.check(answer.error_code, || About::Request)?;
    Ok((answer.producer_id, answer.producer_epoch))
}
