//! One finding in several places or several reports counts once.

use std::collections::{BTreeMap, BTreeSet};

use super::{Finding, Report};

/// The findings of all reports, each once, in the order of their identities. See [`joined`].
pub fn findings<'a>(reports: impl IntoIterator<Item = &'a Report>) -> Vec<Finding> {
    let all = reports.into_iter().filter_map(|report| match report {
        Report::Vulnerabilities(findings) => Some(findings),
        _ => None,
    });
    joined(all.flatten().cloned())
}

/// Joins entries that are the same finding: the same vulnerability in the same version of a package, or the same rule
/// broken at the same place.
///
/// The worst severity of them holds, and a known one before an unknown one; it is fixable or known to be exploited if
/// one of them says so; the highest EPSS holds, and the first title. A label that one of them has no readable value for
/// stays unread. Entries under different names are joined where one of them names the other as its alias; the CVE is
/// then the id. An identifier that goes with several CVEs, as an advisory of a distribution does, is none of them: two
/// CVEs are never one finding.
pub fn joined(entries: impl IntoIterator<Item = Finding>) -> Vec<Finding> {
    let mut found: BTreeMap<[String; 4], Finding> = BTreeMap::new();
    for entry in named(entries.into_iter().collect()) {
        let (id, package, version, place) = entry.identity();
        let identity = [id, package, version, place].map(str::to_owned);
        match found.get_mut(&identity) {
            Some(known) => known.absorb(entry),
            None => drop(found.insert(identity, entry)),
        }
    }
    found.into_values().collect()
}

/// The same entries, those under different names by the name that their finding has.
pub(crate) fn named(mut entries: Vec<Finding>) -> Vec<Finding> {
    let renamed = Names::of(&entries).renamed();
    entries.iter_mut().for_each(|entry| entry.rename(renamed.get(&entry.id)));
    entries
}

impl Finding {
    /// Takes another identifier; the one before is an alias then.
    fn rename(&mut self, id: Option<&String>) {
        let before = id.map(|id| std::mem::replace(&mut self.id, id.clone()));
        self.aliases.extend(before);
        self.tidy_aliases();
    }

    fn absorb(&mut self, other: Finding) {
        self.severity = self.severity.min(other.severity);
        self.unread.extend(other.unread);
        self.unread.sort();
        self.unread.dedup();
        self.fixable |= other.fixable;
        self.kev |= other.kev;
        self.epss = self.epss.into_iter().chain(other.epss).max_by(f64::total_cmp);
        if self.title.is_empty() {
            self.title = other.title;
        }
        self.aliases.extend(other.aliases);
        self.tidy_aliases();
    }

    fn tidy_aliases(&mut self) {
        self.aliases.retain(|alias| *alias != self.id);
        self.aliases.sort();
        self.aliases.dedup();
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.id.as_str()).chain(self.aliases.iter().map(String::as_str))
    }
}

/// Which CVE an identifier stands for, as far as the entries tell: names that stand in one entry belong together.
#[derive(Default)]
struct Names<'a> {
    numbers: BTreeMap<&'a str, usize>,
    /// The name that each name was joined to; itself at the end of a chain.
    joined_to: Vec<usize>,
    /// CVEs that go with a name, by the number at the end of its chain.
    cves: BTreeMap<usize, BTreeSet<&'a str>>,
}

impl<'a> Names<'a> {
    fn of(entries: &'a [Finding]) -> Self {
        let mut names = Self::default();
        let named = || entries.iter().filter(|entry| !entry.aliases.is_empty());
        named().for_each(|entry| names.join(entry));
        for entry in named() {
            let Some(last) = entry.names().find(|name| !is_cve(name)).map(|name| names.last(name)) else { continue };
            // What else an entry of a CVE names are its other names; further CVEs are not.
            let is_one = is_cve(&entry.id);
            let cves = entry.names().filter(|name| is_cve(name)).take(if is_one { 1 } else { usize::MAX });
            names.cves.entry(last).or_default().extend(cves);
        }
        names
    }

    fn join(&mut self, entry: &'a Finding) {
        let mut names = entry.names().filter(|name| !is_cve(name));
        let Some(first) = names.next().map(|name| self.last(name)) else { return };
        for name in names {
            let last = self.last(name);
            self.joined_to[last] = first;
        }
    }

    /// The number at the end of a name's chain.
    fn last(&mut self, name: &'a str) -> usize {
        let next = self.joined_to.len();
        let mut number = *self.numbers.entry(name).or_insert(next);
        if number == next {
            self.joined_to.push(next);
        }
        while self.joined_to[number] != number {
            self.joined_to[number] = self.joined_to[self.joined_to[number]];
            number = self.joined_to[number];
        }
        number
    }

    /// The ids that entries should have instead of their own.
    fn renamed(mut self) -> BTreeMap<String, String> {
        let names: Vec<&str> = self.numbers.keys().copied().collect();
        let mut renamed = BTreeMap::new();
        for name in names {
            let last = self.last(name);
            if let Some(cve) = self.cves.get(&last).filter(|cves| cves.len() == 1).and_then(BTreeSet::first) {
                renamed.insert(name.to_owned(), (*cve).to_owned());
            }
        }
        renamed
    }
}

fn is_cve(name: &str) -> bool {
    name.starts_with("CVE-")
}

#[cfg(test)]
mod tests;
