//! What the README shows.

use masking::Policy;

#[test]
fn the_policy_of_the_readme_is_read() {
    let page = include_str!("../README.md");
    let (_, after) = page.split_once("```toml dataset.toml\n").unwrap();
    let (text, _) = after.split_once("```\n").unwrap();
    let policy = Policy::parse("README.md", text);
    assert!(policy.is_ok(), "{}", policy.unwrap_err());
}
