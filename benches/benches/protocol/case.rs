//! One piece of work, who does it, and how much better ours has to be.

/// A piece of work that several do.
pub(crate) struct Case {
    pub(crate) name: String,
    /// What figures are given for: a record or a message.
    pub(crate) unit: &'static str,
    /// How many of them one run handles.
    pub(crate) units: usize,
    pub(crate) runs: Vec<Run>,
    pub(crate) limits: Vec<Limit>,
}

/// How one of them does it, all buffers kept from run to run as its interface allows.
pub(crate) struct Run {
    pub(crate) who: Who,
    /// Gives a sum over what it saw, which is the same for all.
    pub(crate) go: Box<dyn FnMut() -> u64>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    /// The least that the work takes: see `floor.rs`.
    Floor,
    /// The same with the checksum that ours takes.
    LowerFloor,
    Ottla,
    KafkaProtocol,
    Krafka,
}

/// What the project promises.
#[derive(Clone, Copy)]
pub(crate) enum Limit {
    /// At most so many times the floor's time.
    TimesFloor(f64),
    /// At least so many times faster than kafka-protocol.
    TimesFaster(f64),
    /// No allocation at all.
    NoAllocation,
    /// Fewer allocations than kafka-protocol.
    FewerAllocations,
}

impl Who {
    pub(crate) const ALL: [Self; 5] = [
        Self::Floor,
        Self::LowerFloor,
        Self::Ottla,
        Self::KafkaProtocol,
        Self::Krafka,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Floor => "floor",
            Self::LowerFloor => "lower floor",
            Self::Ottla => "ottla",
            Self::KafkaProtocol => "kafka-protocol",
            Self::Krafka => "krafka",
        }
    }
}

impl Case {
    pub(crate) fn new(name: String, unit: &'static str, units: usize) -> Self {
        Self {
            name,
            unit,
            units,
            runs: Vec::new(),
            limits: Vec::new(),
        }
    }

    /// Adds a way to do it, and makes sure that it does the same as those before.
    pub(crate) fn run(mut self, who: Who, mut go: impl FnMut() -> u64 + 'static) -> Self {
        let sum = go();
        if let Some(first) = self.runs.first_mut() {
            assert_eq!((first.go)(), sum, "{}: {} differs", self.name, who.name());
        }
        let go = Box::new(go);
        self.runs.push(Run { who, go });
        self
    }

    pub(crate) fn limits(mut self, limits: &[Limit]) -> Self {
        self.limits.extend_from_slice(limits);
        self
    }

    /// The place of somebody among the runs.
    pub(crate) fn place(&self, who: Who) -> Option<usize> {
        self.runs.iter().position(|run| run.who == who)
    }
}
