//! Who says aloud that something is away, when several notice.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Has trouble told once: one line when it starts, one when it ends, however many notice it.
///
/// A member hears of a broker that is away from its heartbeats and from its partitions; the members of one process all
/// hear of the same broker. Whoever shares a voice (clones are one) shares these lines. Each [`Group`](crate::Group) has
/// one of its own unless [`GroupBuilder::voice`](crate::GroupBuilder::voice) gives it another.
#[derive(Clone, Debug, Default)]
pub struct Voice(Arc<Mutex<BTreeMap<Party, usize>>>);

/// With whom the trouble is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Party {
    Cluster,
    Store,
}

/// Somebody has trouble, until this is dropped.
#[derive(Debug)]
pub(crate) struct Word {
    voice: Voice,
    party: Party,
}

impl Voice {
    /// Says it if nobody has.
    pub(crate) fn start(&self, party: Party, say: impl FnOnce()) -> Word {
        let before = self.count(party, |count| {
            *count += 1;
            *count - 1
        });
        if before == 0 {
            say();
        }
        Word {
            voice: self.clone(),
            party,
        }
    }

    fn count<T>(&self, party: Party, change: impl FnOnce(&mut usize) -> T) -> T {
        let mut parties = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(parties.entry(party).or_default())
    }
}

impl Word {
    /// Says that it is over if it is for all.
    pub(crate) fn end(self, say: impl FnOnce()) {
        if self.voice.count(self.party, |count| *count == 1) {
            say();
        }
    }
}

impl Drop for Word {
    fn drop(&mut self) {
        self.voice
            .count(self.party, |count| *count = count.saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    #[test]
    fn many_who_notice_speak_once_at_the_start_and_once_when_it_is_over_for_all() {
        let said = RefCell::new(Vec::new());
        let say = |what| {
            let said = &said;
            move || said.borrow_mut().push(what)
        };
        let voice = Voice::default();
        let first = voice.start(Party::Cluster, say("away"));
        let second = voice.clone().start(Party::Cluster, say("away too"));
        let store = voice.start(Party::Store, say("full"));
        first.end(say("back for one"));
        second.end(say("back"));
        store.end(say("room"));
        assert_eq!(*said.borrow(), ["away", "full", "back", "room"]);
        drop(voice.start(Party::Cluster, say("away again")));
        drop(voice.start(Party::Cluster, say("and again")));
        assert_eq!(said.borrow()[4..], ["away again", "and again"]);
    }
}
