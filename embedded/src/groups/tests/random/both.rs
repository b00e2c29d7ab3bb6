//! Clients of both protocols in one group, which changes its protocol under them.

use super::modern::{ModernWorld, holder};
use super::old::ClassicWorld;
use super::*;

/// The clients of either protocol believe that the world is theirs: it is handed to and fro.
pub(super) struct MixedWorld {
    modern: ModernWorld,
    classic: ClassicWorld,
}

impl MixedWorld {
    pub(super) fn new() -> Self {
        Self {
            modern: ModernWorld::new(),
            classic: ClassicWorld::new(),
        }
    }

    fn as_classic(&mut self, act: impl FnOnce(&mut ClassicWorld)) {
        std::mem::swap(&mut self.modern.world, &mut self.classic.world);
        act(&mut self.classic);
        // Generations go on from the epoch when the group is downgraded, and anew when it has emptied.
        self.classic.newest = 0;
        std::mem::swap(&mut self.modern.world, &mut self.classic.world);
    }

    pub(super) fn step(&mut self, step: Step, classic: bool) {
        if classic {
            self.as_classic(|world| world.step(step));
        } else {
            self.modern.step(step);
        }
        self.modern.check();
    }

    /// All go on without trouble: every partition ends with one member, and nobody waits.
    pub(super) fn settle(&mut self) {
        for _ in 0..90 {
            self.step(Step::Round, false);
            self.step(Step::Round, true);
            self.step(Step::Wait(2), false);
        }
        let world = &self.modern.world;
        let group = holder(world).expect("there are members of the consumer protocol");
        assert_eq!(world.state(), "Stable", "{group:#?}");
        for partition in 0..self.modern.partitions {
            let holders = group
                .members
                .values()
                .filter(|member| member.given_at(id(1), partition).is_some());
            assert_eq!(holders.count(), 1, "{partition}");
        }
        assert_eq!(group.members.len(), 2 * CLIENTS);
    }

    pub(super) fn parked(&self) -> usize {
        self.classic.parked.len()
    }
}
