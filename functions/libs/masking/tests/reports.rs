//! Faults that users of other tools reported in public. Each test names the report that it comes from.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use masking::{Figures, Key, Policy, Refusal, Run};

fn masked(policy: &str, text: &str) -> Result<(String, Figures), Refusal> {
    let (policy, key) = (
        Policy::parse("dataset.toml", policy).unwrap_or_else(|problem| panic!("{problem}")),
        Key::new(&[1; 32]).unwrap(),
    );
    let mut run = Run::new(&policy, &key);
    let mut out = Vec::new();
    masking::csv::mask(run.table("t")?, "t.csv", text.as_bytes(), &mut out)?;
    Ok((String::from_utf8(out).unwrap(), run.finish()?))
}

fn fields(text: &str, line: usize) -> Vec<&str> {
    text.lines().nth(line).unwrap().split(',').collect()
}

/// GreenmaskIO/greenmask#326: a NULL got a value.
#[test]
fn null_gets_no_value_from_a_constant() {
    let (out, _) =
        masked("[tables.t.columns]\na={rule='constant',value='x'}\nb={rule='keep'}", "a,b\n,1\ny,2\n").unwrap();
    assert_eq!(out, "a,b\n,1\nx,2\n");
}

/// Qovery/Replibyte#283 and the like: two NULLs are no duplicates, two values are.
#[test]
fn nulls_are_no_duplicates_in_a_unique_column() {
    let policy = "[tables.t]\nunique=['a']\n[tables.t.columns]\na={rule='hash'}\nb={rule='keep'}";
    assert!(masked(policy, "a,b\n,1\n,2\nx,3\n").is_ok());
    assert!(masked(policy, "a,b\nx,1\nx,2\n").unwrap_err().to_string().contains("1 rows repeat a value"));
}

/// A pair may repeat in each of its columns, and not as a pair.
#[test]
fn a_pair_is_unique_as_a_pair() {
    let policy = "[tables.t]\nunique=[['a','b']]\n[tables.t.columns]\na={rule='hash'}\nb={rule='hash'}";
    assert!(masked(policy, "a,b\nx,1\nx,2\ny,1\n").is_ok());
    assert!(masked(policy, "a,b\nx,1\ny,1\nx,1\n").unwrap_err().to_string().contains("column a+b"));
}

/// GreenmaskIO/greenmask#279: a masked value depended on the other columns of its row.
#[test]
fn one_value_has_one_pseudonym_beside_whatever_others() {
    let (out, _) = masked("[tables.t.columns]\na={rule='hash'}\nb={rule='hash'}", "a,b\nx,1\nx,2\n2,x\n").unwrap();
    assert_eq!(fields(&out, 1)[0], fields(&out, 2)[0]);
    assert_eq!(fields(&out, 1)[0], fields(&out, 3)[1]);
    assert_eq!(fields(&out, 2)[1], fields(&out, 3)[0]);
}

/// GreenmaskIO/greenmask#176 and Replibyte#269: a rule did nothing, and nobody was told.
#[test]
fn a_rule_that_changed_nothing_or_fits_nothing_is_told() {
    let policy = "[tables.t.columns]\na={rule='redact'}\nb={rule='keep'}\n'*_mail'={rule='hash'}";
    let (_, figures) = masked(policy, "a,b\nno address,1\n").unwrap();
    assert_eq!(figures.warnings, ["t.a: the rule redact changed no value", "t.*_mail: no column fits the pattern"]);
}

/// xataio/pgstream#203: a masked value was too long for its column.
#[test]
fn a_pseudonym_that_may_be_too_long_is_refused_when_the_policy_is_read() {
    let problem = Policy::parse("dataset.toml", "[tables.t.columns]\na={rule='pseudonym',kind='email',length=20}")
        .unwrap_err()
        .to_string();
    assert!(problem.contains("writes up to") && problem.contains("and length is 20"), "{problem}");
}

/// faker-ruby#685 and regluit#1238: made-up mail reached real people.
#[test]
fn made_up_mail_reaches_nobody() {
    let (out, _) =
        masked("[tables.t.columns]\na={rule='pseudonym',kind='email'}", "a\nx@company.com\nno address at all\n")
            .unwrap();
    assert!(out.lines().skip(1).all(|line| line.ends_with("@example.com")), "{out}");
}

/// Microsoft Presidio#1845: a hash without a key is guessed.
#[test]
fn a_hash_is_not_that_of_the_value_alone() {
    use sha2::Digest;
    let (out, _) = masked("[tables.t.columns]\na={rule='hash',digits=64}", "a\n42\n").unwrap();
    assert_ne!(out.lines().nth(1).unwrap(), hex::encode(sha2::Sha256::digest("42")));
}

/// CDSS#345 and dolos#1104: leap days, the ends of the calendar, and years before it.
#[test]
fn strange_days_move_or_are_refused_and_never_wrong() {
    let policy = "[tables.t.columns]\na={rule='shift',days=3650}";
    for good in ["2024-02-29", "1900-03-01", "1582-10-10", "infinity"] {
        assert!(masked(policy, &format!("a\n{good}\n")).is_ok(), "{good}");
    }
    for bad in ["2023-02-29", "0000-00-00", "0044-03-15 BC", "24-02-29", "2024-2-9", "1700000000"] {
        let refusal = masked(policy, &format!("a\n{bad}\n")).unwrap_err().to_string();
        assert!(
            refusal.starts_with("t.csv, row 1, column a (shift): the value is no date") && !refusal.contains(bad),
            "{refusal}"
        );
    }
}

/// A first row that is data and a rule for all columns: the row would be published as the header.
#[test]
fn a_pattern_for_all_columns_lets_no_row_pass_as_a_header() {
    let refusal =
        masked("[tables.t.columns]\n'*'={rule='hash'}", "zoe@company.com,Zoe Muster\nx,y\n").unwrap_err().to_string();
    assert!(refusal.contains("no rule for it") && !refusal.contains("zoe") && !refusal.contains("Muster"), "{refusal}");
    let policy = "[tables.t]\nheader=['mail','name']\n[tables.t.columns]\n'*'={rule='hash'}";
    assert_eq!(masked(policy, "zoe@company.com,Zoe Muster\nx,y\n").unwrap().0.lines().count(), 2);
}

/// polars#19078 and StarRocks#65245: a line break inside a field is no row.
#[test]
fn a_line_break_in_quotes_is_no_row() {
    let (out, figures) = masked("[tables.t.columns]\na={rule='keep'}\nb={rule='hash'}", "a,b\n\"1\n2\",x\n").unwrap();
    assert!(out.starts_with("a,b\n\"1\n2\",") && figures.tables["t"].rows == 1);
    assert_eq!(masking::csv::cuts("a,b\n\"1\n2\",x\n3,y\n".as_bytes(), 6).unwrap(), [12]);
}

/// A refresh that misses a table is not half of one.
#[test]
fn a_table_of_the_policy_without_a_file_is_refused() {
    let policy = "[tables.t.columns]\na={rule='keep'}\n[tables.other]\nfiles='other.csv'";
    assert!(masked(policy, "a\n1\n").unwrap_err().to_string().starts_with("other.csv: the extract has no such file"));
}
