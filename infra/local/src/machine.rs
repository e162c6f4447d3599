//! What this machine's settings mean for the local cloud: its limit of open files and its proxies.

use std::collections::BTreeMap;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::error::Error;

/// Open files with which a local cloud surely works, and those without which it does not: each instance, each function
/// and each connection takes some.
const FILES: (u64, u64) = (4096, 256);
/// Variables that name a proxy; programs read one spelling or the other.
const PROXIES: [&str; 4] = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "FTP_PROXY"];
/// The variable that names what is reached without one.
const DIRECT: &str = "NO_PROXY";
/// This machine's own addresses, and where an instance finds what is its own or this machine's.
const OWN: &str = "localhost,127.0.0.1,::1,10.0.2.2,169.254.169.254";
/// Where an instance with a network of its own finds this machine's loopback.
const LOOPBACK: &str = "10.0.2.2";

/// Lets this process and what it starts open as many files as it may; an error where that is too few.
pub(crate) fn raise_files() -> Result<(), Error> {
    let limit = getrlimit(Resource::Nofile);
    let enough = |most: Option<u64>, wanted: u64| most.is_none_or(|most| most >= wanted);
    if enough(limit.current, FILES.0) {
        return Ok(());
    }
    // A user may raise the first limit up to the second one, and only root the second one.
    let wanted = limit.maximum.map_or(FILES.0, |most| most.min(FILES.0));
    let raised = Rlimit { current: Some(wanted), maximum: limit.maximum };
    let current = setrlimit(Resource::Nofile, raised).map_or(limit.current, |()| Some(wanted));
    if enough(current, FILES.1) {
        Ok(())
    } else {
        Err(Error::Files { most: current.unwrap_or_default(), wanted: FILES.1 })
    }
}

/// Proxies of this machine as its instances reach them, from the pairs of an environment.
pub(crate) fn proxies(
    pairs: impl IntoIterator<Item = (String, String)>,
    has_network: bool,
) -> BTreeMap<String, String> {
    let pairs: BTreeMap<String, String> = pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    let value = |name: &str| pairs.get(&name.to_ascii_lowercase()).or_else(|| pairs.get(name));
    let mut found: BTreeMap<&str, String> =
        PROXIES.iter().filter_map(|name| Some((*name, reached(value(name)?, has_network)))).collect();
    if !found.is_empty() {
        found.insert(DIRECT, [value(DIRECT).map_or("", String::as_str), OWN].join(",").trim_matches(',').to_owned());
    }
    let both = |(name, value): (&str, String)| [(name.to_owned(), value.clone()), (name.to_ascii_lowercase(), value)];
    found.into_iter().flat_map(both).collect()
}

/// The address of a proxy as an instance reaches it.
fn reached(proxy: &str, has_network: bool) -> String {
    let (scheme, rest) = proxy.split_once("://").map_or(("", proxy), |(scheme, rest)| (scheme, rest));
    let at = rest.rfind('@').map_or(0, |at| at + 1);
    let (user, place) = rest.split_at(at);
    let own = ["localhost", "127.0.0.1", "[::1]"];
    let moved = own
        .iter()
        .find_map(|host| place.strip_prefix(host))
        .filter(|rest| rest.is_empty() || rest.starts_with([':', '/']));
    let place = moved.filter(|_| has_network).map_or_else(|| place.to_owned(), |rest| format!("{LOOPBACK}{rest}"));
    if scheme.is_empty() { format!("{user}{place}") } else { format!("{scheme}://{user}{place}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&str, &str)], has_network: bool) -> BTreeMap<String, String> {
        proxies(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())), has_network)
    }

    #[test]
    fn without_a_proxy_nothing_is_set() {
        assert!(of(&[("HTTP_PROXY", ""), ("NO_PROXY", "internal"), ("PATH", "/bin")], true).is_empty());
    }

    #[test]
    fn instances_get_the_proxies_in_both_spellings_and_reach_their_own_addresses_without() {
        let found = of(&[("https_proxy", "http://proxy.example:3128"), ("NO_PROXY", ".example")], true);
        let names: Vec<&str> = found.keys().map(String::as_str).collect();
        assert_eq!(names, ["HTTPS_PROXY", "NO_PROXY", "https_proxy", "no_proxy"]);
        assert_eq!(found["HTTPS_PROXY"], "http://proxy.example:3128");
        assert_eq!(found["no_proxy"], format!(".example,{OWN}"));
    }

    #[test]
    fn a_proxy_on_this_machine_has_another_address_in_a_network_of_its_own() {
        let found = |proxy, network| of(&[("HTTP_PROXY", proxy)], network)["HTTP_PROXY"].clone();
        assert_eq!(found("http://me:secret@localhost:3128/", true), "http://me:secret@10.0.2.2:3128/");
        assert_eq!(found("127.0.0.1:8080", true), "10.0.2.2:8080");
        assert_eq!(found("http://localhost:3128", false), "http://localhost:3128");
        assert_eq!(found("http://localhost.example:3128", true), "http://localhost.example:3128");
    }
}
