//! What a run is judged by.

use crate::evaluation::evidence::Evidence;
use crate::package::plan::Plan;
use crate::quality::reports::ReportState;
use crate::results::outcome::{Found, TestId};
use crate::results::records::{Decided, TestRecord, decide};
use crate::results::summary::Summary;
use crate::run::halted::End;

/// Everything that a verdict rests on.
#[derive(Clone, Debug)]
pub struct EvaluationInput {
    /// The plan.
    pub plan: Plan,
    /// What was written down before the run was judged.
    pub evidence: Evidence,
    /// Summaries of the shards that are done, without those of reruns.
    pub firsts: Vec<Summary>,
    /// Summaries of the shards of reruns that are done, in the order of their attempts.
    pub reruns: Vec<Summary>,
    /// Summaries of stopped attempts at planned shards without a result. Their tests show what is known; they answer for
    /// no file.
    pub partials: Vec<Summary>,
    /// Reports of other tools, as they were read.
    pub reports: Vec<ReportState>,
}

impl EvaluationInput {
    /// Every test that is known of, after its reruns.
    pub fn records(&self) -> Vec<TestRecord> {
        self.decided().records
    }

    /// Every test that is known of, and what each attempt has to do with it, in the order of [`EvaluationInput::summaries`].
    pub fn decided(&self) -> Decided {
        let firsts = self.firsts.iter().chain(&self.partials);
        let mut decided = decide(firsts.map(|summary| &summary.root), self.reruns.iter().map(|summary| &summary.root));
        if let Some(end) = self.end() {
            end.apply(&mut decided.records);
        }
        decided
    }

    /// Every attempt at a test that counts, with the id that the verdict has of the test: a rerun may have given it another
    /// name.
    pub fn attempts(&self) -> Vec<(TestId, &Summary, Found<'_>)> {
        let decided = self.decided();
        let mut attempts = Vec::new();
        for (summary, of) in self.summaries().zip(&decided.of) {
            for (found, of) in summary.root.found().into_iter().zip(of) {
                let id = of.map_or_else(|| found.id.clone(), |at| decided.records[at].id());
                attempts.push((id, summary, found));
            }
        }
        attempts
    }

    /// Where one `robot` call would have ended, if a shard was halted.
    pub fn end(&self) -> Option<End> {
        End::of(&self.firsts, self.plan.work.robot.in_order())
    }

    /// Summaries of all attempts that count, those of reruns last.
    pub fn summaries(&self) -> impl Iterator<Item = &Summary> {
        self.firsts.iter().chain(&self.partials).chain(&self.reruns)
    }
}
