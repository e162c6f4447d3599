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
    let errors = tail.lines().filter_map(|line| line.trim().strip_prefix("ERROR: "));
    let mut refusals = errors.filter(|error| FOR_GOOD.iter().any(|begin| error.starts_with(begin)));
    refusals.next_back().map(|error| error.trim().to_owned())
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
    fn what_a_network_may_have_done_is_tried_again() {
        let tail = "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError'\n\
                    ERROR: No matching distribution found for six\n";
        assert_eq!(sentence(tail), None);
        assert_eq!(sentence("ERROR: [Errno 28] No space left on device"), None);
        assert_eq!(sentence(""), None);
    }
}
