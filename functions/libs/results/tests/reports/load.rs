//! Load tests: units, percentiles and shares.

use std::collections::BTreeMap;

use domain::quality::reports::{Report, Series, Share};
use results::reports::Format;

use crate::{read, refusal, told};

fn series(format: Format, text: &str) -> BTreeMap<String, Series> {
    let Report::Performance(series) = read(format, text) else { panic!("no load test") };
    series
}

/// As `--summary-export` writes it: figures beside the name, and true for a threshold that was crossed.
const FLAT: &str = r#"{"root_group": {"name": "", "path": "", "id": "d41d8cd98f00b204e9800998ecf8427e", "groups": {}, "checks": {}},
  "metrics": {
    "http_req_duration": {"avg": 20.5, "min": 1, "med": 15, "max": 200, "p(90)": 40, "p(95)": 50.25, "thresholds": {"p(95)<50": true, "avg<100": false}},
    "http_req_duration{expected_response:true}": {"avg": 20, "min": 1, "med": 15, "max": 100, "p(90)": 40, "p(95)": 50},
    "http_req_failed": {"passes": 3, "fails": 297, "value": 0.01},
    "checks": {"passes": 198, "fails": 2, "value": 0.99, "thresholds": {"rate>0.9": false}},
    "queue_length": {"avg": 12, "min": 1, "med": 11, "max": 40, "p(90)": 30, "p(95)": 35},
    "http_reqs": {"count": 300, "rate": 14.5}, "data_received": {"count": 5000, "rate": 250.5},
    "logins": {"passes": 1, "fails": 1, "value": 0.5}, "nothing": {"passes": 0, "fails": 0, "value": 0},
    "vus": {"value": 1, "min": 1, "max": 10}}}"#;

/// As `handleSummary` gets it.
const VALUES: &str = r#"{"root_group": {}, "options": {"summaryTrendStats": []}, "state": {"testRunDurationMs": 20000.5}, "metrics": {
    "http_req_duration": {"type": "trend", "contains": "time", "values": {"avg": 20.5, "min": 1, "med": 15, "max": 200, "p(90)": 40, "p(95)": 50.25, "p(99)": 90, "count": 300},
      "thresholds": {"p(95)<50": {"ok": false}, "avg<100": {"ok": true}}},
    "my_wait": {"type": "trend", "contains": "time", "values": {"avg": 1000, "med": 1500}},
    "queue_length": {"type": "trend", "contains": "default", "values": {"avg": 12, "med": 11}},
    "checks": {"type": "rate", "contains": "default", "values": {"rate": 0.99, "passes": 198, "fails": 2}, "thresholds": {"rate>0.9": {"ok": true}}},
    "http_reqs": {"type": "counter", "contains": "default", "values": {"count": 300, "rate": 14.5}}}}"#;

#[test]
fn times_of_k6_are_seconds_and_shares_are_percent() {
    let flat = series(Format::K6, FLAT);
    let duration = Series {
        p50: Some(0.015),
        p90: Some(0.04),
        p95: Some(0.05025),
        avg: Some(0.0205),
        max: Some(0.2),
        thresholds: Some(Share { covered: 1, all: 2 }),
        ..Series::default()
    };
    assert_eq!(flat["http_req_duration"], duration);
    assert_eq!(flat["http_req_duration{expected_response:true}"].max, Some(0.1));
    assert_eq!((flat["http_req_failed"].error_rate, flat["http_req_failed"].count), (Some(1.0), Some(300.0)));
    let checks = Series { error_rate: Some(1.0), count: Some(200.0), ..Series::default() };
    assert_eq!(flat["checks"], Series { thresholds: Some(Share { covered: 0, all: 1 }), ..checks });
    assert_eq!((flat["queue_length"].p95, flat["queue_length"].max), (Some(35.0), Some(40.0)));
    assert_eq!((flat["http_reqs"].count, flat["http_reqs"].rate), (Some(300.0), Some(14.5)));
    assert_eq!((flat["logins"].error_rate, flat["nothing"].error_rate), (None, None));
    assert_eq!(flat["vus"], Series { max: Some(10.0), ..Series::default() });
}

#[test]
fn the_form_of_k6_with_values_says_the_same_and_more() {
    let (flat, values) = (series(Format::K6, FLAT), series(Format::K6, VALUES));
    let more = Series { p99: Some(0.09), count: Some(300.0), ..flat["http_req_duration"] };
    assert_eq!(values["http_req_duration"], more);
    assert_eq!((values["checks"], values["http_reqs"]), (flat["checks"], flat["http_reqs"]));
    assert_eq!((values["my_wait"].avg, values["my_wait"].p50), (Some(1.0), Some(1.5)));
    assert_eq!((values["queue_length"].avg, values["queue_length"].p50), (Some(12.0), Some(11.0)));
}

#[test]
fn figures_of_k6_that_cannot_be_cost_themselves() {
    let of = |metric: &str| told(format!(r#"{{"metrics": {{"http_req_duration": {metric}, "vus": {{"max": 2}}}}}}"#));
    let path = "metrics.http_req_duration";
    for (metric, unknown, remark) in [
        (r#"{"avg": 1, "max": -2}"#, "max", r#"max="-2" is not zero or more"#),
        (r#"{"avg": "NaN", "med": 3}"#, "avg", r#"avg="NaN" is not a number"#),
        (r#"{"avg": NaN, "med": 3}"#, "avg", r#"avg="NaN" is not a number"#),
        (r#"{"avg": 1e999, "med": 3}"#, "avg", r#"avg="1e999" is not a number"#),
        (r#"{"avg": 1, "p(95)": []}"#, "p95", r#"p(95)="[]" is not a number"#),
        (
            r#"{"avg": 1, "thresholds": {"avg<2": "yes"}}"#,
            "thresholds_failed",
            r#"thresholds.avg<2="yes" is not true or false"#,
        ),
        (r#"{"passes": "x", "fails": 1}"#, "count error_rate", r#"passes="x" is not a count"#),
        (r#"{"passes": 1}"#, "count error_rate", "passes stands without fails"),
        (r#"{"matches": 3, "total": 2}"#, "count error_rate", r#"matches="3" is not at most the 2 that there are"#),
    ] {
        let report = of(metric);
        let unknown =
            unknown.split(' ').map(|figure| format!("http_req_duration.{figure}")).collect::<Vec<_>>().join(" ");
        assert_eq!((report.unknown(), &*report.remarks), (unknown, &[format!("{path}: {remark}")][..]), "{metric}");
        assert_eq!(report.figure("vus.max"), Some(2.0));
    }
    assert_eq!(of(r#"{"avg": 1, "max": null}"#).remarks.len(), 0);
    for whole in [r#"{"values": 3}"#, "7", r#""x""#] {
        let report = of(whole);
        assert_eq!((report.unknown.len(), report.figure("vus.max")), (10, Some(2.0)), "{whole}");
    }
}

/// The machine-readable summary of k6 2.2 with `--summary-export`, shortened.
const MACHINE_READABLE: &str = r#"{"config": {"duration": 20.5, "execution": "local", "script": "load.js"},
    "metadata": {"generatedAt": "2026-01-02T03:04:05Z", "k6Version": "2.2.0"},
    "results": {"checks": {"metrics": [{"contains": "default", "name": "checks_total", "type": "counter", "values": {"count": 10}},
        {"contains": "default", "name": "checks_failed", "type": "rate", "values": {"matches": 3, "rate": 0.3, "total": 10}}],
        "results": [{"fails": 1, "name": "status", "passes": 4}, {"fails": 2, "name": "body", "passes": 3}]},
      "metrics": [
        {"contains": "time", "name": "http_req_duration", "type": "trend", "values": {"avg": 100.5, "max": 300, "med": 90, "min": 10, "p(90)": 200, "p(95)": 250}},
        {"contains": "time", "name": "http_req_duration{expected_response:true}", "type": "trend", "values": {"p(95)": 240}},
        {"contains": "default", "name": "queue", "type": "trend", "values": {"avg": 12}},
        {"contains": "default", "name": "http_req_failed", "type": "rate", "values": {"matches": 1, "rate": 0.05, "total": 20}},
        {"contains": "default", "name": "http_reqs", "type": "counter", "values": {"count": 41}},
        {"contains": "default", "name": "vus", "type": "gauge", "values": {"max": 5, "min": 1, "value": 2}}]},
    "version": "1.0.0"}"#;

#[test]
fn the_machine_readable_summary_of_k6_says_the_same_as_the_others() {
    let all = series(Format::K6, MACHINE_READABLE);
    let duration = Series {
        p50: Some(0.09),
        p90: Some(0.2),
        p95: Some(0.25),
        avg: Some(0.1005),
        max: Some(0.3),
        ..Series::default()
    };
    assert_eq!(all["http_req_duration"], duration);
    assert_eq!(all["http_req_duration{expected_response:true}"].p95, Some(0.24));
    assert_eq!((all["queue"].avg, all["vus"].max), (Some(12.0), Some(5.0)));
    assert_eq!((all["http_req_failed"].error_rate, all["http_req_failed"].count), (Some(5.0), Some(20.0)));
    assert_eq!((all["http_reqs"].count, all["http_reqs"].rate), (Some(41.0), Some(2.0)));
    assert_eq!((all["checks"].error_rate, all["checks"].count), (Some(30.0), Some(10.0)));
    let strange = told(MACHINE_READABLE.replace("250", "\"?\"").replace("\"passes\": 4", "\"passes\": -4"));
    assert_eq!(strange.unknown(), "checks.count checks.error_rate http_req_duration.p95");
    assert_eq!(
        strange.remarks,
        [
            r#"results.metrics[0].values: p(95)="?" is not a number"#,
            r#"results.checks.results[0]: passes="-4" is not a count"#
        ]
    );
    let case = told(include_str!("../cases/k6-machine-readable.json"));
    assert_eq!((case.figure("http_req_duration.p95"), case.remarks.len()), (Some(0.25), 0));
}

/// Samples of 1 to 100 ms, the last of which failed, each begun when the one before ended.
fn samples(delimiter: &str, time: impl Fn(u64) -> String) -> String {
    let mut text = format!("success{delimiter}label{delimiter}timeStamp{delimiter}elapsed\n");
    let mut at = 0;
    for elapsed in 1..=100 {
        text +=
            &format!("{}{delimiter}\"a{delimiter}\nb\"{delimiter}{}{delimiter}{elapsed}\n", elapsed < 100, time(at));
        at += elapsed;
    }
    text
}

#[test]
fn percentiles_of_jmeter_are_samples_and_columns_stand_in_any_order() {
    let zoneless = |ms: u64| format!("2026/03/29 02:00:{:02}.{:03}", ms / 1000, ms % 1000);
    let texts = [samples(",", |ms| (1_700_000_000_000 + ms).to_string()), samples(";", zoneless)];
    for (text, delimiter) in texts.iter().zip([",", ";"]) {
        let all = series(Format::Jmeter, text);
        let expected = Series {
            p50: Some(0.05),
            p90: Some(0.09),
            p95: Some(0.095),
            p99: Some(0.099),
            avg: Some(0.0505),
            max: Some(0.1),
            rate: Some(100.0 / 5.05),
            error_rate: Some(1.0),
            count: Some(100.0),
            thresholds: None,
        };
        assert_eq!(all, BTreeMap::from([(format!("a{delimiter}\nb"), expected), ("total".to_owned(), expected)]));
    }
}

#[test]
fn a_part_of_a_sample_of_jmeter_is_no_sample_of_its_own() {
    let text = r#"<testResults version="1.2"><httpSample t="30" ts="1000" s="true" lb="page"><httpSample t="10" s="false" lb="image"/></httpSample>
        <sample t="10" ts="1970" s="true" lb="page"/></testResults>"#;
    let all = series(Format::Jmeter, text);
    assert_eq!(all.keys().collect::<Vec<_>>(), ["page", "total"]);
    assert_eq!((all["total"].count, all["total"].error_rate, all["total"].avg), (Some(2.0), Some(0.0), Some(0.02)));
    let old = r#"<testResults><sampleResult timeStamp="1" label="a" time="7" success="false"/></testResults>"#;
    assert_eq!(
        (series(Format::Jmeter, old)["a"].max, series(Format::Jmeter, old)["a"].error_rate),
        (Some(0.007), Some(100.0))
    );
}

#[test]
fn samples_of_jmeter_that_do_not_say_all_have_no_figure_for_it() {
    let all = series(Format::Jmeter, "elapsed,label\n5,a\nelapsed,label\n7,a\n");
    let expected = Series { count: Some(2.0), p50: Some(0.005), max: Some(0.007), ..all["a"] };
    assert_eq!((all["a"], all["a"].error_rate, all["a"].rate), (expected, None, None));
    let empty = series(Format::Jmeter, "timeStamp,elapsed,label,success\n");
    assert_eq!(empty, BTreeMap::from([("total".to_owned(), Series { count: Some(0.0), ..Series::default() })]));
}

#[test]
fn a_value_of_jmeter_that_cannot_be_read_costs_its_series_and_the_total() {
    let of = |row: &str| told(format!("timeStamp,elapsed,label,success\n1,2,a,true\n1,4,b,true\n{row}\n"));
    for elapsed in ["-1", "NaN", "1.5", "4294967296", "", "99999999999999999999"] {
        let report = of(&format!("3,{elapsed},a,false"));
        assert_eq!(report.remarks, [format!(r#"line 4: elapsed="{elapsed}" is not a duration in milliseconds"#)]);
        let times = ["avg", "max", "p50", "p90", "p95", "p99", "rate"];
        let expected: Vec<_> = ["a", "total"].iter().flat_map(|of| times.map(|time| format!("{of}.{time}"))).collect();
        assert_eq!(report.unknown(), expected.join(" "));
        assert_eq!((report.figure("a.count"), report.figure("a.error_rate")), (Some(2.0), Some(50.0)));
        assert_eq!((report.figure("b.p95"), report.figure("total.count")), (Some(0.004), Some(3.0)));
    }
    let success = of("3,4,a,maybe");
    assert_eq!((success.unknown().as_str(), success.figure("a.max")), ("a.error_rate total.error_rate", Some(0.004)));
    assert_eq!(success.remarks, [r#"line 4: success="maybe" is not true or false"#]);
    let time = of("soon,4,a,true");
    assert_eq!((time.unknown().as_str(), time.figure("a.error_rate")), ("a.rate total.rate", Some(0.0)));
    let xml = told("<testResults><sample\n t='x' s='true' lb='a'/><sample s='true' lb='b'/></testResults>");
    assert_eq!(
        xml.remarks,
        [r#"line 1: t="x" is not a duration in milliseconds"#, r#"line 2: t="" is not a duration in milliseconds"#]
    );
}

#[test]
fn a_row_of_jmeter_that_breaks_off_is_refused_with_its_line() {
    let of = |row: &str| refusal(format!("timeStamp,elapsed,label,success\n1,2,a,true\n{row}\n"));
    assert_eq!(of("3,4,a"), "line 3, byte 43: the success of a sample is missing");
    assert_eq!(of("3"), "line 3, byte 43: the elapsed time of a sample is missing");
}

/// A transaction with its requests beside it, one with none, and one whose requests are in it.
const TRANSACTIONS: &str = r#"<testResults version="1.2">
    <httpSample t="100" ts="1000" s="true" lb="cart" rm="OK"/><httpSample t="300" ts="1100" s="false" lb="pay" rm="no">
      <httpSample t="90" ts="1100" s="false" lb="image" rm="no"/></httpSample>
    <sample t="400" ts="1000" s="false" lb="Checkout" rm="Number of samples in transaction : 2, number of failing samples : 1"/>
    <sample t="0" ts="2000" s="true" lb="Nothing" rm="Number of samples in transaction : 0, number of failing samples : 0"/>
    <sample t="400" ts="3000" s="true" lb="Checkout" rm="Number of samples in transaction : 2, number of failing samples : 0">
      <httpSample t="120" ts="3000" s="true" lb="cart" rm="OK"/>
      <sample t="280" ts="3120" s="true" lb="Pay" rm="Number of samples in transaction : 1, number of failing samples : 0">
        <httpSample t="280" ts="3120" s="true" lb="pay" rm="OK"><httpSample t="1" s="true" lb="image"/></httpSample></sample></sample>
    </testResults>"#;

#[test]
fn a_transaction_of_jmeter_is_not_a_request() {
    let csv = told(include_str!("../cases/jmeter-transactions.csv"));
    assert_eq!((csv.figure("total.count"), csv.figure("total.error_rate")), (Some(4.0), Some(25.0)));
    assert_eq!((csv.figure("Checkout.count"), csv.figure("Checkout.error_rate")), (Some(2.0), Some(50.0)));
    let all = series(Format::Jmeter, TRANSACTIONS);
    assert_eq!(all.keys().collect::<Vec<_>>(), ["Checkout", "Nothing", "Pay", "cart", "pay", "total"]);
    assert_eq!((all["total"].count, all["total"].error_rate, all["total"].max), (Some(4.0), Some(25.0), Some(0.3)));
    assert_eq!((all["Checkout"].count, all["Checkout"].error_rate), (Some(2.0), Some(50.0)));
    assert_eq!((all["Nothing"], all["Pay"].count), (Series { count: Some(0.0), ..Series::default() }, Some(1.0)));
    let parents =
        "timeStamp,elapsed,label,responseMessage,success\n1,2,a,\"Number of samples in transaction : 1\",true\n";
    let parents = told(parents);
    assert_eq!((parents.figure("total.count"), parents.figure("a.max")), (Some(0.0), Some(0.002)));
    assert_eq!(
        parents.remarks,
        ["the whole report: there are only transactions in it and no requests, so the series total is empty"]
    );
}

#[test]
fn rows_of_locust_are_series_by_method_and_name() {
    let text = "Type,Name,Request Count,Failure Count,Median Response Time,Average Response Time,Min Response Time,Max Response Time,\
        Average Content Size,Requests/s,Failures/s,50%,66%,75%,80%,90%,95%,98%,99%,99.9%,99.99%,100%\n\
        GET,/a,10,1,50,60.5,1,100,0,2.5,0.1,50,60,70,75,80,90,95,99,100,100,100\n\
        POST,/a,0,0,0,0.0,0,0,0,0.0,0.0,N/A,N/A,N/A,N/A,N/A,N/A,N/A,N/A,N/A,N/A,N/A\n\
        ,Aggregated,10,1,50,60.5,1,100,0,2.5,0.1,50,60,70,75,80,90,95,99,100,100,100\n";
    let all = series(Format::Locust, text);
    assert_eq!(all.keys().collect::<Vec<_>>(), ["GET /a", "POST /a", "total"]);
    let expected = Series {
        p50: Some(0.05),
        p90: Some(0.08),
        p95: Some(0.09),
        p99: Some(0.099),
        avg: Some(0.0605),
        max: Some(0.1),
        rate: Some(2.5),
        error_rate: Some(10.0),
        count: Some(10.0),
        thresholds: None,
    };
    assert_eq!((all["GET /a"], all["total"]), (expected, expected));
    assert_eq!((all["POST /a"].error_rate, all["POST /a"].p95), (None, None));
    let old = "\"Method\",\"Name\",\"# requests\",\"# failures\",\"Median response time\",\"Average response time\",\"Min response time\",\
        \"Max response time\",\"Average Content Size\",\"Requests/s\"\n\"None\",\"Total\",4,1,20,21,1,30,0,1.00\n";
    let all = series(Format::Locust, old);
    assert_eq!((all["total"].p50, all["total"].error_rate, all["total"].max), (Some(0.02), Some(25.0), Some(0.03)));
}

#[test]
fn figures_of_locust_that_cannot_be_cost_themselves() {
    let of = |row: &str| told(format!("Type,Name,Request Count,Failure Count,95%\r\nGET,/b,4,1,5\r\n{row}\n"));
    for (row, unknown, remark) in [
        ("GET,/,-1,0,5", "GET__.count GET__.error_rate", r#"request count="-1" is not a count"#),
        ("GET,/,1,2,5", "GET__.error_rate", r#"failure count="2" is not at most the 1 requests"#),
        ("GET,/,0,2,N/A", "GET__.error_rate", r#"failure count="2" is not at most the 0 requests"#),
        ("GET,/,1,x,5", "GET__.error_rate", r#"failure count="x" is not a count"#),
        ("GET,/,1,0,NaN", "GET__.p95", r#"response time="NaN" is not a duration"#),
        ("GET,/,1,0,-5", "GET__.p95", r#"response time="-5" is not a duration"#),
        (",Aggregated,1,0,inf", "total.p95", r#"response time="inf" is not a duration"#),
    ] {
        let report = of(row);
        assert_eq!(
            (report.unknown().as_str(), &*report.remarks),
            (unknown, &[format!("line 3: {remark}")][..]),
            "{row}"
        );
        assert_eq!((report.figure("GET__b.p95"), report.figure("GET__b.error_rate")), (Some(0.005), Some(25.0)));
    }
    assert_eq!(of("GET,/,0,0,N/A").remarks.len(), 0);
    let broken = refusal("Type,Name,Request Count,Failure Count,95%\r\nGET\n");
    assert_eq!(broken, "line 2, byte 43: the name of a request is missing");
}
