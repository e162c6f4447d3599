//! Mistakes planted into the contract, each of which a rule has to report: so no rule is empty.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{Contract, Fallible, RULES};

/// A mistake: the rule that finds it, how it is made, and a part of what the rule says.
type Mistake = (&'static str, fn(&mut Contract), &'static str);

const PLAN: &str = "/States/Plan";
const LAUNCH: &str = "/States/Launch";
const MAP: &str = "/States/RunEnvironments";
const IN_MAP: &str = "/States/RunEnvironments/ItemProcessor/States";

const FLOW: [Mistake; 12] = [
    ("every way leads to a state", |it| set(it, "/StartAt", "Begin".into()), "it starts at Begin"),
    ("every way leads to a state", |it| set(it, &of(PLAN, "Next"), "Lunch".into()), "Plan goes to Lunch"),
    ("every way leads to a state", |it| set(it, &of(IN_MAP, "Enter/Next"), "Launch".into()), "Enter goes to Launch"),
    ("every state is reached", |it| set(it, "/States/Verdict/Choices/2/Next", "Passed".into()), "GateFailed is never"),
    ("every state is reached", |it| drop_key(it, "/States/Terminated/Choices", 0), "Evaluate is never reached"),
    ("every state is reached", |it| set(it, &of(IN_MAP, "Assigned/Choices/1/Next"), "RunShard".into()), "WaitForRerun"),
    ("every state reaches an end", |it| set(it, "/States/Verdict/Default", Value::Null), "Verdict"),
    ("every state reaches an end", |it| remove(it, "/States/Launched", "Default"), "Launched has to have"),
    ("every state reaches an end", |it| set(it, "/States/WaitForReady/Next", "WaitForReady".into()), "reaches no end"),
    ("every state is described", |it| remove(it, PLAN, "Comment"), "Plan has no Comment"),
    ("every state is described", |it| remove(it, "", "Comment"), "the state machine has no Comment"),
    ("every state is described", add_a_twin, "the name Assign is there twice"),
];

const ERRORS: [Mistake; 22] = [
    ("everything has a time limit", |it| remove(it, PLAN, "TimeoutSeconds"), "Plan has no TimeoutSeconds"),
    ("everything has a time limit", |it| remove(it, "", "TimeoutSeconds"), "the run has no TimeoutSeconds"),
    ("everything has a time limit", |it| remove(it, &of(IN_MAP, "RunShard"), "TimeoutSeconds"), "RunShard has no"),
    ("every task retries", |it| remove(it, LAUNCH, "Retry"), "Launch does not retry Lambda.ServiceException"),
    ("every task retries", |it| drop_key(it, &of(LAUNCH, "Retry"), 1), "Launch does not retry Launch.Unavailable"),
    ("every task retries", |it| drop_key(it, &of(LAUNCH, "Retry/0/ErrorEquals"), 4), "Lambda.TooManyRequestsException"),
    ("every task retries", |it| push(it, &of(LAUNCH, "Retry/0/ErrorEquals"), "Launch.Unavailable"), "together with"),
    ("every task retries", |it| push(it, &of(LAUNCH, "Retry/1/ErrorEquals"), "Launch.Denied"), "be the same again"),
    ("every catch cleans up", |it| remove(it, LAUNCH, "Catch"), "Launch does not catch States.ALL"),
    ("every catch cleans up", |it| set(it, &of(LAUNCH, "Catch/0/Next"), "Record".into()), "and goes to Record"),
    ("every catch cleans up", |it| set(it, &of(MAP, "Catch/0/ErrorEquals/0"), "States.Timeout".into()), "States.ALL"),
    ("every catch cleans up", |it| set(it, &of(IN_MAP, "RunShard/Catch/0/Next"), "Assign".into()), "goes to Assign"),
    ("every catch cleans up", |it| copy(it, &of(PLAN, "Catch"), "/States/TerminateRun", "Catch"), "is the last resort"),
    ("a lost environment does not end the run", |it| remove(it, MAP, "ToleratedFailurePercentage"), "tolerates 100 %"),
    (
        "a lost environment does not end the run",
        |it| set(it, &of(MAP, "ItemProcessor/ProcessorConfig/Mode"), "INLINE".into()),
        "has to be a distributed",
    ),
    ("the ends are named", |it| set(it, "/States/GateFailed/Error", "GateFailed".into()), "has the error GateFailed"),
    ("the ends are named", |it| remove(it, "/States", "Inconclusive"), "no Fail state Inconclusive"),
    ("matched names exist", |it| forget(it, "plan", "Unavailable"), "Plan matches Plan.Unavailable"),
    ("matched names exist", |it| push(it, &of(PLAN, "Retry/1/ErrorEquals"), "Launch.Unavailable"), "never answers"),
    ("produced names are handled", name_one_error_only, "Plan does not handle Plan.BadPackage"),
    ("reasons are listed", |it| forget(it, "launch", "Denied"), "launch answers Denied and does not list it"),
    ("steps are served by their names", |it| step(it, "plan").served = "Launch".to_owned(), "plan is served as Launch"),
];

const DRIFT: [Mistake; 26] = [
    ("reasons are listed", be_tired, "lists Tired and never"),
    ("placeholders are known", |it| set(it, &of(PLAN, "Arguments/FunctionName"), "${pan}".into()), "pan is not known"),
    ("placeholders are known", |it| set(it, "/States/WaitForReady/Seconds", 5.into()), "ready_seconds is missing"),
    ("tasks invoke steps", |it| set(it, &of(PLAN, "Arguments/FunctionName"), "plan".into()), "Plan calls no step"),
    ("tasks invoke steps", |it| set(it, &of(PLAN, "Resource"), "arn:aws:states:::sns:publish".into()), "sns:publish"),
    ("tasks invoke steps", |it| remove(it, &of(IN_MAP, "RunShard/Arguments/Payload"), "token"), "waits for it"),
    ("payloads fit the inputs", |it| remove(it, &of(LAUNCH, "Arguments/Payload"), "round"), "which launch needs"),
    ("payloads fit the inputs", |it| set(it, &of(LAUNCH, "Arguments/Payload/rnd"), 1.into()), "Launch passes rnd"),
    ("payloads fit the inputs", read_a_region, "no state passes region"),
    (
        "answers are understood",
        |it| set(it, &of(PLAN, "Assign/attemptSeconds"), "{% $states.result.Payload.attempt_seconds %}".into()),
        "reads attempt_seconds, which plan does not answer",
    ),
    (
        "answers are understood",
        |it| set(it, "/States/Launched/Choices/0/Condition", "{% $next = 'red' %}".into()),
        "Launched waits for 'red', which launch never answers",
    ),
    (
        "answers are understood",
        |it| set(it, &of(IN_MAP, "Assigned/Choices/0/Condition"), "{% $assigned.next = 'go' %}".into()),
        "Assigned waits for 'go'",
    ),
    (
        "answers are understood",
        |it| set(it, &of(IN_MAP, "Collect/Arguments/Payload/shard"), "{% $assigned.part %}".into()),
        "Collect reads part, which assign does not answer",
    ),
    (
        "expressions are closed",
        |it| set(it, "/States/Launched/Choices/0/Condition", "{% $next = ( %}".into()),
        "Launched: $next = (",
    ),
    (
        "scopes share no variable",
        |it| set(it, &of(IN_MAP, "Enter/Assign/round"), 1.into()),
        "$round is assigned in two scopes",
    ),
    ("variables are assigned before", |it| remove(it, &of(PLAN, "Assign"), "round"), "Launch reads $round too early"),
    (
        "variables are assigned before",
        |it| remove(it, &of(PLAN, "Catch/0/Assign"), "request"),
        "Record reads $request too early",
    ),
    ("variables are read", |it| set(it, &of(PLAN, "Assign/mood"), "good".into()), "nothing reads $mood"),
    (
        "the document is complete",
        |it| it.document = it.document.replace("WaitForReady", "Wait"),
        "does not name the state WaitForReady",
    ),
    ("the document is complete", be_tired, "the error Plan.Tired"),
    ("the document is complete", |it| it.document += "`Plan.BadMood`", "names Plan.BadMood"),
    ("every error is explained", be_tired, "Plan.Tired is not explained"),
    ("every error is explained", |it| it.errors += "\n| `Plan.BadMood` | a | b |", "and nothing answers it"),
    ("every error is explained", |it| it.errors += "\n| `Runner.TooLate` | a | b |", "is explained twice"),
    ("every error is explained", |it| it.errors += "\n| `Runner.Sad` | a |", "no advice"),
    ("every error is explained", |it| it.rust.runner.extend(["Runner.Sad".to_owned()]), "Runner.Sad is not explained"),
];

#[test]
fn every_planted_mistake_is_reported_by_its_rule() -> Fallible<()> {
    let contract = Contract::read()?;
    for (sentence, plant, part) in FLOW.iter().chain(&ERRORS).chain(&DRIFT) {
        let (_, rule) = RULES.iter().find(|(name, _)| name == sentence).ok_or(format!("no rule `{sentence}`"))?;
        let mut mistaken = contract.clone();
        plant(&mut mistaken);
        let problems = rule(&mistaken);
        assert!(problems.iter().any(|problem| problem.contains(part)), "{sentence}: wanted {part}, got {problems:?}");
        let before = rule(&contract);
        assert!(before.iter().all(|problem| !problem.contains(part)), "{sentence}: {part} before the mistake");
    }
    Ok(())
}

#[test]
fn every_rule_has_a_planted_mistake() {
    let planted: BTreeSet<&str> = FLOW.iter().chain(&ERRORS).chain(&DRIFT).map(|(sentence, ..)| *sentence).collect();
    let held: BTreeSet<&str> = RULES.iter().map(|(sentence, _)| *sentence).collect();
    assert_eq!(planted, held);
}

/// A second state with the name of another, in the other scope.
fn add_a_twin(contract: &mut Contract) {
    copy(contract, &of(IN_MAP, "Assign"), "/States", "Assign");
}

/// A reason that is listed only.
fn be_tired(contract: &mut Contract) {
    step(contract, "plan").reasons.insert("Tired".to_owned());
}

/// A field that a step reads and no state passes.
fn read_a_region(contract: &mut Contract) {
    step(contract, "plan").input.insert("region".to_owned(), false);
}

/// A Catch that names one error where it took all.
fn name_one_error_only(contract: &mut Contract) {
    set(contract, &of(PLAN, "Catch/0/ErrorEquals"), json!(["Plan.BadRequest"]));
}

fn of(state: &str, below: &str) -> String {
    format!("{state}/{below}")
}

fn at<'a>(contract: &'a mut Contract, pointer: &str) -> &'a mut Value {
    let Some(found) = contract.machine.pointer_mut(pointer) else { panic!("the state machine has no {pointer}") };
    found
}

/// Sets a value; null takes the key away.
fn set(contract: &mut Contract, pointer: &str, value: Value) {
    let Some((parent, key)) = pointer.rsplit_once('/') else { panic!("{pointer} is no pointer") };
    match at(contract, parent) {
        Value::Object(fields) if value.is_null() => drop(fields.remove(key)),
        Value::Object(fields) => drop(fields.insert(key.to_owned(), value)),
        Value::Array(_) => *at(contract, pointer) = value,
        _ => panic!("{parent} holds nothing"),
    }
}

fn remove(contract: &mut Contract, parent: &str, key: &str) {
    let removed = at(contract, parent).as_object_mut().and_then(|fields| fields.remove(key));
    assert!(removed.is_some(), "{parent} has no {key}");
}

fn drop_key(contract: &mut Contract, list: &str, index: usize) {
    let Some(values) = at(contract, list).as_array_mut() else { panic!("{list} is no list") };
    values.remove(index);
}

fn push(contract: &mut Contract, list: &str, value: &str) {
    let Some(values) = at(contract, list).as_array_mut() else { panic!("{list} is no list") };
    values.push(value.into());
}

fn copy(contract: &mut Contract, from: &str, to: &str, key: &str) {
    let value = at(contract, from).clone();
    set(contract, &of(to, key), value);
}

fn step<'a>(contract: &'a mut Contract, name: &str) -> &'a mut crate::rust::Step {
    let Some(step) = contract.rust.steps.get_mut(name) else { panic!("there is no step {name}") };
    step
}

fn forget(contract: &mut Contract, name: &str, reason: &str) {
    assert!(step(contract, name).reasons.remove(reason), "{name} has no reason {reason}");
}
