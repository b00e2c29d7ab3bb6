//! Range: each topic is cut into as many ranges as it has subscribers, in one order of members. So topics with the same
//! number of partitions and the same subscribers are cut alike, which joins of streams need.

use std::collections::BTreeMap;

use ottla_protocol::types::TopicId;

use super::{Subscriber, Target};

pub(super) fn assign(
    subscribers: &[Subscriber<'_>],
    counts: &BTreeMap<TopicId, i32>,
) -> BTreeMap<String, Target> {
    let mut ordered: Vec<&Subscriber<'_>> = subscribers.iter().collect();
    // Static members first, by their names: a bounce with new ids changes nothing for them.
    ordered.sort_by_key(|member| {
        (
            member.instance_id.is_none(),
            member.instance_id,
            member.member_id,
        )
    });
    let mut targets: BTreeMap<String, Target> = ordered
        .iter()
        .map(|member| (member.member_id.to_owned(), Target::new()))
        .collect();
    for (&topic, &count) in counts {
        let wanting: Vec<&str> = ordered
            .iter()
            .filter(|member| member.topics.contains(&topic))
            .map(|member| member.member_id)
            .collect();
        for (member_id, range) in wanting.iter().zip(ranges(count, wanting.len())) {
            if let Some(target) = targets.get_mut(*member_id)
                && !range.is_empty()
            {
                target.insert(topic, range.collect());
            }
        }
    }
    targets
}

fn ranges(count: i32, members: usize) -> impl Iterator<Item = std::ops::Range<i32>> {
    let members = i32::try_from(members).unwrap_or(i32::MAX).max(1);
    let (each, more) = (count / members, count % members);
    (0..members).map(move |at| {
        let start = at * each + at.min(more);
        start..start + each + i32::from(at < more)
    })
}
