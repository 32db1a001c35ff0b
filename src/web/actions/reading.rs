//! Archives that are being read whole, which takes as long as they are large. So it goes on beside
//! the requests: who asks waits a little, is told how far it is and asks again; and what was read
//! stays for a while, so that the same file is not read for each look.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::{BoxFuture, FutureExt as _, Shared};
use tokio::fs::File;
use tokio::time::timeout;

use crate::archive::{self, Checked, Progress};
use crate::web::error::PageError;

/// How long what was read is kept.
const KEPT: Duration = Duration::from_secs(10 * 60);

/// How many archives are being read, or kept, at once.
const MOST: usize = 2;

/// An archive, or why it can not be used.
type Outcome = Result<Arc<Checked>, String>;

/// The archives of one server that are being read or were a while ago.
#[derive(Clone, Default)]
pub struct Readings(Arc<Mutex<Vec<Reading>>>);

#[derive(Clone)]
struct Reading {
    /// Files of archives never change, and no two have one name.
    path: PathBuf,
    begun_at: Instant,
    progress: Arc<Progress>,
    task: tokio::task::AbortHandle,
    outcome: Shared<BoxFuture<'static, Outcome>>,
}

/// Where the reading of an archive stands.
pub enum Read {
    Whole(Arc<Checked>),
    /// Why it can not be used.
    Refused(String),
    /// How many backups were read so far.
    GoesOn(u32),
}

impl Readings {
    /// Reads the archive of this name, or goes on with it, and waits for `patience`.
    ///
    /// # Errors
    /// [`PageError::Busy`] when others are being read.
    pub async fn read(
        &self,
        path: &Path,
        file: File,
        patience: Duration,
    ) -> Result<Read, PageError> {
        let reading = self.begin(path, file)?;
        Ok(match timeout(patience, reading.outcome).await {
            Ok(Ok(checked)) => Read::Whole(checked),
            Ok(Err(refused)) => Read::Refused(refused),
            Err(_) => Read::GoesOn(reading.progress.done()),
        })
    }

    fn begin(&self, path: &Path, file: File) -> Result<Reading, PageError> {
        let mut list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        list.retain(|one| !one.task.is_finished() || one.begun_at.elapsed() < KEPT);
        if let Some(known) = list.iter().find(|one| one.path == path) {
            return Ok(known.clone());
        }
        if list.len() >= MOST {
            let ended = list.iter().position(|one| one.task.is_finished());
            let ended = ended.ok_or(PageError::Busy(
                "Other archives are being read just now. Try again in a minute.",
            ))?;
            list.remove(ended);
        }
        let reading = Reading::of(path, file);
        list.push(reading.clone());
        Ok(reading)
    }
}

impl Reading {
    fn of(path: &Path, file: File) -> Self {
        let progress = Arc::new(Progress::default());
        let own = Arc::clone(&progress);
        let task = tokio::spawn(async move {
            let checked = archive::check_watched(file, own).await;
            checked.map(Arc::new).map_err(|refused| refused.to_string())
        });
        Self {
            path: path.to_owned(),
            begun_at: Instant::now(),
            progress,
            task: task.abort_handle(),
            outcome: task
                .map(|joined| joined.unwrap_or_else(|_| Err("Reading it failed.".to_owned())))
                .boxed()
                .shared(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A reading that never ends by itself.
    fn unending(path: &Path) -> Reading {
        Reading {
            path: path.to_owned(),
            begun_at: Instant::now(),
            progress: Arc::default(),
            task: tokio::spawn(std::future::pending::<()>()).abort_handle(),
            outcome: std::future::pending().boxed().shared(),
        }
    }

    async fn read(readings: &Readings, path: &Path, patience: Duration) -> Result<Read, PageError> {
        let file = File::open(path).await.unwrap();
        readings.read(path, file, patience).await
    }

    #[tokio::test]
    async fn who_does_not_wait_is_told_how_far_it_is() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let reading = unending(file.path());
        let readings = Readings(Arc::new(Mutex::new(vec![reading])));
        let told = read(&readings, file.path(), Duration::ZERO).await;
        assert!(matches!(told, Ok(Read::GoesOn(0))));
        assert_eq!(readings.0.lock().unwrap().len(), 1);
    }

    #[tokio::test]
    async fn only_so_many_are_read_at_once_and_one_that_ended_makes_room() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let others = [(); MOST].map(|()| unending(Path::new("another")));
        let first = others[0].task.clone();
        let readings = Readings(Arc::new(Mutex::new(others.into())));
        let refused = read(&readings, file.path(), Duration::MAX).await;
        assert!(matches!(refused, Err(PageError::Busy(_))));
        first.abort();
        while !first.is_finished() {
            tokio::task::yield_now().await;
        }
        let taken = read(&readings, file.path(), Duration::MAX).await;
        let Ok(Read::Refused(sentence)) = taken else {
            panic!("an empty file is no archive");
        };
        assert!(sentence.contains("cut short"), "{sentence}");
        assert_eq!(readings.0.lock().unwrap().len(), MOST);
    }
}
