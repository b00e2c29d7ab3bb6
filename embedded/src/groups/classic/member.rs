//! One member of a classic group.

use std::time::Duration;

use crate::ticket::Ticket;

#[derive(Clone, Debug)]
pub(in crate::groups) struct ClassicMember {
    pub(in crate::groups) instance_id: Option<String>,
    pub(in crate::groups) client_id: String,
    pub(in crate::groups) client_host: String,
    pub(in crate::groups) session_timeout: Duration,
    pub(in crate::groups) rebalance_timeout: Duration,
    pub(in crate::groups) protocols: Vec<(String, Vec<u8>)>,
    pub(in crate::groups) assignment: Vec<u8>,
    /// When it is thrown out unless it is heard of.
    pub(in crate::groups) deadline: Option<Duration>,
    /// Whether it has not seen the end of a join phase yet.
    pub(in crate::groups) is_new: bool,
    /// Its parked JoinGroup. It stays here when the connection breaks: the caller drops the answer then.
    pub(in crate::groups) joining: Option<Ticket>,
    /// Its parked SyncGroup.
    pub(in crate::groups) syncing: Option<Ticket>,
}

impl ClassicMember {
    pub(in crate::groups) fn is_joining(&self) -> bool {
        self.joining.is_some()
    }

    pub(in crate::groups) fn metadata(&self, protocol: &str) -> Option<&[u8]> {
        self.protocols
            .iter()
            .find(|(name, _)| name == protocol)
            .map(|(_, metadata)| metadata.as_slice())
    }

    /// A parked request is as good as a heartbeat, except of a new member, whose client may be long gone.
    pub(super) fn is_excused(&self) -> bool {
        !self.is_new && (self.joining.is_some() || self.syncing.is_some())
    }
}
