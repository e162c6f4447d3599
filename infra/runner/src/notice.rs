//! Word that the instance goes away: a Spot notice, or a signal to the runner itself.

use std::time::{Duration, SystemTime};

use tokio::sync::watch;
use tokio::time::Instant;

/// How often the metadata service is asked.
const PERIOD: Duration = Duration::from_secs(5);

/// How often in a row it may fail to answer before it is taken to be not there.
const MOST_FAILURES: u32 = 3;

/// How long the runner takes itself to have after a signal, as a Spot instance has after its notice, less the time that
/// an attempt may go on after one.
const AFTER_SIGNAL: Duration = Duration::from_secs(30);

/// Watches for both from now on; the value is when the instance goes away.
pub fn watch(metadata: bool) -> watch::Receiver<Option<Instant>> {
    let (send, receive) = watch::channel(None);
    if metadata {
        tokio::spawn(ask(send.clone()));
    }
    tokio::spawn(async move {
        terminated().await;
        send.send_replace(Some(Instant::now() + AFTER_SIGNAL));
    });
    receive
}

/// Asks the metadata service until it gives notice, or for good when it does not answer: then this is no instance of EC2.
async fn ask(send: watch::Sender<Option<Instant>>) {
    let metadata = aws::Metadata::new();
    let mut failures = 0;
    while failures < MOST_FAILURES {
        match metadata.spot_end().await {
            Ok(Some(end)) => {
                let left = end.duration_since(SystemTime::now()).unwrap_or_default();
                send.send_replace(Some(Instant::now() + left));
                return;
            }
            Ok(None) => failures = 0,
            Err(_) => failures += 1,
        }
        tokio::time::sleep(PERIOD).await;
    }
}

/// Returns when the system or a person asks the runner to end.
#[cfg(unix)]
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    let signals = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()), signal(SignalKind::hangup()));
    let (Ok(mut terminate), Ok(mut interrupt), Ok(mut hang_up)) = signals else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        _ = hang_up.recv() => {}
    }
}

/// Returns when the system or a person asks the runner to end.
#[cfg(not(unix))]
async fn terminated() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
