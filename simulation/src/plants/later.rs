//! Bugs that no world has shown yet: what would show them is too rare in a world. They are planted with the others and can be hunted by name, but
//! `all` does not count them; who makes a world that shows one moves it to `list`.

use super::{Edit, Plant};
use crate::check::Invariant::{V1, V2, V3, V4, V5, V6, V7, V8, V9, V10, V11, V12};

/// Those bugs.
pub const LATER: &[Plant] = &[
    Plant {
        name: "claim-unconfirmed",
        breaks: "the generation is not checked: a member claims without asking whether the partition is still its own",
        edits: &[Edit {
            file: "group/src/session/claims.rs",
            find: "        let ask = || self.confirmer.confirm();\n",
            replace: "        let ask = || async {\n            if crate::planted(\"claim-unconfirmed\") {\n                return Ok(());\n            }\n            self.confirmer.confirm().await\n        };\n",
        }],
        found_by: &[V6, V9],
        within: 100,
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
    // Too rare in the worlds so far: nothing in those of the first 150 seeds whose plan could show it.
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
        name: "doubt-about-kafka-is-done",
        breaks: "a commit to Kafka without an answer counts as written",
        edits: &[Edit {
            file: "group/src/session/kafka.rs",
            find: "                self.trouble.failed(\"commit offsets\", error.clone())?;\n                failed(&offsets, error)\n",
            replace: "                self.trouble.failed(\"commit offsets\", error.clone())?;\n                match crate::planted(\"doubt-about-kafka-is-done\") {\n                    true => offsets.iter().map(|_| Ok(())).collect(),\n                    false => failed(&offsets, error),\n                }\n",
        }],
        found_by: &[V9, V11],
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
        name: "answers-of-others",
        breaks: "where one partition of a commit has no claim any more, the others get each other's answers",
        edits: &[Edit {
            file: "group/src/session/claims/commit.rs",
            find: "            .filter_map(|(entry, sent)| sent.then_some(entry))\n",
            replace: "            .filter_map(|(entry, sent)| (*sent || crate::planted(\"answers-of-others\")).then_some(entry))\n",
        }],
        found_by: &[V4, V6, V9, V11],
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
    // The same: nothing in those of the first 50 whose plan could show it.
    Plant {
        name: "connections-kept",
        breaks: "a partition whose session ends while it is opened leaves a client's handle behind, and with it its connections",
        edits: &[Edit {
            file: "group/src/session/reader.rs",
            find: "            _ = context.end.wait() => return Ok(None),\n            partition = open(",
            replace: "            _ = context.end.wait() => {\n                if crate::planted(\"connections-kept\") {\n                    std::mem::forget(context.client.clone());\n                }\n                return Ok(None);\n            }\n            partition = open(",
        }],
        found_by: &[V12],
        within: 300,
    },
    Plant {
        name: "mirror-gives-up-in-a-rebalance",
        breaks: "an offset that the coordinator does not take during a rebalance is never mirrored",
        edits: &[Edit {
            file: "group/src/mirror.rs",
            find: "code.is_retriable() || code == ErrorCode::REBALANCE_IN_PROGRESS => {\n",
            replace: "code.is_retriable() || code == ErrorCode::REBALANCE_IN_PROGRESS && !crate::planted(\"mirror-gives-up-in-a-rebalance\") => {\n",
        }],
        found_by: &[V9],
        within: 300,
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
        within: 300,
    },
    Plant {
        name: "out-of-order-is-final",
        breaks: "a batch that came before the one that it follows is given up, not sent again",
        edits: &[Edit {
            file: "client/src/producer/sequence.rs",
            find: "slot.batch.is_none() || !slot.sent_first {\n",
            replace: "slot.batch.is_none() || !slot.sent_first && !crate::planted(\"out-of-order-is-final\") {\n",
        }],
        found_by: &[V3, V7, V2],
        within: 300,
    },
];
