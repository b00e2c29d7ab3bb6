//! The CSV of Kafka's own tool: `topic,partition,offset`, no header.

use std::collections::BTreeMap;

use ottla_protocol::types::TopicPartition;

/// Reads all lines. Empty ones are passed over, fields may be quoted as Kafka's tool quotes them.
pub(super) fn read(text: &str) -> Result<BTreeMap<TopicPartition, i64>, String> {
    let mut offsets = BTreeMap::new();
    for (at, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let (partition, offset) = entry(line)
            .ok_or_else(|| format!("line {}: `{line}` is not topic,partition,offset", at + 1))?;
        offsets.insert(partition, offset);
    }
    Ok(offsets)
}

fn entry(line: &str) -> Option<(TopicPartition, i64)> {
    let mut fields = line.split(',').map(|field| field.trim().trim_matches('"'));
    let (topic, partition, offset) = (fields.next()?, fields.next()?, fields.next()?);
    if topic.is_empty() || fields.next().is_some() {
        return None;
    }
    Some((
        TopicPartition::new(topic, partition.parse().ok()?),
        offset.parse().ok()?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_kafkas_tool_are_read() {
        let offsets = read("orders,0,17\n\n\"pay\",1,-3\r\n").unwrap();
        assert_eq!(offsets[&TopicPartition::new("orders", 0)], 17);
        assert_eq!(offsets[&TopicPartition::new("pay", 1)], -3);
        assert_eq!(offsets.len(), 2);
    }

    #[test]
    fn a_line_that_is_none_is_named() {
        assert!(
            read("orders,0,17\norders,0\n")
                .unwrap_err()
                .contains("line 2")
        );
        assert!(read("orders,0,17,9").is_err());
        assert!(read(",0,17").is_err());
    }
}
