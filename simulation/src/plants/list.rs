//! The bugs. `within` is a guess until the simulation runs; then it is what was measured, with room.

use super::{Edit, Plant};
use crate::check::Invariant::{V1, V2, V3, V4, V5, V6, V7, V8, V9, V10, V11, V12};

/// All bugs.
pub const PLANTS: &[Plant] = &[
    // Fencing.
    Plant {
        name: "no-fence-check",
        breaks: "the memory table writes whether or not the row holds the fence expected",
        edits: &[Edit {
            file: "offset-store/src/memory.rs",
            find: "        if !as_expected {\n",
            replace: "        if !as_expected && !crate::planted(\"no-fence-check\") {\n",
        }],
        found_by: &[V6, V2, V5],
        within: 100,
    },
    Plant {
        name: "fence-kept",
        breaks: "a commit draws no new fence",
        edits: &[Edit {
            file: "offset-store/src/fence.rs",
            find: "    let gap = skipped.map(|reason| Gap {\n",
            replace: "    let fence = if crate::planted(\"fence-kept\") { claim.fence() } else { fence };\n    let gap = skipped.map(|reason| Gap {\n",
        }],
        found_by: &[V6],
        within: 10,
    },
    Plant {
        name: "claim-unconfirmed",
        breaks: "the generation is not checked: a member claims without asking whether the partition is still its own",
        edits: &[Edit {
            file: "group/src/session/claims.rs",
            find: "        let ask = || self.confirmer.confirm();\n",
            replace: "        let ask = || async {\n            if crate::planted(\"claim-unconfirmed\") {\n                return Ok(());\n            }\n            self.confirmer.confirm().await\n        };\n",
        }],
        found_by: &[V6],
        within: 300,
    },
    Plant {
        name: "results-unguarded",
        breaks: "results are written although the guarded write was refused",
        edits: &[Edit {
            file: "offset-store/src/memory.rs",
            find: "        if self.write_if(write) == Written::Refused {\n            return Ok(Written::Refused);\n",
            replace: "        if self.write_if(write) == Written::Refused && !crate::planted(\"results-unguarded\") {\n            return Ok(Written::Refused);\n",
        }],
        found_by: &[V3, V2],
        within: 100,
    },
    Plant {
        name: "fence-not-watched",
        breaks: "an owner that is fenced while nothing comes does not notice",
        edits: &[Edit {
            file: "group/src/session/slot.rs",
            find: "        if fenced {\n",
            replace: "        if fenced && !crate::planted(\"fence-not-watched\") {\n",
        }],
        found_by: &[V9],
        within: 300,
    },
    // Where to start.
    Plant {
        name: "start-policy-again",
        breaks: "a claim resolves the start policy anew, though the row has an offset",
        edits: &[Edit {
            file: "offset-store/src/fence.rs",
            find: "    let stored = row.as_ref().and_then(Row::committed);\n",
            replace: "    let stored = row.as_ref().and_then(Row::committed);\n    let stored = stored.filter(|_| !crate::planted(\"start-policy-again\"));\n",
        }],
        found_by: &[V5, V2, V4, V1],
        within: 10,
    },
    Plant {
        name: "added-partition-at-newest",
        breaks: "a partition that was added starts where the policy for the first start says",
        edits: &[Edit {
            file: "group/src/session/claims.rs",
            find: "            let policy = if is_new {\n",
            replace: "            let policy = if is_new && !crate::planted(\"added-partition-at-newest\") {\n",
        }],
        found_by: &[V1],
        within: 1_000,
    },
    Plant {
        name: "topic-id-not-checked",
        breaks: "an offset of a topic that was deleted is used for the one of the same name",
        edits: &[
            Edit {
                file: "group/src/session/claims.rs",
                find: "            Some(anomaly) if anomaly.default_policy() == Policy::Fail => {\n",
                replace: "            Some(anomaly)\n                if anomaly.default_policy() == Policy::Fail\n                    && !crate::planted(\"topic-id-not-checked\") =>\n            {\n",
            },
            Edit {
                file: "offset-store/src/fence.rs",
                find: "    let may_change = wanted.restart.is_some() || stored.is_none();\n",
                replace: "    let may_change = wanted.restart.is_some() || stored.is_none() || crate::planted(\"topic-id-not-checked\");\n",
            },
        ],
        found_by: &[V1, V4, V9],
        within: 300,
    },
    Plant {
        name: "unstable-offsets-read",
        breaks: "a start is taken from an offset that an open transaction may still change",
        edits: &[Edit {
            file: "group/src/session/kafka.rs",
            find: "self.offsets.fetch(&wanted, true).await",
            replace: "self.offsets.fetch(&wanted, !crate::planted(\"unstable-offsets-read\")).await",
        }],
        found_by: &[V8, V4, V1],
        within: 2_000,
    },
    // What is done.
    Plant {
        name: "commit-before-processing",
        breaks: "what was delivered counts as done",
        edits: &[Edit {
            file: "group/src/tracker.rs",
            find: "        self.position = next;\n",
            replace: "        self.position = next;\n        if crate::planted(\"commit-before-processing\") {\n            self.marked = next;\n        }\n",
        }],
        found_by: &[V4, V1],
        within: 10,
    },
    Plant {
        name: "tracker-off-by-one",
        breaks: "a mark covers the record after it, if it was delivered",
        edits: &[Edit {
            file: "group/src/tracker.rs",
            find: "        self.marked = self.marked.max(through.saturating_add(1));\n",
            replace: "        let more = i64::from(crate::planted(\"tracker-off-by-one\"));\n        self.marked = self.marked.max(through.saturating_add(1 + more));\n",
        }],
        found_by: &[V4, V1],
        within: 50,
    },
    Plant {
        name: "ack-covers-all-before",
        breaks: "one record's acknowledgement counts for all before it",
        edits: &[Edit {
            file: "group/src/tracker.rs",
            find: "        if !batch.ack(one) {\n",
            replace: "        if crate::planted(\"ack-covers-all-before\") {\n            self.marked = self.marked.max(one.saturating_add(1));\n        }\n        if !batch.ack(one) {\n",
        }],
        found_by: &[V4, V1],
        within: 50,
    },
    Plant {
        name: "mirror-before-store",
        breaks: "the mirror is told before the store has the commit",
        edits: &[Edit {
            file: "group/src/processor.rs",
            find: "        let advance = claim.advance(to.clone());\n",
            replace: "        if crate::planted(\"mirror-before-store\") {\n            self.committed(slot, to);\n        }\n        let advance = claim.advance(to.clone());\n",
        }],
        found_by: &[V4, V5],
        within: 100,
    },
    // Membership and the end.
    Plant {
        name: "lost-revoke",
        breaks: "work is not told that the group rebalances, and holds it up",
        edits: &[Edit {
            file: "group/src/group/run.rs",
            find: "                end.say(Ending::Revoked { by });\n",
            replace: "                if !crate::planted(\"lost-revoke\") {\n                    end.say(Ending::Revoked { by });\n                }\n",
        }],
        found_by: &[V9, V10],
        within: 50,
    },
    Plant {
        name: "no-last-commit",
        breaks: "a session ends without its last commit",
        edits: &[Edit {
            file: "group/src/session/commits.rs",
            find: "        let (done, finished) = oneshot::channel();\n        let _ = self.0.send(Order::Finish",
            replace: "        if crate::planted(\"no-last-commit\") {\n            return;\n        }\n        let (done, finished) = oneshot::channel();\n        let _ = self.0.send(Order::Finish",
        }],
        found_by: &[V11],
        within: 50,
    },
    Plant {
        name: "release-without-end",
        breaks: "who lets go of partitions waits for a store that hangs",
        edits: &[Edit {
            file: "group/src/session/claims.rs",
            find: "            RELEASE_WITHIN.min(within),\n",
            replace: "            if crate::planted(\"release-without-end\") { Duration::from_secs(3600) } else { RELEASE_WITHIN.min(within) },\n",
        }],
        found_by: &[V10, V9],
        within: 300,
    },
    Plant {
        name: "connections-kept",
        breaks: "a session leaves a client's handle behind, and with it its connections",
        edits: &[Edit {
            file: "group/src/session/claims.rs",
            find: "        let claims = self.slots.all();\n        let claims = claims.iter()",
            replace: "        if crate::planted(\"connections-kept\") {\n            std::mem::forget(self.client.clone());\n        }\n        let claims = self.slots.all();\n        let claims = claims.iter()",
        }],
        found_by: &[V12],
        within: 10,
    },
    // The consumer.
    Plant {
        name: "position-by-last-record",
        breaks: "the position is the last record's, not the one behind it",
        edits: &[Edit {
            file: "client/src/consumer/position.rs",
            find: "        self.next = last_offset.saturating_add(1);\n",
            replace: "        let behind = i64::from(!crate::planted(\"position-by-last-record\"));\n        self.next = last_offset.saturating_add(behind);\n",
        }],
        found_by: &[V8, V2, V7, V9],
        within: 10,
    },
    Plant {
        name: "aborted-are-read",
        breaks: "records of aborted transactions are delivered",
        edits: &[Edit {
            file: "client/src/consumer/aborted.rs",
            find: "            Kind::Transactional => !self.open.contains(&producer_id),\n",
            replace: "            Kind::Transactional => !self.open.contains(&producer_id) || crate::planted(\"aborted-are-read\"),\n",
        }],
        found_by: &[V3],
        within: 50,
    },
    Plant {
        name: "aborted-list-as-it-comes",
        breaks: "the list of aborted transactions is taken to have the order that is handy",
        edits: &[Edit {
            file: "client/src/consumer/aborted.rs",
            find: "        listed.sort_unstable_by_key(|aborted| std::cmp::Reverse(aborted.first_offset));\n",
            replace: "        if !crate::planted(\"aborted-list-as-it-comes\") {\n            listed.sort_unstable_by_key(|aborted| std::cmp::Reverse(aborted.first_offset));\n        }\n",
        }],
        found_by: &[V3],
        within: 1_000,
    },
    Plant {
        name: "answer-from-before-the-seek",
        breaks: "an answer to a question from before a move of the position is taken",
        edits: &[Edit {
            file: "client/src/consumer/feed.rs",
            find: "        if state.era != ask.era || state.closed {\n",
            replace: "        let is_old = state.era != ask.era && !crate::planted(\"answer-from-before-the-seek\");\n        if is_old || state.closed {\n",
        }],
        found_by: &[V8, V7, V4],
        within: 2_000,
    },
    Plant {
        name: "newest-first",
        breaks: "of two answers in the queue the newer is handed out first",
        edits: &[Edit {
            file: "client/src/consumer/feed.rs",
            find: "        match state.queue.pop_front() {\n",
            replace: "        let item = if crate::planted(\"newest-first\") {\n            state.queue.pop_back()\n        } else {\n            state.queue.pop_front()\n        };\n        match item {\n",
        }],
        found_by: &[V8, V7],
        within: 50,
    },
    // The producer.
    Plant {
        name: "sequence-anew",
        breaks: "a step that is not idempotent is tried again: a batch in doubt goes out under a new sequence",
        edits: &[Edit {
            file: "client/src/producer/sequence.rs",
            find: "        slot.doubtful |= doubtful;\n",
            replace: "        if doubtful && crate::planted(\"sequence-anew\") {\n            slot.stamp = None;\n            return Vec::new();\n        }\n        slot.doubtful |= doubtful;\n",
        }],
        found_by: &[V2],
        within: 50,
    },
    Plant {
        name: "doubt-is-success",
        breaks: "a batch without an answer counts as written",
        edits: &[Edit {
            file: "client/src/producer/sequence.rs",
            find: "            Answer::Again { doubtful } => self.again(at, doubtful),\n",
            replace: "            Answer::Again { doubtful: true } if crate::planted(\"doubt-is-success\") => self.written(at),\n            Answer::Again { doubtful } => self.again(at, doubtful),\n",
        }],
        found_by: &[V1],
        within: 50,
    },
];
