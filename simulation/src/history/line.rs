//! An event as a line: `  12.000345 m1.0      committed c7: acknowledged`.

use std::fmt::{self, Display, Formatter};

use super::Entry;
use super::ending::ResultRow;
use super::event::{CallKind, Event, Gone, Outcome, Worked, Write};
use super::name::Place;

impl Display for Entry {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (seconds, micros) = (self.at.as_secs(), self.at.subsec_micros());
        write!(f, "{seconds:5}.{micros:06} {:9} {}", self.who, self.event)
    }
}

impl Display for Event {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sent { .. }
            | Self::SendEnded { .. }
            | Self::TransactionEnded { .. }
            | Self::Removed { .. } => records(self, f),
            Self::Delivered { .. }
            | Self::Began { .. }
            | Self::Ended { .. }
            | Self::Sought { .. }
            | Self::Skipped { .. } => work(self, f),
            Self::Rebalanced { .. }
            | Self::Gained { .. }
            | Self::Revoked { .. }
            | Self::Lost { .. }
            | Self::Looked { .. }
            | Self::Claimed { .. }
            | Self::NotClaimed { .. }
            | Self::Fenced { .. } => ownership(self, f),
            Self::CommitBegan { .. }
            | Self::CommitEnded { .. }
            | Self::Stored { .. }
            | Self::Reset { .. } => offsets(self, f),
            _ => world(self, f),
        }
    }
}

fn records(event: &Event, f: &mut Formatter<'_>) -> fmt::Result {
    match event {
        Event::Sent {
            payload,
            key,
            place,
            transaction,
        } => {
            write!(f, "sends {payload} to {place}")?;
            some(f, " with ", key.as_ref())?;
            some(f, " in ", transaction.as_ref())
        }
        Event::SendEnded {
            payload,
            outcome,
            offset,
        } => {
            write!(f, "sent {payload}: {outcome}")?;
            some(f, " at ", offset.as_ref())
        }
        Event::TransactionEnded {
            transaction,
            outcome,
        } => write!(f, "ended {transaction}: {outcome}"),
        Event::Removed {
            place,
            from,
            to,
            why,
        } => write!(f, "{place} lost [{from}, {to}) by {why}"),
        _ => Ok(()),
    }
}

fn work(event: &Event, f: &mut Formatter<'_>) -> fmt::Result {
    match event {
        Event::Delivered {
            assignment,
            place,
            offset,
            payload,
        } => write!(f, "{assignment} got {place}@{offset} {payload}"),
        Event::Began {
            assignment,
            place,
            offset,
            payload,
        } => write!(f, "{assignment} works on {place}@{offset} {payload}"),
        Event::Ended {
            assignment,
            place,
            offset,
            payload,
            worked,
        } => write!(f, "{assignment} {worked} {place}@{offset} {payload}"),
        Event::Sought {
            assignment,
            place,
            to,
        } => write!(f, "{assignment} seeks {place}@{to}"),
        Event::Skipped { place, from, to } => {
            write!(f, "goes on at {place}@{to}, not {from}, by policy")
        }
        _ => Ok(()),
    }
}

fn ownership(event: &Event, f: &mut Formatter<'_>) -> fmt::Result {
    match event {
        Event::Rebalanced { generation } => write!(f, "rebalanced: generation {generation}"),
        Event::Gained { assignment, places } => {
            write!(f, "{assignment} gained {}", List(places))
        }
        Event::Revoked { assignment, places } => {
            write!(f, "{assignment} gives up {}", List(places))
        }
        Event::Lost { assignment, places } => write!(f, "{assignment} lost {}", List(places)),
        Event::Looked { assignment, place } => write!(f, "{assignment} looks at {place}"),
        Event::Claimed {
            assignment,
            place,
            at,
        } => write!(f, "{assignment} claimed {place}@{at}"),
        Event::NotClaimed {
            assignment,
            place,
            outcome,
        } => write!(f, "{assignment} did not claim {place}: {outcome}"),
        Event::Fenced { assignment, place } => write!(f, "{assignment} is fenced from {place}"),
        _ => Ok(()),
    }
}

fn offsets(event: &Event, f: &mut Formatter<'_>) -> fmt::Result {
    match event {
        Event::CommitBegan {
            commit,
            assignment,
            keeper,
            place,
            next,
        } => write!(
            f,
            "{assignment} commits {place}@{next} to {keeper}, {commit}"
        ),
        Event::CommitEnded {
            commit,
            outcome,
            at,
        } => match at {
            Some(at) => write!(f, "committed {commit}: {outcome}, stands at {at}"),
            None => write!(f, "committed {commit}: {outcome}"),
        },
        Event::Stored {
            keeper,
            place,
            next,
            fence,
            write,
            results,
        } => {
            write!(f, "wrote {keeper}'s {place}")?;
            match next {
                Some(next) => write!(f, "@{next}")?,
                None => f.write_str("@none")?,
            }
            write!(f, " by {write}")?;
            some(f, ", fence ", fence.as_ref())?;
            rows(f, results)
        }
        Event::Reset {
            keeper,
            place,
            to,
            outcome,
        } => write!(f, "resets {keeper}'s {place}@{to}: {outcome}"),
        _ => Ok(()),
    }
}

fn world(event: &Event, f: &mut Formatter<'_>) -> fmt::Result {
    match event {
        Event::TopicDeleted { topic, made } => write!(f, "deleted t{topic}'{made}"),
        Event::TopicMade {
            topic,
            made,
            partitions,
        } => write!(f, "t{topic}'{made} has {partitions} partitions"),
        Event::FaultStarted { fault, kind } => write!(f, "{fault} begins: {kind}"),
        Event::FaultEnded { fault, hits } => write!(f, "{fault} is over, met {hits} times"),
        Event::Crashed => f.write_str("crashed"),
        Event::Started => f.write_str("started"),
        Event::Paused => f.write_str("stands still"),
        Event::Resumed => f.write_str("goes on"),
        Event::Healed => f.write_str("all faults are over"),
        Event::Settled => f.write_str("the lag is 0"),
        Event::CallStarted {
            call,
            kind,
            deadline,
        } => write!(f, "{call} {kind}, until {:.6}", deadline.as_secs_f64()),
        Event::CallEnded { call, outcome } => write!(f, "{call} ended: {outcome}"),
        Event::Left {
            tasks,
            sockets,
            locks,
        } => write!(f, "left: {tasks} tasks, {sockets} sockets, {locks} locks"),
        Event::Said(word) => f.write_str(&word.replace('\n', " ")),
        _ => Ok(()),
    }
}

fn some<T: Display>(f: &mut Formatter<'_>, before: &str, value: Option<&T>) -> fmt::Result {
    match value {
        Some(value) => write!(f, "{before}{value}"),
        None => Ok(()),
    }
}

fn rows(f: &mut Formatter<'_>, rows: &[ResultRow]) -> fmt::Result {
    for (index, row) in rows.iter().enumerate() {
        let before = if index == 0 { ", results" } else { "" };
        write!(f, "{before} {}@{}/{}", row.payload, row.offset, row.commit)?;
    }
    Ok(())
}

struct List<'a>(&'a [Place]);

impl Display for List<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("nothing");
        }
        for (index, place) in self.0.iter().enumerate() {
            let before = if index == 0 { "" } else { " " };
            write!(f, "{before}{place}")?;
        }
        Ok(())
    }
}

macro_rules! words {
    ($($name:ident { $($variant:ident = $word:literal)* })*) => {
        $(
            impl Display for $name {
                fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
                    f.write_str(match self { $(Self::$variant => $word,)* })
                }
            }
        )*
    };
}

words! {
    Outcome { Acknowledged = "acknowledged" Refused = "refused" Unknown = "unknown" }
    Worked { Done = "did" Failed = "failed at" Dropped = "dropped" }
    Write { Claim = "claim" Commit = "commit" Reset = "reset" Release = "release" Forget = "deletion" }
    Gone {
        Retention = "retention" DeleteRecords = "DeleteRecords"
        Compaction = "compaction" Truncation = "truncation"
    }
}

impl Display for CallKind {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Any(name) => name,
            Self::CloseProducer => "closes the producer",
            Self::CloseMember => "closes the member",
        })
    }
}
