//! The bugs. `within` is what was measured, with room.

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
    // New.
    Plant {
        name: "reset-without-fence",
        breaks: "an operator's reset draws no new fence: the owner goes on, over it",
        edits: &[Edit {
            file: "offset-store/src/fence/reset.rs",
            find: "            fence,\n            replaced: Fence::NONE,\n            owner: None,\n            partitions_seen,\n",
            replace: "            fence: if crate::planted(\"reset-without-fence\") { row.map_or(fence, |row| row.fence) } else { fence },\n            replaced: Fence::NONE,\n            owner: None,\n            partitions_seen,\n",
        }],
        found_by: &[V4, V6, V5],
        within: 300,
    },
    Plant {
        name: "commit-in-doubt-is-done",
        breaks: "a commit without an answer counts as written",
        edits: &[
            Edit {
                file: "offset-store/src/table/store.rs",
                find: "            Err(ResultsError::Store(source)) => {\n",
                replace: "            Err(ResultsError::Store(source)) if source.outcome_unknown() && crate::planted(\"commit-in-doubt-is-done\") => Ok(Ok(committing.done())),\n            Err(ResultsError::Store(source)) => {\n",
            },
            Edit {
                file: "offset-store/src/table/store.rs",
                find: "            Err(source) => return Err(unanswered(decided.into_iter(), source)),\n",
                replace: "            Err(source) if source.outcome_unknown() && crate::planted(\"commit-in-doubt-is-done\") => vec![Written::Done; writes.len()],\n            Err(source) => return Err(unanswered(decided.into_iter(), source)),\n",
            },
        ],
        found_by: &[V4, V11],
        within: 300,
    },
    Plant {
        name: "failed-commit-is-forgotten",
        breaks: "what a commit failed to write counts as committed, and is not tried again",
        edits: &[Edit {
            file: "group/src/session/commits.rs",
            find: "                if result.is_ok() {\n                    progress.commit(&to);\n",
            replace: "                if result.is_ok() || crate::planted(\"failed-commit-is-forgotten\") {\n                    progress.commit(&to);\n",
        }],
        found_by: &[V9, V11],
        within: 300,
    },
    Plant {
        name: "commits-end-at-failure",
        breaks: "after a commit that failed there is no other",
        edits: &[Edit {
            file: "group/src/commit_plan.rs",
            find: "            self.due = Some(now + pause.min(MAX_PAUSE));\n",
            replace: "            self.due = Some(now + pause.min(MAX_PAUSE)).filter(|_| !crate::planted(\"commits-end-at-failure\"));\n",
        }],
        found_by: &[V9, V11],
        within: 300,
    },
    Plant {
        name: "claim-in-doubt-is-dropped",
        breaks: "a claim without an answer is not made again",
        edits: &[Edit {
            file: "group/src/session/claims.rs",
            find: "        if error.is_retriable() || error.outcome_unknown() {\n",
            replace: "        if error.outcome_unknown() && crate::planted(\"claim-in-doubt-is-dropped\") {\n            return Ok(Round::Done);\n        }\n        if error.is_retriable() || error.outcome_unknown() {\n",
        }],
        found_by: &[V9],
        within: 300,
    },
    Plant {
        name: "portion-ends-early",
        breaks: "of several batches in one transaction the first one's end is committed",
        edits: &[Edit {
            file: "group/src/processor.rs",
            find: "        let next = batches.iter().map(Batch::next_offset).max();\n",
            replace: "        let next = batches.iter().map(Batch::next_offset).max();\n        let next = if crate::planted(\"portion-ends-early\") { batches.iter().map(Batch::next_offset).min() } else { next };\n",
        }],
        found_by: &[V3, V2],
        within: 300,
    },
    Plant {
        name: "busy-is-done",
        breaks: "a transaction that the store wants to be tried again counts as committed",
        edits: &[Edit {
            file: "group/src/processor.rs",
            find: "                claims.into_iter().for_each(|claim| slot.put(claim));\n                self.store_failed(source)?;\n",
            replace: "                claims.into_iter().for_each(|claim| slot.put(claim));\n                if matches!(source, StoreError::Busy { .. }) && crate::planted(\"busy-is-done\") {\n                    return Ok(Outcome::Committed);\n                }\n                self.store_failed(source)?;\n",
        }],
        found_by: &[V4, V1],
        within: 300,
    },
    Plant {
        name: "error-is-no-offset",
        breaks: "an error for committed offsets is taken for none, so that the group starts anew",
        edits: &[Edit {
            file: "group/src/session/kafka.rs",
            find: "            Err(error) if may_pass(&error) => {\n                self.trouble.failed(\"read committed offsets\", error)?;\n",
            replace: "            Err(error) if error.error_code().is_some() && crate::planted(\"error-is-no-offset\") => {\n                wanted.iter().map(|one| (one.clone(), Ok(None))).collect()\n            }\n            Err(error) if may_pass(&error) => {\n                self.trouble.failed(\"read committed offsets\", error)?;\n",
        }],
        found_by: &[V5, V4],
        within: 300,
    },
    Plant {
        name: "coordinator-kept",
        breaks: "a broker that says it is not the coordinator is asked again and again",
        edits: &[Edit {
            file: "group/src/membership/classic/answers.rs",
            find: "        self.coordinator = None;\n        self.again(now, request, error);\n",
            replace: "        if !crate::planted(\"coordinator-kept\") {\n            self.coordinator = None;\n        }\n        self.again(now, request, error);\n",
        }],
        found_by: &[V9, V10],
        within: 300,
    },
    Plant {
        name: "id-kept-when-forgotten",
        breaks: "a member that the coordinator has forgotten joins under its old id",
        edits: &[Edit {
            file: "group/src/membership/classic/answers.rs",
            find: "                    self.member_id = Arc::default();\n                    self.out(now, \"the coordinator does not know this member\");\n",
            replace: "                    if !crate::planted(\"id-kept-when-forgotten\") {\n                        self.member_id = Arc::default();\n                    }\n                    self.out(now, \"the coordinator does not know this member\");\n",
        }],
        found_by: &[V9, V10],
        within: 300,
    },
    Plant {
        name: "heartbeat-under-way-confirms",
        breaks: "a heartbeat that was sent before the row was read confirms a claim",
        edits: &[Edit {
            file: "group/src/membership/confirm.rs",
            find: "        let ticket = self.number();\n        self.waiting.push(ticket);\n",
            replace: "        let ticket = self.number();\n        match crate::planted(\"heartbeat-under-way-confirms\") {\n            true => self.asked.push(ticket),\n            false => self.waiting.push(ticket),\n        }\n",
        }],
        found_by: &[V6],
        within: 2000,
    },
    Plant {
        name: "mirror-forgets-the-newer",
        breaks: "what is committed while the mirror is written is never mirrored",
        edits: &[Edit {
            file: "group/src/mirror/newest.rs",
            find: "            && entry.at == *at\n        {\n",
            replace: "            && (entry.at == *at || crate::planted(\"mirror-forgets-the-newer\"))\n        {\n",
        }],
        found_by: &[V9],
        within: 300,
    },
    Plant {
        name: "ack-at-the-border",
        breaks: "an acknowledgement of a batch's first record is looked for in the batch before",
        edits: &[Edit {
            file: "group/src/tracker.rs",
            find: "        let at = self.batches.partition_point(|batch| batch.next <= one);\n",
            replace: "        let less = i64::from(crate::planted(\"ack-at-the-border\"));\n        let at = self.batches.partition_point(|batch| batch.next <= one - less);\n",
        }],
        found_by: &[V9, V11],
        within: 300,
    },
    Plant {
        name: "last-of-a-batch-again",
        breaks: "who starts at a batch's last record gets the one before it too",
        edits: &[Edit {
            file: "client/src/consumer/unpack.rs",
            find: "            Some(from) if admitted => self.check(&whole, &batch, from)?,\n",
            replace: "            Some(from) if admitted && from == batch.last_offset() && crate::planted(\"last-of-a-batch-again\") => self.check(&whole, &batch, from - 1)?,\n            Some(from) if admitted => self.check(&whole, &batch, from)?,\n",
        }],
        found_by: &[V8, V2, V7],
        within: 300,
    },
    Plant {
        name: "doubt-overwritten",
        breaks: "a batch that may be written counts as certainly not written after its next attempt failed in a known way",
        edits: &[Edit {
            file: "client/src/producer/sequence.rs",
            find: "        slot.doubtful |= doubtful;\n        let epoch_is_over",
            replace: "        if crate::planted(\"doubt-overwritten\") {\n            slot.doubtful = doubtful;\n        }\n        slot.doubtful |= doubtful;\n        let epoch_is_over",
        }],
        found_by: &[V3],
        within: 300,
    },
    Plant {
        name: "flying-is-not-written",
        breaks: "a batch whose time is up counts as not written, though an answer to it is awaited",
        edits: &[Edit {
            file: "client/src/producer/sequence.rs",
            find: "            let possibly_written = slot.doubtful || slot.flying;\n            ended.extend(self.give_up(at, End::Expired",
            replace: "            let possibly_written = slot.doubtful || slot.flying && !crate::planted(\"flying-is-not-written\");\n            ended.extend(self.give_up(at, End::Expired",
        }],
        found_by: &[V3],
        within: 300,
    },
    Plant {
        name: "epoch-hides-doubt",
        breaks: "a batch that may be written goes out again under a new epoch",
        edits: &[Edit {
            file: "client/src/producer/sequence.rs",
            find: "            if slot.doubtful {\n",
            replace: "            if slot.doubtful && !crate::planted(\"epoch-hides-doubt\") {\n",
        }],
        found_by: &[V2],
        within: 1000,
    },
    Plant {
        name: "hasty-after-failure",
        breaks: "after a failure batches go out several at a time",
        edits: &[Edit {
            file: "client/src/producer/sequence.rs",
            find: "        self.careful = answer != Answer::Written;\n",
            replace: "        self.careful = answer != Answer::Written && !crate::planted(\"hasty-after-failure\");\n",
        }],
        found_by: &[V7, V2, V1],
        within: 300,
    },
    Plant {
        name: "first-not-alone",
        breaks: "a partition's first batch does not go alone, though any sequence passes for the first",
        edits: &[Edit {
            file: "client/src/producer/sequence.rs",
            find: "        self.careful |= self.slots.is_empty();\n",
            replace: "        self.careful |= self.slots.is_empty() && !crate::planted(\"first-not-alone\");\n",
        }],
        found_by: &[V7, V2, V1],
        within: 300,
    },
];
