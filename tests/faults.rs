//! What goes wrong on purpose.

use domain::base::ids::{InstanceId, RunId};
use local::cloud::LocalCloud;
use serde_json::{Value, json};

/// A fault of the emulator, armed until it is dropped.
#[derive(Debug)]
pub struct Fault(Value);

impl Fault {
    /// Events whose texts hold all of `texts` reach no rule.
    pub fn no_event(texts: &[&str]) -> Self {
        Self(json!({"kind": "drop-event", "match": texts}))
    }

    /// Events whose texts hold all of `texts` reach every rule twice.
    pub fn double_event(texts: &[&str]) -> Self {
        Self(json!({"kind": "double-event", "match": texts}))
    }

    /// The function of `step` dies when it hands in its answer, once, in the run `run`.
    pub fn kill_before_answer(step: &str, run: &RunId) -> Self {
        Self(json!({"kind": "kill-before-answer", "match": [format!("qaops-{step}"), run], "times": 1}))
    }

    /// The function of `step` dies when its AWS call number `call` took effect, once, in the run `run`.
    pub fn kill_after_call(step: &str, call: u32, run: &RunId) -> Self {
        let function = format!("qaops-{step}");
        Self(json!({"kind": "kill-after-call", "match": [function, run], "call": call, "times": 1}))
    }

    /// No capacity can be had for a run, in whatever market, type and subnet.
    pub fn no_capacity(run: &RunId) -> Self {
        Self(json!({"kind": "capacity", "match": [run]}))
    }

    /// EC2 refuses every slot of a fleet whose tags hold `run` by the error `code`.
    pub fn launch_refused(code: &str, run: &RunId) -> Self {
        Self(json!({"kind": "launch-refused", "match": [run], "error": code}))
    }

    /// Instances of a run end at their launch for the reason `code`.
    pub fn dies_at_launch(code: &str, run: &RunId) -> Self {
        Self(json!({"kind": "dies", "match": [run], "error": code}))
    }

    /// The sweep dies at its first look, always, so it ends nothing that has no execution.
    pub fn no_sweep() -> Self {
        Self(json!({"kind": "kill-after-call", "match": ["qaops-sweep"], "call": 1}))
    }

    /// Transactions whose texts hold all of `texts` are cancelled for `reason` of their first item, so often.
    pub fn cancelled_transaction(reason: &str, texts: &[&str], times: u32) -> Self {
        Self(json!({"kind": "transaction-cancelled", "match": texts, "reasons": {"0": reason}, "times": times}))
    }

    /// Operations of DynamoDB whose texts hold all of `texts` are refused by the error `code`, so often.
    pub fn refused_write(code: &str, texts: &[&str], times: u32) -> Self {
        Self(json!({"kind": "dynamodb-error", "match": texts, "error": code, "times": times}))
    }

    /// Requests to S3 whose texts hold all of `texts` are answered by the error `code`, so often.
    pub fn s3_error(code: &str, texts: &[&str], times: u32) -> Self {
        Self(json!({"kind": "s3-error", "match": texts, "error": code, "times": times}))
    }

    /// Requests whose texts hold all of `texts` take effect, and their answers are lost, so often.
    pub fn lost_answer(texts: &[&str], times: u32) -> Self {
        Self(json!({"kind": "lost-answer", "match": texts, "times": times}))
    }

    /// Bodies of objects whose paths hold all of `texts` break off in the middle, so often.
    pub fn cut_body(texts: &[&str], times: u32) -> Self {
        Self(json!({"kind": "cut-body", "match": texts, "times": times}))
    }

    /// Bodies of objects whose paths hold all of `texts` come in two parts, which changes nothing: to count reads.
    pub fn counted_body(texts: &[&str]) -> Self {
        Self(json!({"kind": "stalled-body", "match": texts, "seconds": 0}))
    }

    /// Arms it.
    pub fn arm(&self, cloud: &LocalCloud) {
        let answer = ureq::post(format!("{}/_qaops/faults", cloud.endpoint())).send(self.0.to_string());
        answer.unwrap_or_else(|error| panic!("{self:?} cannot be armed: {error}"));
    }

    /// How often this fault struck.
    pub fn struck(&self, cloud: &LocalCloud) -> u64 {
        let answer = ureq::get(format!("{}/_qaops/faults", cloud.endpoint())).call();
        let text = answer.and_then(|mut answer| answer.body_mut().read_to_string());
        let armed: Vec<Value> = serde_json::from_str(&text.expect("faults can be read")).expect("faults are JSON");
        let same = |fault: &&Value| ["kind", "match"].iter().all(|key| fault[key] == self.0[key]);
        armed.iter().filter(same).filter_map(|fault| fault["struck"].as_u64()).sum()
    }
}

/// Lets EC2 take back an instance in `notice` seconds, as it does with Spot capacity.
pub fn interrupt(cloud: &LocalCloud, instance: &InstanceId, notice: f64) {
    let address = format!("{}/_qaops/instances/{instance}/interrupt", cloud.endpoint());
    ureq::post(address).send(json!({"notice": notice}).to_string()).expect("an instance can be interrupted");
}
