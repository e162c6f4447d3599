//! A bucket, the parameters and the metadata service of an instance, as much of them as the runner asks for.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What the services hold, and what was written in which order.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) objects: BTreeMap<String, Vec<u8>>,
    pub(crate) written: Vec<String>,
    pub(crate) parameters: BTreeMap<String, String>,
    /// Parts of uploads by upload and number.
    pub(crate) parts: BTreeMap<(String, u32), Vec<u8>>,
    /// Number of the part that is refused with 503.
    pub(crate) refused_part: Option<u32>,
    /// How many writes are refused with 503 before one is taken.
    pub(crate) refused_writes: u32,
}

/// The services behind one port.
#[derive(Clone, Debug)]
pub(crate) struct Services {
    pub(crate) endpoint: String,
    pub(crate) state: Arc<Mutex<State>>,
}

/// Where the metadata service tells of a Spot instance's end.
pub(crate) const SPOT: &str = "latest/meta-data/spot/instance-action";

/// Entity tag of every object.
pub(crate) const ETAG: &str = "\"1\"";

struct Request {
    method: String,
    path: String,
    query: BTreeMap<String, String>,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl Services {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let services = Self { endpoint, state: Arc::default() };
        let state = Arc::clone(&services.state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&state);
                std::thread::spawn(move || serve(&stream, &state));
            }
        });
        services
    }

    pub(crate) fn put(&self, key: &str, bytes: impl Into<Vec<u8>>) {
        self.state.lock().unwrap().objects.insert(key.to_owned(), bytes.into());
    }

    pub(crate) fn get(&self, key: &str) -> Vec<u8> {
        let state = self.state.lock().unwrap();
        state.objects.get(key).cloned().unwrap_or_else(|| panic!("no {key} in {:?}", state.objects.keys()))
    }

    pub(crate) fn written(&self) -> Vec<String> {
        self.state.lock().unwrap().written.clone()
    }
}

fn serve(stream: &TcpStream, state: &Mutex<State>) {
    let mut reader = BufReader::new(stream);
    while let Some(request) = read(&mut reader, stream) {
        let (status, body) = answer(&request, &mut state.lock().unwrap());
        let length = body.len();
        let head = format!(
            "HTTP/1.1 {status}\r\ncontent-length: {length}\r\netag: {ETAG}\r\n\
             content-type: text/html\r\nx-aws-ec2-metadata-token-ttl-seconds: 600\r\n\r\n"
        );
        let mut stream = stream;
        if stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body)).is_err() {
            return;
        }
    }
}

fn read(reader: &mut impl BufRead, mut stream: &TcpStream) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    if headers.contains_key("expect") {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").ok()?;
    }
    let length: usize = headers.get("content-length").and_then(|text| text.parse().ok()).unwrap_or_default();
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    if headers.contains_key("x-amz-decoded-content-length") {
        body = dechunked(&body);
    }
    let (path, query) = path.split_once('?').unwrap_or((&path, ""));
    let pair =
        |pair: &str| pair.split_once('=').map_or((pair.to_owned(), String::new()), |(a, b)| (a.into(), b.into()));
    let query = query.split('&').map(pair).collect();
    let path = path.trim_start_matches('/').replace("%3A", ":");
    Some(Request { method, path, query, headers, body })
}

/// The content of an `aws-chunked` body.
fn dechunked(mut body: &[u8]) -> Vec<u8> {
    let mut content = Vec::new();
    loop {
        let end = body.windows(2).position(|pair| pair == b"\r\n").unwrap();
        let head = std::str::from_utf8(&body[..end]).unwrap();
        let size = usize::from_str_radix(head.split(';').next().unwrap(), 16).unwrap();
        if size == 0 {
            return content;
        }
        content.extend_from_slice(&body[end + 2..end + 2 + size]);
        body = &body[end + 2 + size + 2..];
    }
}

fn answer(request: &Request, state: &mut State) -> (&'static str, Vec<u8>) {
    let write = request.path.starts_with("artifacts/") && request.method != "GET";
    if write && state.refused_writes > 0 {
        state.refused_writes -= 1;
        return ("503 Service Unavailable", Vec::new());
    }
    let word = |name: &str| request.query.get(name).cloned().unwrap_or_default();
    match request.method.as_str() {
        "POST" if request.query.contains_key("uploads") => {
            let id = format!("upload-{}", state.parts.len());
            let xml =
                format!("<InitiateMultipartUploadResult><UploadId>{id}</UploadId></InitiateMultipartUploadResult>");
            ("200 OK", xml.into_bytes())
        }
        "PUT" if request.query.contains_key("partNumber") => {
            let number = word("partNumber").parse().unwrap();
            if state.refused_part == Some(number) {
                return ("503 Service Unavailable", Vec::new());
            }
            state.parts.insert((word("uploadId"), number), request.body.clone());
            ("200 OK", Vec::new())
        }
        "POST" if request.query.contains_key("uploadId") => {
            let (id, parts) = (word("uploadId"), std::mem::take(&mut state.parts));
            let parts = parts.into_iter().filter(|((of, _), _)| *of == id);
            let bytes = parts.flat_map(|(_, bytes)| bytes).collect();
            state.written.push(request.path.clone());
            state.objects.insert(request.path.clone(), bytes);
            ("200 OK", b"<CompleteMultipartUploadResult/>".to_vec())
        }
        "POST" => ("200 OK", parameters(&request.body, state)),
        "PUT" if request.path == "latest/api/token" => ("200 OK", b"token".to_vec()),
        "PUT" => {
            state.written.push(request.path.clone());
            state.objects.insert(request.path.clone(), request.body.clone());
            ("200 OK", Vec::new())
        }
        _ if request.headers.get("if-match").is_some_and(|tag| tag != ETAG) => {
            ("412 Precondition Failed", b"<Error><Code>PreconditionFailed</Code></Error>".to_vec())
        }
        _ => match state.objects.get(&request.path) {
            Some(bytes) => ("200 OK", bytes.clone()),
            None => ("404 Not Found", b"<Error><Code>NoSuchKey</Code></Error>".to_vec()),
        },
    }
}

fn parameters(body: &[u8], state: &State) -> Vec<u8> {
    let asked: serde_json::Value = serde_json::from_slice(body).unwrap();
    let names = asked["Names"].as_array().unwrap().iter().filter_map(|name| name.as_str());
    let found: Vec<_> = names
        .filter_map(|name| Some(serde_json::json!({ "Name": name, "Value": state.parameters.get(name)? })))
        .collect();
    serde_json::to_vec(&serde_json::json!({ "Parameters": found })).unwrap()
}
