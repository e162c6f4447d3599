//! Many hashes in little memory: 8 bytes each.

/// Buckets by the first byte, so that none of them grows by much at once.
const BUCKETS: usize = 256;

/// Hashes in a bucket from which repeated ones are taken out early.
const MANY: usize = 1 << 14;

/// A collection of hashes. Two different values have one hash once in 10^5 collections of 10 million values.
#[derive(Clone, Debug)]
pub(crate) struct Hashes {
    buckets: Vec<Bucket>,
    /// Whether repetitions are of no interest.
    once: bool,
}

#[derive(Clone, Debug, Default)]
struct Bucket {
    hashes: Vec<u64>,
    limit: usize,
}

impl Hashes {
    /// A collection that counts repetitions.
    pub(crate) fn counting() -> Self {
        Self { buckets: vec![Bucket::default(); BUCKETS], once: false }
    }

    /// A collection that forgets them.
    pub(crate) fn once() -> Self {
        Self { once: true, ..Self::counting() }
    }

    pub(crate) fn add(&mut self, hash: u64) {
        let once = self.once;
        let Some(bucket) = self.buckets.get_mut((hash >> 56) as usize) else { return };
        bucket.push(hash);
        if once && bucket.hashes.len() >= bucket.limit.max(MANY) {
            bucket.tidy();
        }
    }

    /// Moves all of them to the end of a list, sorted.
    pub(crate) fn drain_into(&mut self, out: &mut Vec<u64>) {
        self.sort();
        self.buckets.iter_mut().for_each(|bucket| out.append(&mut bucket.hashes));
    }

    pub(crate) fn sort(&mut self) {
        let once = self.once;
        self.buckets.iter_mut().for_each(|bucket| if once { bucket.tidy() } else { bucket.hashes.sort_unstable() });
    }

    /// Hashes that repeat the one before them; after `sort`.
    pub(crate) fn repeated(&self) -> u64 {
        let same = |bucket: &Bucket| bucket.hashes.windows(2).filter(|pair| pair.first() == pair.last()).count() as u64;
        self.buckets.iter().map(same).sum()
    }

    pub(crate) fn len(&self) -> u64 {
        self.buckets.iter().map(|bucket| bucket.hashes.len() as u64).sum()
    }

    /// True if a hash is one of them; after `sort`.
    pub(crate) fn has(&self, hash: u64) -> bool {
        self.buckets.get((hash >> 56) as usize).is_some_and(|bucket| bucket.hashes.binary_search(&hash).is_ok())
    }

    /// How many different ones are not in the other collection; after `sort` of both.
    pub(crate) fn missing_from(&self, other: &Self) -> u64 {
        let mut missing = 0;
        for bucket in &self.buckets {
            let mut hashes = bucket.hashes.clone();
            hashes.dedup();
            missing += hashes.into_iter().filter(|hash| !other.has(*hash)).count() as u64;
        }
        missing
    }
}

impl Bucket {
    /// Grows by an eighth, where a list would double.
    fn push(&mut self, hash: u64) {
        let length = self.hashes.len();
        if length == self.hashes.capacity() {
            self.hashes.reserve_exact(length / 8 + 16);
        }
        self.hashes.push(hash);
    }

    fn tidy(&mut self) {
        self.hashes.sort_unstable();
        self.hashes.dedup();
        self.limit = self.hashes.len() + self.hashes.len() / 4;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetitions_are_counted_or_forgotten() {
        let (mut all, mut once) = (Hashes::counting(), Hashes::once());
        for hash in [1, 2, 2, 2, u64::MAX] {
            all.add(hash);
            once.add(hash);
        }
        all.sort();
        once.sort();
        assert_eq!((all.repeated(), all.len(), once.repeated(), once.len()), (2, 5, 0, 3));
        assert!(all.has(2) && !all.has(3));
        assert_eq!(once.missing_from(&all), 0);
    }
}
