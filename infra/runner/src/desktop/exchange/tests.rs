use serde_json::json;

use super::*;

fn task(folder: &Path) -> Task {
    let package = json!({ "bucket": "b", "key": "k", "size": 0, "etag": "e" });
    let work = json!({ "suite": "shop", "package": package, "robot": {}, "hooks": {}, "attempt_seconds": 60 });
    let order = json!({ "run": "run", "shard": "0001", "attempt": 1, "files": [], "deadline": 0 });
    let secrets = json!({ "PASSWORD": "correct horse" });
    let shard = json!({ "work": work, "order": order, "secrets": secrets, "robot": "robot", "layers": { "folder": "layers" }, "most_bytes": 1, "installs_packages": true });
    let task = json!({ "shard": shard, "package": "p.zip", "folder": folder });
    serde_json::from_value(task).unwrap()
}

fn exchange(folder: &Path) -> Exchange {
    let exchange = Exchange::new(folder.join("desktop"));
    exchange.create().unwrap();
    exchange
}

fn names(exchange: &Exchange) -> Vec<String> {
    let entries = std::fs::read_dir(exchange.folder()).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn an_attempt_is_taken_once_and_leaves_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let exchange = exchange(folder.path());
    assert!(exchange.take().unwrap().is_none());
    exchange.hand_over("run-0001-1", &task(folder.path())).unwrap();
    let (attempt, taken) = exchange.take().unwrap().unwrap();
    assert_eq!((attempt.as_str(), taken.folder.as_path()), ("run-0001-1", folder.path()));
    assert_eq!(taken.shard.secrets["PASSWORD"], "correct horse");
    assert!(exchange.take().unwrap().is_none() && !exchange.withdraw("run-0001-1"));
    assert_eq!(names(&exchange), [""; 0]);
}

#[test]
fn of_many_servers_one_gets_the_attempt() {
    let folder = tempfile::tempdir().unwrap();
    let exchange = exchange(folder.path());
    exchange.hand_over("run-0001-1", &task(folder.path())).unwrap();
    let taken = std::thread::scope(|scope| {
        let servers: Vec<_> = (0..8).map(|_| scope.spawn(|| exchange.take().unwrap().is_some())).collect();
        servers.into_iter().map(|server| server.join().unwrap()).filter(|taken| *taken).count()
    });
    assert_eq!(taken, 1);
}

#[test]
fn what_nobody_took_is_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let exchange = exchange(folder.path());
    exchange.hand_over("run-0001-1", &task(folder.path())).unwrap();
    assert!(exchange.withdraw("run-0001-1") && !exchange.withdraw("run-0001-1"));
    assert!(exchange.take().unwrap().is_none());
}

#[test]
fn a_half_written_file_is_never_read() {
    let folder = tempfile::tempdir().unwrap();
    let exchange = exchange(folder.path());
    std::fs::write(exchange.folder().join("run-0001-1.task.77"), "{").unwrap();
    assert!(exchange.take().unwrap().is_none());
    std::fs::write(exchange.folder().join("run-0001-1.answer"), "{").unwrap();
    assert!(exchange.given_back("run-0001-1").is_err() && exchange.given_back("run-0002-1").unwrap().is_none());
}

#[cfg(unix)]
#[test]
fn nobody_else_reads_what_is_handed_over() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let exchange = exchange(folder.path());
    exchange.hand_over("run-0001-1", &task(folder.path())).unwrap();
    let about = std::fs::metadata(exchange.folder().join("run-0001-1.task")).unwrap();
    assert_eq!(about.permissions().mode() & 0o777, 0o600);
}

#[tokio::test(start_paused = true)]
async fn a_lease_holds_as_long_as_it_is_renewed() {
    let lease = |beat| Some(Lease { process: 1, beat });
    let mut watch = Watch::new(lease(1), Duration::from_secs(10));
    tokio::time::advance(Duration::from_secs(9)).await;
    assert!(watch.holds(lease(1)) && watch.holds(lease(2)));
    tokio::time::advance(Duration::from_secs(9)).await;
    assert!(watch.holds(lease(2)) && watch.holds(None));
    tokio::time::advance(Duration::from_secs(2)).await;
    assert!(!watch.holds(lease(2)) && !watch.holds(None));
    assert!(watch.holds(Some(Lease { process: 2, beat: 2 })), "another server may have taken its place");
}
