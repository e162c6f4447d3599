//! How much of a result may be kept in memory.

use super::error::{Limits, Refusal};

/// What a suite, a test or an entry of a list costs in memory beside its texts, in bytes.
const OVERHEAD: usize = 256;

/// What may still be kept in memory, in bytes.
pub(super) struct Budget(usize);

impl Budget {
    pub(super) fn new(limits: &Limits) -> Self {
        Budget(limits.kept)
    }

    /// Takes the bytes of one more thing that is kept.
    pub(super) fn take(&mut self, text: usize) -> Result<(), Refusal> {
        let left = self.0.checked_sub(text.saturating_add(OVERHEAD));
        self.0 = left.ok_or_else(|| Refusal::Limit("its tests need more memory than allowed".into()))?;
        Ok(())
    }
}
