//! Bugs that no world of today's plans has shown: what would show them is too rare in a world. They are planted with the others and can be hunted by name, but
//! `all` does not count them; who makes a world that shows one moves it to `list`.

use super::{Edit, Plant};
use crate::check::Invariant::{V1, V2, V3, V4, V6, V7, V8, V9, V11, V12};

/// Those bugs.
pub const LATER: &[Plant] = &[
    // With plans of UnstableOffsets alone it shows within 25 seeds; with all kinds not in 500, for few plans have offsets in Kafka and draw it.
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
        name: "mirror-gives-up",
        breaks: "an offset that the coordinator does not take for a reason that may pass is never mirrored",
        edits: &[Edit {
            file: "group/src/mirror.rs",
            find: "                Err(code) if is_final(code) => {\n",
            replace: "                Err(code) if is_final(code) || !code.is_retriable() && crate::planted(\"mirror-gives-up\") => {\n",
        }],
        found_by: &[V9],
        within: 20_000,
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
    // Worlds of other plans have shown these two; not the first 2,800 and 2,400 of today's.
    Plant {
        name: "overtaken-into-a-new-topic",
        breaks: "a batch goes to a topic made anew while the one before it is under way to the old one",
        edits: &[Edit {
            file: "client/src/producer/sequence.rs",
            find: "        self.careful = true;\n",
            replace: "        self.careful |= !crate::planted(\"overtaken-into-a-new-topic\");\n",
        }],
        found_by: &[V7],
        within: 2_000,
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
        within: 600,
    },
];
