//! Values that stand on the command line: durations, points in time, places to start, partitions.

use std::str::FromStr;
use std::time::Duration;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SpanRelativeTo, Timestamp};

/// A DURATION such as `90s`, `15m`, `1h`, `2d`; ISO 8601 (`PT1H30M`, `P1D`) reads as well.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let unread = |_| format!("`{text}` is not a duration: write 90s, 15m, 1h, 2d or PT1H");
    let span: jiff::Span = text.parse().map_err(unread)?;
    let exact = span
        .to_duration(SpanRelativeTo::days_are_24_hours())
        .map_err(unread)?;
    if exact.is_negative() {
        return Err(format!("`{text}` is negative: a duration is not"));
    }
    Duration::try_from(exact).map_err(unread)
}

/// Milliseconds since 1970 of an RFC 3339 time; without a zone it is UTC, as in Kafka's own tools.
pub(crate) fn point_in_time(text: &str) -> Result<i64, String> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at.as_millisecond());
    }
    let local: DateTime = text
        .parse()
        .map_err(|_| format!("`{text}` is not a time: write 2026-01-31T12:00:00Z"))?;
    let at = TimeZone::UTC
        .to_timestamp(local)
        .map_err(|e| e.to_string())?;
    Ok(at.as_millisecond())
}

/// Milliseconds since 1970, `ago` before now.
pub(crate) fn before_now(ago: Duration) -> i64 {
    let ago = i64::try_from(ago.as_millis()).unwrap_or(i64::MAX);
    Timestamp::now().as_millisecond().saturating_sub(ago)
}

/// Where `consume` starts: `oldest`, `newest`, N, `@TIME` or `-DURATION`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum From {
    /// The log start.
    Oldest,
    /// The log end (under read_committed the last stable offset).
    Newest,
    /// This offset.
    At(i64),
    /// The first record at this time or later, in milliseconds since 1970.
    Time(i64),
    /// The first record at this long ago or later.
    Ago(Duration),
}

impl FromStr for From {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(at) = text.strip_prefix('@') {
            return point_in_time(at).map(Self::Time);
        }
        if let Some(ago) = text.strip_prefix('-') {
            return duration(ago).map(Self::Ago);
        }
        match text {
            "oldest" => Ok(Self::Oldest),
            "newest" => Ok(Self::Newest),
            number => number.parse().map(Self::At).map_err(|_| {
                format!("`{text}` is not a place to start: write oldest, newest, an offset, @2026-01-31T12:00:00Z or -1h")
            }),
        }
    }
}

/// A topic, or some of its partitions: `T` or `T:0,2`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TopicSelection {
    /// The topic.
    pub(crate) topic: String,
    /// These partitions; `None`: all of them.
    pub(crate) partitions: Option<Vec<i32>>,
}

impl FromStr for TopicSelection {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let Some((topic, list)) = text.split_once(':') else {
            return Ok(Self {
                topic: text.to_owned(),
                partitions: None,
            });
        };
        let number = |one: &str| one.trim().parse::<i32>().ok().filter(|&p| p >= 0);
        let partitions = list.split(',').map(number).collect::<Option<Vec<_>>>();
        match partitions {
            Some(partitions) if !topic.is_empty() => Ok(Self {
                topic: topic.to_owned(),
                partitions: Some(partitions),
            }),
            _ => Err(format!(
                "`{text}` is not TOPIC or TOPIC:PARTITION,PARTITION"
            )),
        }
    }
}

/// `KEY=VALUE`.
pub(crate) fn key_value(text: &str) -> Result<(String, String), String> {
    let (key, value) = text
        .split_once('=')
        .ok_or_else(|| format!("`{text}` is not KEY=VALUE"))?;
    Ok((key.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_in_both_ways() {
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("15m"), Ok(Duration::from_secs(900)));
        assert_eq!(duration("1h"), Ok(Duration::from_secs(3600)));
        assert_eq!(duration("2d"), Ok(Duration::from_secs(172_800)));
        assert_eq!(duration("PT1H30M"), Ok(Duration::from_secs(5400)));
        assert_eq!(duration("P1D"), Ok(Duration::from_secs(86_400)));
        assert!(duration("-PT1H").is_err());
        assert!(duration("90").is_err());
        assert!(duration("soon").is_err());
    }

    #[test]
    fn a_time_without_a_zone_is_utc() {
        assert_eq!(point_in_time("1970-01-01T00:00:01Z"), Ok(1000));
        assert_eq!(point_in_time("1970-01-01T01:00:01+01:00"), Ok(1000));
        assert_eq!(point_in_time("1970-01-01T00:00:01"), Ok(1000));
        assert_eq!(point_in_time("1970-01-01T00:00:01.5"), Ok(1500));
        assert!(point_in_time("yesterday").is_err());
    }

    #[test]
    fn places_to_start_read() {
        assert_eq!("oldest".parse(), Ok(From::Oldest));
        assert_eq!("17".parse(), Ok(From::At(17)));
        assert_eq!("-1h".parse(), Ok(From::Ago(Duration::from_secs(3600))));
        assert_eq!("@1970-01-01T00:00:01Z".parse(), Ok(From::Time(1000)));
        assert!("latest".parse::<From>().is_err());
    }

    #[test]
    fn a_topic_may_name_its_partitions() {
        let selection: TopicSelection = "orders:0,2".parse().unwrap();
        assert_eq!(selection.partitions, Some(vec![0, 2]));
        assert_eq!("orders".parse::<TopicSelection>().unwrap().partitions, None);
        assert!("orders:x".parse::<TopicSelection>().is_err());
        assert!(":1".parse::<TopicSelection>().is_err());
    }
}
