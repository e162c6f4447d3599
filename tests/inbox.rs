//! A subscriber of the local cloud's topic.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use local::cloud::LocalCloud;
use serde_json::Value;

use crate::signed_client::Service;

/// What the topic sent to one protocol, as long as the test runs.
#[derive(Clone, Debug)]
pub struct Inbox {
    notices: Arc<Mutex<Vec<Value>>>,
}

impl Inbox {
    /// Subscribes to `protocol`, `http` or `https`; both are served without encryption here. With `filter`, a filter
    /// policy, only what it lets through comes in.
    pub fn subscribe(cloud: &LocalCloud, protocol: &str, filter: Option<&Value>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port is free");
        let address = format!("http://{}/", listener.local_addr().expect("the port is known"));
        let inbox = Self { notices: Arc::default() };
        let (notices, sns, topic) = (inbox.notices.clone(), Service::of(cloud, "sns"), cloud.deployment.topic.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let notice = receive(stream);
                if notice["Type"] == "SubscriptionConfirmation" {
                    let token = notice["Token"].as_str().unwrap_or_default();
                    sns.form(&[("Action", "ConfirmSubscription"), ("TopicArn", &topic), ("Token", token)]);
                } else {
                    notices.lock().expect("no reader panics").push(notice);
                }
            }
        });
        let filter = filter.map(Value::to_string);
        let mut request = vec![("Action", "Subscribe"), ("TopicArn", cloud.deployment.topic.as_str())];
        request.extend([("Protocol", protocol), ("Endpoint", address.as_str())]);
        if let Some(filter) = &filter {
            request.extend([("Attributes.entry.1.key", "FilterPolicy"), ("Attributes.entry.1.value", filter)]);
        }
        Service::of(cloud, "sns").form(&request);
        inbox
    }

    /// What came in so far and holds `part` in its text, the newest last.
    pub fn with(&self, part: &str) -> Vec<Notice> {
        let notices = self.notices.lock().expect("no writer panics");
        let notices = notices.iter().map(|notice| Notice(notice.clone()));
        notices.filter(|notice| notice.text().contains(part)).collect()
    }
}

/// A message as a subscriber gets it.
#[derive(Clone, Debug)]
pub struct Notice(Value);

impl Notice {
    /// The form for the subscriber's protocol.
    pub fn text(&self) -> &str {
        self.0["Message"].as_str().unwrap_or_default()
    }

    /// That form as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(self.text()).expect("the form is JSON")
    }

    /// The subject.
    pub fn subject(&self) -> &str {
        self.0["Subject"].as_str().unwrap_or_default()
    }

    /// A message attribute.
    pub fn attribute(&self, name: &str) -> &str {
        self.0["MessageAttributes"][name]["Value"].as_str().unwrap_or_default()
    }
}

/// Reads one HTTP request with a JSON body and answers it.
fn receive(mut stream: TcpStream) -> Value {
    let mut reader = BufReader::new(stream.try_clone().expect("a connection can be shared"));
    let mut length = 0;
    let mut line = String::new();
    while reader.read_line(&mut line).is_ok_and(|bytes| bytes > 2) {
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap_or(0);
        }
        line.clear();
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("the body is whole");
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").expect("an answer is read");
    serde_json::from_slice(&body).expect("a notice is JSON")
}
