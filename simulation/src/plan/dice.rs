//! Numbers from a seed: SplitMix64, which is a few lines and will never change under us.

use std::time::Duration;

/// Numbers that follow from a seed.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// The dice of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Any number.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to before `below`; 0 if that is 0.
    pub fn index(&mut self, below: usize) -> usize {
        let wide = u128::from(self.roll()) * (below as u128);
        usize::try_from(wide >> 64).unwrap_or(0)
    }

    /// From `least` to `most`, both included.
    pub fn between(&mut self, least: u32, most: u32) -> u32 {
        let span = u64::from(most.saturating_sub(least)) + 1;
        let wide = u128::from(self.roll()) * u128::from(span);
        least + u32::try_from(wide >> 64).unwrap_or(0)
    }

    /// Once in so many times.
    pub fn once_in(&mut self, times: u32) -> bool {
        self.between(1, times.max(1)) == 1
    }

    /// One of these, of which there is at least one.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.index(from.len())]
    }

    /// From `least` to `most`, in whole milliseconds.
    pub fn time(&mut self, least: Duration, most: Duration) -> Duration {
        let millis = |time: Duration| u32::try_from(time.as_millis()).unwrap_or(u32::MAX);
        Duration::from_millis(u64::from(self.between(millis(least), millis(most))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_those_of_the_reference() {
        let mut dice = Dice::new(1_234_567);
        let rolls: Vec<u64> = (0..3).map(|_| dice.roll()).collect();
        assert_eq!(
            rolls,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423
            ]
        );
    }

    #[test]
    fn both_ends_are_met_and_nothing_beyond() {
        let mut dice = Dice::new(1);
        let rolls: Vec<u32> = (0..1_000).map(|_| dice.between(3, 6)).collect();
        assert_eq!(rolls.iter().min(), Some(&3));
        assert_eq!(rolls.iter().max(), Some(&6));
    }
}
