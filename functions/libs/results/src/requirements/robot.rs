//! Which versions of Robot Framework can run here.

use std::str::FromStr;

use pep508_rs::pep440_rs::{Operator, Version, VersionSpecifier, VersionSpecifiers};
use pep508_rs::{MarkerEnvironment, MarkerEnvironmentBuilder, MarkerTree};

/// The oldest version that knows `--parseinclude`, by which the files of a shard are selected.
pub(super) const OLDEST: &str = "6.1";

/// Whether no version that can run here is one of these. Whatever has no upper limit is taken for new enough.
pub(super) fn is_too_old(versions: &VersionSpecifiers) -> bool {
    Version::from_str(OLDEST).is_ok_and(|oldest| versions.iter().any(|one| ends_before(one, &oldest)))
}

/// Whether a marker is met on Linux or on Windows, with the Python of the images.
pub(super) fn may_apply(marker: &MarkerTree) -> bool {
    [("posix", "linux", "Linux"), ("nt", "win32", "Windows")].into_iter().any(|(os_name, sys_platform, system)| {
        let environment = MarkerEnvironment::try_from(MarkerEnvironmentBuilder {
            implementation_name: "cpython",
            implementation_version: "3.13.0",
            os_name,
            platform_machine: "x86_64",
            platform_python_implementation: "CPython",
            platform_release: "",
            platform_system: system,
            platform_version: "",
            python_full_version: "3.13.0",
            python_version: "3.13",
            sys_platform,
        });
        // What cannot be evaluated may be so.
        environment.map_or(true, |environment| marker.evaluate(&environment, &[]))
    })
}

fn ends_before(limit: &VersionSpecifier, oldest: &Version) -> bool {
    let version = limit.version();
    match limit.operator() {
        Operator::Equal | Operator::ExactEqual | Operator::LessThanEqual => version < oldest,
        Operator::LessThan => version <= oldest,
        Operator::EqualStar => *oldest > *version && !limit.contains(oldest),
        // `~= 4.1.3` is one of 4.1.*.
        Operator::TildeEqual => {
            let release = version.release();
            let begin = &release[..release.len().saturating_sub(1)];
            *oldest > *version && !oldest.release().starts_with(begin)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_without_parseinclude_are_too_old() {
        let is_too_old = |text| is_too_old(&VersionSpecifiers::from_str(text).unwrap());
        for old in [
            "==4.1.3", "==6.0.*", "<6", "<6.1", "<=6.0.2", "~=4.1", "~=6.0.1", "===3.2.2", ">=4,<5", "==3.*",
            "==6.1rc1",
        ] {
            assert!(is_too_old(old), "{old}");
        }
        for new in
            ["==6.1", "==6.*", "==7.5", "~=6.0", "~=6.1.1", ">=4", "<8", "!=4.1", "==7.*", "<=6.1", "~=7.0", ">5"]
        {
            assert!(!is_too_old(new), "{new}");
        }
    }
}
