//! Load tests: units, percentiles and shares.

use std::collections::BTreeMap;

use domain::quality::reports::{Report, Series, Share};
use results::reports::Format;

use crate::{read, refusal};

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
fn figures_of_k6_that_cannot_be_are_refused_with_their_key() {
    let of = |metric: &str| refusal(format!(r#"{{"metrics": {{"http_req_duration": {metric}}}}}"#));
    assert_eq!(of(r#"{"avg": 1, "max": -2}"#), "metrics.http_req_duration.max: invalid number '-2.0'");
    assert_eq!(of(r#"{"avg": "NaN"}"#), "metrics.http_req_duration.avg: invalid number '\"NaN\"'");
    assert_eq!(of(r#"{"values": 3}"#), "metrics.http_req_duration.values: no object");
    assert_eq!(
        of(r#"{"avg": 1, "thresholds": {"avg<2": "yes"}}"#),
        "metrics.http_req_duration.thresholds.avg<2: invalid threshold '\"yes\"'"
    );
    assert_eq!(of("\n7"), "line 2, byte 35: invalid type: integer `7`, expected a map");
    assert_eq!(of(r#"{"avg": 1e999}"#), "line 1, byte 46: not well-formed: number out of range");
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
fn a_damaged_result_of_jmeter_is_refused_with_its_line() {
    let of = |row: &str| refusal(format!("timeStamp,elapsed,label,success\n1,2,a,true\n{row}\n"));
    for elapsed in ["-1", "NaN", "1.5", "4294967296", "", "99999999999999999999"] {
        let told = format!("line 3, byte 43: invalid elapsed time '{elapsed}'");
        assert_eq!(of(&format!("3,{elapsed},a,true")), told);
    }
    assert_eq!(of("3,4,a,maybe"), "line 3, byte 43: invalid success 'maybe'");
    assert_eq!(of("3,4,a"), "line 3, byte 43: the success of a sample is missing");
    assert_eq!(of("3"), "line 3, byte 43: the elapsed time of a sample is missing");
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
fn figures_of_locust_that_cannot_be_are_refused_with_their_line() {
    let of = |row: &str| refusal(format!("Type,Name,Request Count,Failure Count,95%\r\n{row}\n"));
    assert_eq!(of("GET,/,-1,0,5"), "line 2, byte 43: invalid request count '-1'");
    assert_eq!(of("GET,/,1,2,5"), "line 2, byte 43: invalid failure count '2'");
    assert_eq!(of("GET,/,1,0,NaN"), "line 2, byte 43: invalid response time 'NaN'");
    assert_eq!(of("GET"), "line 2, byte 43: the name of a request is missing");
}
