//! Running the server: a thread that starts it, waits for its end, and starts it again when it
//! ended by itself.
//!
//! The server is told to stop (SIGINT: a fast shutdown) when the thread that forked it dies, so
//! that thread must be one that lives as long as the program means to: this one.

use std::fs::{self, OpenOptions};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, Sender, TryRecvError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::files::Layout;
use super::owner::Owner;
use super::{ClusterError, START_TIMEOUT};

/// How often the server's status file is looked at while it starts or stops.
const WATCH_INTERVAL: Duration = Duration::from_millis(10);

/// How long to wait before a server that ended by itself is started again.
const RESTART_INTERVAL: Duration = Duration::from_secs(1);

/// How long a killed predecessor's server has to finish by itself before it is told to.
const PREDECESSOR_PATIENCE: Duration = Duration::from_secs(10);

/// Above this size the log is begun anew at a start.
const MAX_LOG_BYTES: u64 = 10 * 1024 * 1024;

/// What to run.
pub struct Server {
    pub postgres: PathBuf,
    pub layout: Layout,
    pub owner: Owner,
    pub durable: bool,
}

/// The thread that keeps the server running. Dropping it stops the server.
#[derive(Debug)]
pub struct Keeper {
    stop: Sender<()>,
    pid: std::sync::Arc<std::sync::Mutex<Option<Pid>>>,
    thread: Option<JoinHandle<()>>,
}

type SharedPid = std::sync::Arc<std::sync::Mutex<Option<Pid>>>;

impl Keeper {
    /// Starts the server and waits until it is ready.
    pub fn start(server: Server) -> Result<Self, ClusterError> {
        let (stop, stopped) = mpsc::channel();
        let (report, reported) = mpsc::channel();
        let pid = SharedPid::default();
        let shared = pid.clone();
        let thread = std::thread::Builder::new()
            .name("postgres-keeper".to_owned())
            .spawn(move || keep(&server, &shared, &report, &stopped))
            .map_err(|error| ClusterError::NotStarted(error.to_string()))?;
        let keeper = Self {
            stop,
            pid,
            thread: Some(thread),
        };
        reported
            .recv()
            .map_err(|_| ClusterError::NotStarted("its keeper ended".to_owned()))??;
        Ok(keeper)
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        // The keeper may have ended already, and then there is nobody to tell.
        let _ = self.stop.send(());
        if let Some(pid) = *current(&self.pid)
            && let Err(error) = kill(pid, Signal::SIGINT)
        {
            tracing::debug!(%error, "The private PostgreSQL was gone already");
        }
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("The keeper of the private PostgreSQL ended by a fault");
        }
    }
}

fn current(pid: &SharedPid) -> std::sync::MutexGuard<'_, Option<Pid>> {
    pid.lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn keep(
    server: &Server,
    shared: &SharedPid,
    report: &Sender<Result<(), ClusterError>>,
    stopped: &Receiver<()>,
) {
    let mut is_first = true;
    loop {
        let mut is_stopped = false;
        let result = server.spawn().and_then(|mut child| {
            *current(shared) = Some(pid_of(&child));
            // Whoever stops us sends first and looks for the process then, so one of the two sees
            // the other.
            if stopped.try_recv() != Err(TryRecvError::Empty) {
                is_stopped = true;
                stop_child(&mut child);
                return Err(ClusterError::NotStarted("it was told to stop".to_owned()));
            }
            let ready = server.wait_until_ready(&mut child);
            if ready.is_err() {
                stop_child(&mut child);
            }
            ready.map(|()| child)
        });
        let failed = result.is_err();
        match result {
            Ok(mut child) => {
                if is_first {
                    // The receiver waits for exactly this.
                    let _ = report.send(Ok(()));
                } else {
                    tracing::info!("The private PostgreSQL runs again");
                }
                if let Err(error) = child.wait() {
                    tracing::error!(%error, "The private PostgreSQL can not be waited for");
                }
            }
            Err(error) if is_first => {
                let _ = report.send(Err(error));
            }
            Err(error) => tracing::error!(%error, "The private PostgreSQL does not start again"),
        }
        *current(shared) = None;
        if is_stopped || is_first && failed || wants_stop(stopped) {
            return;
        }
        tracing::error!("The private PostgreSQL ended by itself; starting it again");
        is_first = false;
    }
}

/// Whether we are to stop; gives the question a moment, which also paces restarts.
fn wants_stop(stopped: &Receiver<()>) -> bool {
    !matches!(
        stopped.recv_timeout(RESTART_INTERVAL),
        Err(mpsc::RecvTimeoutError::Timeout)
    )
}

fn pid_of(child: &Child) -> Pid {
    Pid::from_raw(child.id().cast_signed())
}

fn stop_child(child: &mut Child) {
    if kill(pid_of(child), Signal::SIGINT).is_ok()
        && let Err(error) = child.wait()
    {
        tracing::error!(%error, "The private PostgreSQL can not be waited for");
    }
}

impl Server {
    fn spawn(&self) -> Result<Child, ClusterError> {
        let mut command = Command::new(&self.postgres);
        let durable = if self.durable { "on" } else { "off" };
        command
            .arg("-D")
            .arg(&self.layout.pgdata)
            .args(["-c", "listen_addresses=", "-c", "max_connections=100"])
            .args(["-c", "unix_socket_permissions=0700", "-c", "jit=off"])
            .args(["-c", "log_checkpoints=off", "-c", "timezone=UTC"])
            .args(["-c", &format!("fsync={durable}")])
            .args(["-c", &format!("synchronous_commit={durable}")])
            .args(["-c", &format!("full_page_writes={durable}")])
            // What is gone after a test needs no tidying; for hundreds of databases it costs much.
            .args(["-c", &format!("autovacuum={durable}")])
            .arg("-c")
            .arg(format!(
                "unix_socket_directories={}",
                self.quoted_socket_dir()
            ))
            .current_dir("/")
            .env_clear()
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(self.open_log()?);
        self.owner.apply(&mut command);
        tie_to_this_thread(&mut command);
        command
            .spawn()
            .map_err(|error| ClusterError::NotStarted(error.to_string()))
    }

    /// A list to PostgreSQL, so a folder with a comma must be quoted, and a quote doubled.
    fn quoted_socket_dir(&self) -> String {
        let folder = self.layout.socket_dir.display().to_string();
        format!("\"{}\"", folder.replace('"', "\"\""))
    }

    fn open_log(&self) -> Result<fs::File, ClusterError> {
        let path = &self.layout.log;
        let is_large = fs::metadata(path).is_ok_and(|log| log.len() > MAX_LOG_BYTES);
        let mut options = OpenOptions::new();
        options.create(true);
        if is_large {
            options.write(true).truncate(true);
        } else {
            options.append(true);
        }
        options
            .open(path)
            .map_err(ClusterError::io(path, "written"))
    }

    fn wait_until_ready(&self, child: &mut Child) -> Result<(), ClusterError> {
        let deadline = Instant::now() + START_TIMEOUT;
        let pid = child.id().to_string();
        while Instant::now() < deadline {
            if status(&self.layout).is_some_and(|status| status.pid == pid && status.is_ready) {
                return Ok(());
            }
            match child.try_wait() {
                Ok(None) => pause(),
                Ok(Some(_)) => return Err(ClusterError::NotStarted(self.last_words())),
                Err(error) => return Err(ClusterError::NotStarted(error.to_string())),
            }
        }
        Err(ClusterError::NotStarted(format!(
            "it was not ready after {} s; see {}",
            START_TIMEOUT.as_secs(),
            self.layout.log.display()
        )))
    }

    fn last_words(&self) -> String {
        let log = fs::read(&self.layout.log).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let fatal = log.lines().rev().find(|line| line.contains("FATAL"));
        fatal
            .or_else(|| log.lines().last())
            .unwrap_or("it said nothing")
            .to_owned()
    }
}

/// In the child, before it becomes the server: a session of its own, so that Ctrl-C reaches it
/// through us only, and a signal to stop when this thread dies.
#[expect(
    unsafe_code,
    reason = "code between fork and exec; it calls async-signal-safe functions only"
)]
fn tie_to_this_thread(command: &mut Command) {
    let parent = nix::unistd::getpid();
    let tie = move || {
        nix::unistd::setsid()?;
        nix::sys::prctl::set_pdeathsig(Signal::SIGINT)?;
        // The parent may have died before the line above.
        if nix::unistd::getppid() != parent {
            return Err(nix::errno::Errno::ESRCH.into());
        }
        Ok(())
    };
    // SAFETY: `tie` makes three system calls and allocates nothing.
    unsafe {
        command.pre_exec(tie);
    }
}

/// What `postmaster.pid` says: the process id in line 1, the status in line 8 (PostgreSQL 10 on,
/// src/include/utils/pidfile.h).
struct Status {
    pid: String,
    is_ready: bool,
}

fn status(layout: &Layout) -> Option<Status> {
    let text = fs::read_to_string(layout.pgdata.join("postmaster.pid")).ok()?;
    let mut lines = text.lines();
    let pid = lines.next()?.trim().to_owned();
    let is_ready = lines.nth(6).is_some_and(|line| line.trim() == "ready");
    Some(Status { pid, is_ready })
}

#[expect(
    clippy::disallowed_methods,
    reason = "runs on threads of its own, never on the runtime's"
)]
pub fn pause() {
    std::thread::sleep(WATCH_INTERVAL);
}

/// Whether the server of this folder takes connections: it says so, and it lives.
pub fn is_ready(layout: &Layout) -> bool {
    status(layout).is_some_and(|status| status.is_ready) && running_server(layout).is_some()
}

/// A killed predecessor leaves a server that is about to stop, or just its status file. We hold
/// the lock, so neither belongs to a living program.
pub fn clear_predecessor(layout: &Layout) -> Result<(), ClusterError> {
    let begin = Instant::now();
    let mut told = false;
    while let Some(pid) = running_server(layout) {
        let waited = begin.elapsed();
        if waited > 2 * PREDECESSOR_PATIENCE {
            return Err(ClusterError::NotStarted(format!(
                "the server of an earlier start (process {pid}) does not stop"
            )));
        }
        if waited > PREDECESSOR_PATIENCE && !told {
            told = true;
            if let Err(error) = kill(pid, Signal::SIGINT) {
                tracing::debug!(%error, "The earlier server was gone already");
            }
        }
        pause();
    }
    // Only now is it known to be stale: after a restart of the machine its process id may be
    // that of any other program, which would make PostgreSQL refuse to start.
    let path = layout.pgdata.join("postmaster.pid");
    match fs::remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(ClusterError::io(&path, "removed")(error))
        }
        _ => Ok(()),
    }
}

/// The process of the status file, if it is a PostgreSQL on this very folder.
fn running_server(layout: &Layout) -> Option<Pid> {
    let pid = status(layout)?.pid.parse::<i32>().ok()?;
    let command_line = fs::read(Path::new("/proc").join(pid.to_string()).join("cmdline")).ok()?;
    let folder = layout.pgdata.as_os_str().as_encoded_bytes();
    command_line
        .split(|&byte| byte == 0)
        .any(|argument| argument == folder)
        .then(|| Pid::from_raw(pid))
}
