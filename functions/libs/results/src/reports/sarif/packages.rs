//! Trivy and Grype in SARIF: what they found in which package stands in lines of text.

use domain::quality::reports::Finding;

use super::log::{Rule, SarifResult};

/// The lines that tell of a package, as `Package: xz` or `Vulnerability CVE-2024-3094`.
#[derive(Default)]
struct Told<'a> {
    id: Option<&'a str>,
    package: Option<&'a str>,
    version: Option<&'a str>,
    fixed: Option<&'a str>,
}

/// Makes a finding about a file one about a package, where the tool is a scanner of packages and its text has it.
/// Trivy's misconfigurations and secrets have no such text and stay as they are.
pub(super) fn of_scanner(tool: &str, finding: Finding, result: &SarifResult, rule: Option<&Rule>) -> Finding {
    let tool = tool.to_ascii_lowercase();
    if !tool.contains("trivy") && !tool.contains("grype") {
        return finding;
    }
    let help = rule.and_then(|rule| rule.help.as_ref()?.text.as_deref());
    let told = result.text().into_iter().chain(help).map(told).find(|told| told.id.is_some() && told.package.is_some());
    let Some(Told { id: Some(id), package: Some(package), version, fixed }) = told else { return finding };
    Finding {
        id: id.to_owned(),
        package: package.to_owned(),
        version: version.unwrap_or_default().to_owned(),
        place: String::new(),
        fixable: finding.fixable || fixed.is_some(),
        ..finding
    }
}

fn told(text: &str) -> Told<'_> {
    let mut told = Told::default();
    for line in text.lines() {
        if let Some(id) = line.strip_prefix("Vulnerability ") {
            told.id = Some(id.trim()).filter(|id| !id.is_empty());
        }
        let Some((key, value)) = line.split_once(": ") else { continue };
        let value = Some(value.trim()).filter(|value| !value.is_empty());
        match key {
            "Package" => told.package = value,
            "Version" | "Installed Version" => told.version = value,
            "Fix Version" | "Fixed Version" => told.fixed = value,
            _ => {}
        }
    }
    told
}
