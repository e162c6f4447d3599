use super::*;

fn parse(text: &str) -> Policy {
    Policy::parse("dataset.toml", text).unwrap_or_else(|problem| panic!("{problem}"))
}

fn refusal(text: &str) -> String {
    Policy::parse("dataset.toml", text).map(|_| ()).unwrap_err().to_string()
}

#[test]
fn each_problem_names_its_place_and_how_to_fix_it() {
    let cases = [
        "",
        "[tables]",
        "[tables.a.columns]\nid='keep'\n[tables.a.columns.id]",
        "[tables.a.columns]\nid={rule='kep'}",
        "[tables.a.columns]\nid={rule='hash',digit=9}",
        "[tables.a.columns]\nprofile.ssn={rule='hash'}",
        "[tables.a.columns]\nid={rule='hash',digits=4}",
        "[tables.a.columns]\nid={rule='pseudonym',kind='mail'}",
        "[tables.a.columns]\nid={rule='constant'}",
        "[tables.a.columns]\nid={rule='bucket'}",
        "[tables.a.columns]\nid={rule='redact',patterns=['(']}",
        "[tables.a.columns]\nid={rule='hash',except=['0']}",
        "[tables.a.columns]\nid={rule='json',paths={'a..b'='keep'}}",
        "[tables.a.columns]\nid={rule='hash',length=20}",
        "[tables.a]\nrequired=['id']\n[tables.a.columns]\nid={rule='null'}",
        "[tables.a]\nfile='a.csv'",
        "[tables.a]\ndelimiter='ab'",
        "[[references]]\nfrom='b(x)'\nto='a(id)'\n[tables.a]",
        "[[references]]\nfrom='a(x,y)'\nto='a(id)'\n[tables.a]",
        "[subset]\nroots='a where'\n[tables.a]",
        "checks=['rows > x']\n[tables.a]",
        "checks=['rows <= 5%']\n[tables.a]",
        "checks=['unique == 100%']\n[tables.a]",
        "[tables.a]\n[[tables.a.when]]\nwhere=\"role == 'bot'\"\nkeep=['name']",
    ];
    let lines: Vec<String> = cases.iter().map(|text| refusal(text)).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn a_rule_by_name_comes_before_a_pattern_and_a_type_comes_last() {
    let policy = parse(
        "[tables.a.columns]\nemail={rule='hash'}\n'*_at'={rule='shift'}\n[tables.a.types]\njsonb={rule='null'}
        [tables.'*'.columns]\nnote={rule='redact'}\ncreated_at={rule='drop'}",
    );
    let rule = |name, kind| policy.column("a", name, kind).unwrap().map(|column| column.rule.name());
    assert_eq!(rule("email", Some("jsonb")), Some("hash"));
    assert_eq!(rule("created_at", None), Some("shift"));
    assert_eq!(rule("note", None), Some("redact"));
    assert_eq!(rule("payload", Some("jsonb")), Some("null"));
    assert_eq!(rule("payload", None), None);
}

#[test]
fn two_patterns_that_fit_and_differ_are_refused() {
    let policy = parse("[tables.a.columns]\n'user_*'={rule='hash'}\n'*_at'={rule='shift'}");
    let problem = policy.column("a", "user_at", None).unwrap_err().to_string();
    assert!(problem.contains("both fit the column user_at, and differ"), "{problem}");
}

#[test]
fn rows_may_not_keep_a_column_of_a_reference() {
    let problem = refusal(
        "[tables.a]\nkey=['email']\n[tables.a.columns]\nemail={rule='hash'}\n[tables.b]\n[[references]]\nfrom='b(email)'\nto='a(email)'
        [[tables.a.when]]\nwhere=\"role == 'bot'\"\nkeep=['email']\nreason='bots'",
    );
    assert!(problem.contains("rows may not keep email, which takes part in a reference"), "{problem}");
}

#[test]
fn files_belong_to_tables_by_path_or_name() {
    let policy = parse("[tables.a]\nfiles='*/shop.a/*.parquet'\n[tables.b]\nfiles='b*.csv'");
    assert_eq!(policy.table_of("x/shop.a/1/part-0.parquet").map(|(name, _)| name), Some("a"));
    assert_eq!(policy.table_of("some/folder/b1.csv").map(|(name, _)| name), Some("b"));
    assert!(policy.table_of("c.csv").is_none());
}

#[test]
fn digests_tell_policies_apart() {
    assert_ne!(parse("[tables.a]").digest, parse("[tables.b]").digest);
}
