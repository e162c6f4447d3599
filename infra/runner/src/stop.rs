//! When an attempt must come to an end: its deadline, a Spot notice, a signal.

use std::time::{Duration, SystemTime};

use domain::base::time::Time;
use domain::results::manifest::Exit;
use tokio::sync::watch;
use tokio::time::Instant;

/// Seconds that an upload gets at least and at most, beyond a twentieth of the attempt's time.
const RESERVE: (f64, f64) = (10.0, 120.0);

/// Seconds that Robot Framework gets at most to close its output.
const GRACE: f64 = 15.0;

/// How long before a Spot instance ends Robot Framework is asked to stop.
const BEFORE_RECLAIM: Duration = Duration::from_secs(30);

/// The limits of one attempt.
#[derive(Clone, Debug)]
pub struct Limits {
    /// When `robot` is asked to come to an end.
    interrupt: Instant,
    /// When the upload must be over, too.
    end: Instant,
    /// How long it may take for that.
    grace: Duration,
    /// When the instance goes away; none as long as nobody said so.
    notice: watch::Receiver<Option<Instant>>,
}

/// Why an attempt is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Its time is over.
    Deadline,
    /// Its instance goes away.
    Reclaimed,
}

impl Stop {
    /// How it stands in the manifest.
    pub fn exit(self) -> Exit {
        match self {
            Self::Deadline => Exit::DeadlinePassed,
            Self::Reclaimed => Exit::InstanceReclaimed,
        }
    }
}

impl Limits {
    /// Limits of an attempt that must be over in `seconds`, its upload included.
    pub fn new(seconds: f64, notice: watch::Receiver<Option<Instant>>) -> Self {
        let (work, grace) = shares(seconds);
        let now = Instant::now();
        let end = now + Duration::from_secs_f64(seconds.clamp(0.0, 1e9));
        Self { interrupt: now + work, end, grace, notice }
    }

    /// Limits of an attempt that must be over at a time, its upload included.
    pub fn until(deadline: Time, notice: watch::Receiver<Option<Instant>>) -> Self {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Self::new(deadline.seconds() as f64 - now.as_secs_f64(), notice)
    }

    /// Returns when the attempt must stop, and says why.
    pub async fn stop(&mut self) -> Stop {
        loop {
            let notice = *self.notice.borrow_and_update();
            let (at, stop) = next(self.interrupt, notice);
            tokio::select! {
                () = tokio::time::sleep_until(at) => return stop,
                () = changed(&mut self.notice) => {}
            }
        }
    }

    /// How long a stopped command may take to come to its end.
    pub fn grace(&self) -> Duration {
        self.grace
    }

    /// Whether the attempt must stop now, and why.
    pub async fn stopped(&mut self) -> Option<Stop> {
        tokio::time::timeout(Duration::ZERO, self.stop()).await.ok()
    }

    /// When everything must be uploaded.
    pub fn end(&self) -> Instant {
        let notice = *self.notice.borrow();
        notice.map_or(self.end, |gone| gone.min(self.end))
    }

    /// How long a hook after `robot` may take.
    pub fn last(&self) -> Duration {
        let end = self.interrupt + self.grace;
        next(end, *self.notice.borrow()).0.saturating_duration_since(Instant::now())
    }
}

/// What comes first: the end of the attempt's time, or half a minute before the instance goes away.
fn next(end: Instant, notice: Option<Instant>) -> (Instant, Stop) {
    let reclaim = notice.map(|gone| gone.checked_sub(BEFORE_RECLAIM).unwrap_or_else(Instant::now));
    match reclaim {
        Some(reclaim) if reclaim < end => (reclaim, Stop::Reclaimed),
        _ => (end, Stop::Deadline),
    }
}

/// A change of the notice; never when nobody is there any more to give one.
async fn changed(notice: &mut watch::Receiver<Option<Instant>>) {
    if notice.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// How the seconds of an attempt are shared: until `robot` is asked to stop, and how long it then may take. The rest is
/// for the upload.
fn shares(seconds: f64) -> (Duration, Duration) {
    let seconds = seconds.clamp(0.0, 1e9);
    let reserve = (seconds / 20.0).clamp(RESERVE.0, RESERVE.1).min(seconds / 4.0);
    let grace = GRACE.min(seconds / 8.0);
    (Duration::from_secs_f64(seconds - reserve - grace), Duration::from_secs_f64(grace))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares_of(seconds: f64) -> (f64, f64) {
        let (work, grace) = shares(seconds);
        (work.as_secs_f64(), grace.as_secs_f64())
    }

    #[test]
    fn a_long_attempt_keeps_time_to_close_and_to_upload() {
        assert_eq!(shares_of(1800.0), (1695.0, 15.0));
        assert_eq!(shares_of(7200.0), (7065.0, 15.0));
    }

    #[test]
    fn a_short_attempt_gets_most_of_its_time_all_the_same() {
        assert_eq!(shares_of(16.0), (10.0, 2.0));
        assert_eq!(shares_of(-5.0), (0.0, 0.0));
    }

    #[test]
    fn a_notice_stops_an_attempt_half_a_minute_before_the_instance_ends() {
        let (now, minute) = (Instant::now(), Duration::from_secs(60));
        let end = now + 10 * minute;
        assert_eq!(next(end, Some(now + 2 * minute)), (now + minute * 3 / 2, Stop::Reclaimed));
        assert_eq!(next(end, Some(now + 20 * minute)), (end, Stop::Deadline));
        assert_eq!(next(end, None), (end, Stop::Deadline));
    }

    #[tokio::test]
    async fn a_notice_that_comes_while_the_attempt_waits_stops_it() {
        let (send, notice) = watch::channel(None);
        let mut limits = Limits::new(1800.0, notice);
        assert_eq!(limits.stopped().await, None);
        let stop = tokio::spawn(async move { limits.stop().await });
        send.send_replace(Some(Instant::now() + BEFORE_RECLAIM));
        assert_eq!(stop.await.unwrap(), Stop::Reclaimed);
    }

    #[tokio::test]
    async fn without_a_notice_the_deadline_stops_it() {
        let (_, notice) = watch::channel(None);
        assert_eq!(Limits::new(0.0, notice).stop().await, Stop::Deadline);
    }
}
