//! Reasons why environments were missing, for people. Without them nobody knows why work was lost.

use std::collections::BTreeMap;

use crate::evaluation::input::EvaluationInput;
use crate::run::obstacles::cure;

/// Most sentences of a kind; of further ones their number is told.
const MOST: usize = 3;

/// Whole sentences on what EC2 did not give, and on environments that were never ready. Environments with the same
/// reason share one sentence.
pub(super) fn hindrances(input: &EvaluationInput) -> Vec<String> {
    let evidence = &input.evidence;
    let refused = counted(evidence.obstacles.iter().map(|obstacle| obstacle.told.as_str()));
    let lost = counted(evidence.environments.iter().filter_map(|environment| environment.lost.as_deref()));
    let refused = refused.into_iter().map(|(told, _)| match cure(told) {
        Some(cure) => format!("EC2 did not give all environments ({told}): {cure}."),
        None => format!("EC2 did not give all environments ({told})."),
    });
    let lost = lost.into_iter().map(|(why, count)| match count {
        1 => format!("An environment was given up before it was ready, because {why}."),
        count => format!("{count} environments were given up before they were ready. The reason for each: {why}."),
    });
    first(refused).into_iter().chain(first(lost)).collect()
}

/// Different texts, each with how many there are of it, in the order in which they come first.
fn counted<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<(&'a str, usize)> {
    let (mut order, mut counts) = (Vec::new(), BTreeMap::new());
    for text in texts {
        let count = counts.entry(text).or_insert(0);
        *count += 1;
        if *count == 1 {
            order.push(text);
        }
    }
    order.into_iter().map(|text| (text, counts[text])).collect()
}

fn first(sentences: impl Iterator<Item = String>) -> Vec<String> {
    let mut sentences: Vec<String> = sentences.collect();
    let more = sentences.len().saturating_sub(MOST);
    sentences.truncate(MOST);
    if more > 0 {
        sentences
            .push(format!("There were {more} further reasons of this kind; the log of launch and ready has them."));
    }
    sentences
}
