//! Who and what events are about. All are numbers, so that a history is small and the same in each run.

use std::fmt::{self, Display, Formatter};

/// Who did it, or to whom it happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Who {
    /// The simulation itself: faults, the last look.
    World,
    /// A broker.
    Broker(i32),
    /// A member of the group, in one of its lives.
    Member(Life),
    /// Who resets, deletes and adds.
    Operator,
    /// Who produces the records.
    Generator,
    /// Who produces those that come in transactions.
    Transactional,
}

/// A member from its start to its crash or end. A member that is started again has another life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Life {
    /// The member's number.
    pub member: u8,
    /// How often it was started before.
    pub life: u16,
}

/// A partition of one making of a topic: a topic that is deleted and made anew has other places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The topic's number.
    pub topic: u8,
    /// How often it was made before.
    pub made: u8,
    /// The partition.
    pub partition: u16,
}

macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident($number:ty) = $letter:literal)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub struct $name(pub $number);

            impl Display for $name {
                fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
                    write!(f, concat!($letter, "{}"), self.0)
                }
            }
        )*
    };
}

numbers! {
    /// What makes a record itself: no other record of the run has it, and who produces never sends it twice.
    Payload(u32) = "p"
    /// A record's key: records with one key are of one partition, and have an order.
    Key(u16) = "k"
    /// A transaction of who produces.
    Transaction(u32) = "txn"
    /// One assignment to one member, from gained to the last of it revoked or lost.
    Assignment(u32) = "a"
    /// One attempt to commit.
    Commit(u32) = "c"
    /// The fence in a row; numbered in the order in which the table saw them.
    Fence(u32) = "f"
    /// A call of something public.
    Call(u32) = "call"
    /// A fault of the plan, by its place there.
    FaultId(u16) = "fault"
}

/// Where offsets are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Keeper {
    /// An offset store of ours.
    Store,
    /// Kafka's own offsets of the group: the mirror, where there is a store.
    Kafka,
}

impl Life {
    /// A member's first life.
    #[must_use]
    pub fn first(member: u8) -> Self {
        Self { member, life: 0 }
    }

    /// The one after this.
    #[must_use]
    pub fn next(self) -> Self {
        Self {
            life: self.life + 1,
            ..self
        }
    }
}

impl Place {
    /// A partition of a topic that was never deleted.
    #[must_use]
    pub fn new(topic: u8, partition: u16) -> Self {
        Self {
            topic,
            made: 0,
            partition,
        }
    }

    /// Whether it is of this making of a topic.
    #[must_use]
    pub fn is_of(self, topic: u8, made: u8) -> bool {
        (self.topic, self.made) == (topic, made)
    }
}

impl Display for Who {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::World => f.pad("world"),
            Self::Broker(id) => f.pad(&format!("broker{id}")),
            Self::Member(life) => f.pad(&life.to_string()),
            Self::Operator => f.pad("operator"),
            Self::Generator => f.pad("generator"),
            Self::Transactional => f.pad("txns"),
        }
    }
}

impl Display for Life {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "m{}.{}", self.member, self.life)
    }
}

impl Display for Place {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.made {
            0 => write!(f, "t{}-{}", self.topic, self.partition),
            made => write!(f, "t{}'{made}-{}", self.topic, self.partition),
        }
    }
}

impl Display for Keeper {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Store => "store",
            Self::Kafka => "kafka",
        })
    }
}
