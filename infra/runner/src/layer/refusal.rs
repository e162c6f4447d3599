//! Whether pip refused a `requirements.txt` for good, by the end of its output.

/// What pip says after `ERROR:` when the same file fails everywhere and always.
const FOR_GOOD: [&str; 10] = [
    "No matching distribution found for",
    "Invalid requirement:",
    "ResolutionImpossible:",
    "Cannot install",
    "THESE PACKAGES DO NOT MATCH THE HASHES",
    "Hashes are required in --require-hashes mode",
    "In --require-hashes mode, all requirements must have their versions pinned",
    "Double requirement given:",
    "Package '",
    "Could not open requirements file",
];

/// What pip says of a network or an index that is not there; whatever it says then may be wrong.
const OF_THE_NETWORK: [&str; 8] = [
    "Retrying (",
    "Could not fetch URL",
    "HTTPSConnectionPool",
    "HTTPConnectionPool",
    "ConnectionError",
    "ReadTimeoutError",
    "Temporary failure in name resolution",
    "Server Error",
];

/// pip's own sentence where it refused for good; none where another attempt may succeed.
pub(super) fn sentence(tail: &str) -> Option<String> {
    if OF_THE_NETWORK.iter().any(|sign| tail.contains(sign)) {
        return None;
    }
    let lines: Vec<&str> = tail.lines().collect();
    let errors = lines.iter().enumerate().filter_map(|(at, line)| Some((at, line.trim().strip_prefix("ERROR: ")?)));
    let refusals = errors.filter(|(_, error)| FOR_GOOD.iter().any(|begin| error.starts_with(begin)));
    // Of a conflict the last line is only an address with help; the packages stand in an earlier one.
    let (at, told) = refusals.max_by_key(|(_, error)| !error.starts_with("ResolutionImpossible:"))?;
    let details: Vec<&str> = causes(tail).into_iter().chain(below(&lines[at + 1..])).take(MOST_DETAILS).collect();
    Some(format!("{} {}", told.trim(), details.join("; ")).trim().to_owned())
}

/// Lines of details that a sentence takes along.
const MOST_DETAILS: usize = 6;

/// What pip writes below a sentence, indented: which requirement it is about.
fn below<'a>(lines: &[&'a str]) -> Vec<&'a str> {
    lines.iter().take_while(|line| line.starts_with("  ")).map(|line| line.trim()).collect()
}

/// What pip lists as the causes of a conflict.
fn causes(tail: &str) -> Vec<&str> {
    let lines = tail.lines().map(str::trim).skip_while(|line| *line != "The conflict is caused by:").skip(1);
    lines.take_while(|line| !line.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_everywhere_is_told_in_words_of_pip() {
        let tail = "Looking in links: wheels\nERROR: Could not find a version that satisfies the requirement \
                    six==99 (from versions: 1.16.0)\nERROR: No matching distribution found for six==99\n";
        assert_eq!(sentence(tail).as_deref(), Some("No matching distribution found for six==99"));
        let invalid = "ERROR: Invalid requirement: 'six = 1' (from line 1 of requirements.txt)";
        assert!(sentence(invalid).is_some());
    }

    #[test]
    fn of_a_conflict_the_packages_are_told() {
        let tail = "ERROR: Cannot install -r requirements.txt (line 1) and six==1.15.0 because these package versions have conflicting dependencies.\n\n\
                    The conflict is caused by:\n    The user requested six==1.15.0\n    shop 2 depends on six>=1.16\n\n\
                    To fix this you could try to:\n1. loosen the range of package versions you've specified\n\n\
                    ERROR: ResolutionImpossible: for help visit https://pip.pypa.io/\n";
        let told = "Cannot install -r requirements.txt (line 1) and six==1.15.0 because these package versions have \
                    conflicting dependencies. The user requested six==1.15.0; shop 2 depends on six>=1.16";
        assert_eq!(sentence(tail).as_deref(), Some(told));
        let only = "ERROR: ResolutionImpossible: for help visit https://pip.pypa.io/\n";
        assert!(sentence(only).is_some());
    }

    #[test]
    fn what_stands_below_the_sentence_is_told_with_it() {
        let tail = "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If you have updated the package versions, please update the hashes.\n    six==1.16.0 from wheels/six.whl:\n        Expected sha256 00\n             Got        01\n\nother\n";
        let told = sentence(tail).unwrap();
        assert!(
            told.ends_with("update the hashes. six==1.16.0 from wheels/six.whl:; Expected sha256 00; Got        01"),
            "{told}"
        );
    }

    #[test]
    fn what_a_network_may_have_done_is_tried_again() {
        let tail = "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError'\n\
                    ERROR: No matching distribution found for six\n";
        assert_eq!(sentence(tail), None);
        assert_eq!(sentence("ERROR: [Errno 28] No space left on device"), None);
        assert_eq!(sentence(""), None);
    }
}
