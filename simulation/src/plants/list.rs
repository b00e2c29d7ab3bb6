//! The bugs. `within` is what was measured, with room.

use super::{Edit, Plant};
use crate::check::Invariant::{V1, V2, V3, V4, V5, V6, V7, V8, V9, V10, V11};

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
        name: "results-unguarded",
        breaks: "results are written although the guarded write was refused",
        edits: &[Edit {
            file: "offset-store/src/memory.rs",
            find: "        if self.write_if(write) == Written::Refused {\n            return Ok(Written::Refused);\n",
            replace: "        if self.write_if(write) == Written::Refused && !crate::planted(\"results-unguarded\") {\n            return Ok(Written::Refused);\n",
        }],
        found_by: &[V3, V2],
        within: 400,
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
        within: 200,
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
        within: 3_000,
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
        within: 50,
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
        within: 100,
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
        within: 300,
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
        found_by: &[V8, V9, V10],
        within: 30,
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
        within: 100,
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
        within: 600,
    },
    // The consumer.
    // The producer.
    // What is in doubt, refused or late, and what becomes of it.
    Plant {
        name: "reset-without-fence",
        breaks: "an operator's reset to the beginning draws no new fence: the owner goes on, over it",
        edits: &[Edit {
            file: "offset-store/src/fence/reset.rs",
            find: "            fence,\n            replaced: Fence::NONE,\n            owner: None,\n            partitions_seen,\n",
            replace: "            fence: if next == 0 && crate::planted(\"reset-without-fence\") { row.map_or(fence, |row| row.fence) } else { fence },\n            replaced: Fence::NONE,\n            owner: None,\n            partitions_seen,\n",
        }],
        found_by: &[V4, V6, V5],
        within: 200,
    },
    Plant {
        name: "commit-in-doubt-is-done",
        breaks: "a commit of several partitions without an answer counts as written",
        edits: &[Edit {
            file: "offset-store/src/table/store.rs",
            find: "            Err(source) => return Err(unanswered(decided.into_iter(), source)),\n",
            replace: "            Err(source) if source.outcome_unknown() && writes.len() > 1 && crate::planted(\"commit-in-doubt-is-done\") => vec![Written::Done; writes.len()],\n            Err(source) => return Err(unanswered(decided.into_iter(), source)),\n",
        }],
        found_by: &[V4, V11],
        within: 200,
    },
    Plant {
        name: "commits-end-at-failure",
        breaks: "after six commits in a row that failed there is no other",
        edits: &[Edit {
            file: "group/src/commit_plan.rs",
            find: "            self.due = Some(now + pause.min(MAX_PAUSE));\n",
            replace: "            self.due = Some(now + pause.min(MAX_PAUSE)).filter(|_| self.failures < 6 || !crate::planted(\"commits-end-at-failure\"));\n",
        }],
        found_by: &[V9, V11],
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
        within: 150,
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
        within: 50,
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
        name: "overtaken-claim-is-dropped",
        breaks: "a claim that another was faster with is not tried again",
        edits: &[Edit {
            file: "group/src/session/claims.rs",
            find: "                    again.push(wanting);\n",
            replace: "                    if !crate::planted(\"overtaken-claim-is-dropped\") {\n                        again.push(wanting);\n                    }\n",
        }],
        found_by: &[V9, V1],
        within: 2_500,
    },
    Plant {
        name: "leaves-without-end",
        breaks: "who leaves waits for a coordinator that is away",
        edits: &[Edit {
            file: "group/src/membership/classic/leaving.rs",
            find: "        self.leave_by = Some(now + self.config.leave_within);\n",
            replace: "        self.leave_by = Some(now + self.config.leave_within).filter(|_| !crate::planted(\"leaves-without-end\"));\n",
        }],
        found_by: &[V10, V9],
        within: 300,
    },
    Plant {
        name: "hasty-after-failure",
        breaks: "after a failure batches go out several at a time",
        edits: &[Edit {
            file: "client/src/producer/sequence.rs",
            find: "        self.careful = answer != Answer::Written;\n",
            replace: "        self.careful = answer != Answer::Written && !crate::planted(\"hasty-after-failure\");\n",
        }],
        found_by: &[V7, V2],
        within: 200,
    },
    Plant {
        name: "fenced-for-good",
        breaks: "a partition whose claim was fenced is not claimed again",
        edits: &[Edit {
            file: "group/src/session.rs",
            find: "        if !slot.is_fenced() {\n            return Ok(());\n",
            replace: "        if !slot.is_fenced() || crate::planted(\"fenced-for-good\") {\n            return Ok(());\n",
        }],
        found_by: &[V9, V1],
        within: 150,
    },
    // Topics and transactions.
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
    // Bugs that were there, and that seeds of this world found.
    Plant {
        name: "newest-count-of-partitions",
        breaks: "who claims an added partition asks the newest row how many there were, not the oldest",
        edits: &[Edit {
            file: "offset-store/src/anomaly.rs",
            find: "    seen.filter(|seen| *seen > 0).min()\n",
            replace: "    if crate::planted(\"newest-count-of-partitions\") {\n        return seen.max();\n    }\n    seen.filter(|seen| *seen > 0).min()\n",
        }],
        found_by: &[V1],
        within: 3_000,
    },
    Plant {
        name: "epoch-from-before-the-gap",
        breaks: "a commit behind markers tells the leader epoch of the records before them",
        edits: &[
            Edit {
                file: "group/src/tracker/epochs.rs",
                find: "            self.change(gap, None);\n",
                replace: "            if !crate::planted(\"epoch-from-before-the-gap\") {\n                self.change(gap, None);\n            }\n",
            },
            Edit {
                file: "group/src/session/commits/progress.rs",
                find: "            let of_epoch = first.min(next.saturating_sub(1));\n",
                replace: "            let mut of_epoch = first.min(next.saturating_sub(1));\n            if crate::planted(\"epoch-from-before-the-gap\") {\n                of_epoch = first;\n            }\n",
            },
        ],
        found_by: &[V1, V9],
        within: 1_000,
    },
    Plant {
        name: "static-leader-forgets",
        breaks: "a static leader that comes back takes the partitions that it finds for those that it assigned",
        edits: &[Edit {
            file: "group/src/membership/classic/answers.rs",
            find: "            self.counts = counts;\n",
            replace: "            self.counts = counts.filter(|_| !crate::planted(\"static-leader-forgets\"));\n",
        }],
        found_by: &[V1, V9],
        within: 1_500,
    },
    Plant {
        name: "uncommitted-is-not-told",
        breaks: "a stop whose last commit did not come through says nothing of it",
        edits: &[Edit {
            file: "group/src/session/commits.rs",
            find: "            let mut left = BTreeMap::new();\n",
            replace: "            if crate::planted(\"uncommitted-is-not-told\") || crate::planted(\"no-last-commit\") {\n                return Vec::new();\n            }\n            let mut left = BTreeMap::new();\n",
        }],
        found_by: &[V11],
        within: 1_000,
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
        within: 50,
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
        name: "last-of-a-batch-again",
        breaks: "who starts at a batch's last record gets the one before it too",
        edits: &[Edit {
            file: "client/src/consumer/unpack.rs",
            find: "            Some(from) if admitted => self.check(&whole, &batch, from)?,\n",
            replace: "            Some(from) if admitted && from == batch.last_offset() && crate::planted(\"last-of-a-batch-again\") => self.check(&whole, &batch, from - 1)?,\n            Some(from) if admitted => self.check(&whole, &batch, from)?,\n",
        }],
        found_by: &[V8, V2, V7],
        within: 1_500,
    },
    Plant {
        name: "cut-off-is-forgotten",
        breaks: "work that does not finish in time is waited for all the same",
        edits: &[Edit {
            file: "group/src/session.rs",
            find: "                () = end.deadline() => break,\n",
            replace: "                () = end.deadline(), if !crate::planted(\"cut-off-is-forgotten\") => break,\n",
        }],
        found_by: &[V10, V9],
        within: 600,
    },
];
