//! The assignors against Java's of the same name: whoever leads a mixed group, nothing moves.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ottla_group::assignor::{
    Assignor, PartitionCounts, RangeAssignor, RoundRobinAssignor, Subscriber,
};

#[derive(Default)]
struct Case {
    assignor: String,
    counts: PartitionCounts,
    members: Vec<Subscriber>,
    given: BTreeMap<String, BTreeSet<String>>,
}

impl Case {
    fn read(&mut self, line: &str) {
        let words: Vec<&str> = line.split(' ').collect();
        match words[0] {
            "topic" => drop(
                self.counts
                    .insert(words[1].into(), words[2].parse().unwrap()),
            ),
            "member" => self.members.push(Subscriber {
                member_id: words[1].into(),
                instance_id: (words[2] != "-").then(|| words[2].into()),
                topics: words[3..].iter().map(|topic| Arc::from(*topic)).collect(),
            }),
            "gets" => {
                let partitions = words[2..].iter().map(ToString::to_string);
                self.given.insert(words[1].to_owned(), partitions.collect());
            }
            other => panic!("{other}"),
        }
    }

    fn check(&self) {
        let assignor: &dyn Assignor = match self.assignor.as_str() {
            "range" => &RangeAssignor,
            "roundrobin" => &RoundRobinAssignor,
            other => panic!("{other}"),
        };
        let ours: BTreeMap<String, BTreeSet<String>> = assignor
            .assign(&self.members, &self.counts)
            .into_iter()
            .filter(|(_, partitions)| !partitions.is_empty())
            .map(|(member, partitions)| {
                let names = partitions.iter().map(ToString::to_string);
                (member.to_string(), names.collect())
            })
            .collect();
        let (counts, members) = (&self.counts, &self.members);
        assert_eq!(
            ours, self.given,
            "{}, {counts:?}, {members:?}",
            self.assignor
        );
    }
}

#[test]
fn they_give_what_javas_give() {
    let text = include_str!("golden/assignors.txt");
    let mut cases: Vec<Case> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        match line.strip_prefix("case ") {
            Some(assignor) => cases.push(Case {
                assignor: assignor.to_owned(),
                ..Case::default()
            }),
            None => cases.last_mut().unwrap().read(line),
        }
    }
    assert_eq!(cases.len(), 80);
    cases.iter().for_each(Case::check);
}
