//! One simulated router: what it was told to be, what it serves now, and what was seen of its
//! clients. Shared by its connections; knows nothing of SSH.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use russh::keys::PublicKey;
use tokio_util::bytes::Bytes;

use super::clock::Clock;
use super::config::{Blueprint, Configuration, Form};
use super::dice::Dice;
use super::fault::Fault;
use super::recordings::Recording;
use super::spec::RouterSpec;

/// A simulated router without its network.
pub(super) struct Router {
    spec: RouterSpec,
    clock: Clock,
    started_at: DateTime<Utc>,
    recording: Option<Recording>,
    state: Mutex<State>,
    pub(super) counters: Counters,
}

/// What was seen of the clients.
#[derive(Default)]
pub(super) struct Counters {
    connections: AtomicU64,
    connections_since_fault: AtomicU64,
    login_attempts: AtomicU64,
    passwords: AtomicU64,
}

struct State {
    fault: Option<Fault>,
    policies: Vec<&'static str>,
    /// Keys that were added while it ran.
    added_keys: Vec<PublicKey>,
    /// Made when it is first needed, kept because changes build on each other.
    configuration: Option<Configuration>,
    /// The whole export, when it was set by hand.
    fixed: Option<Bytes>,
    /// Bodies of the present revision, by form.
    rendered: HashMap<Form, Bytes>,
    exports: u64,
    last_export_at: Option<DateTime<Utc>>,
    last_sent: Option<Vec<Bytes>>,
}

impl Router {
    pub(super) fn new(spec: RouterSpec, recording: Option<Recording>, clock: Clock) -> Self {
        let state = State {
            fault: spec.fault,
            policies: spec.policies.clone(),
            added_keys: Vec::new(),
            configuration: None,
            fixed: None,
            rendered: HashMap::new(),
            exports: 0,
            last_export_at: None,
            last_sent: None,
        };
        Self {
            started_at: clock.after(None),
            spec,
            clock,
            recording,
            state: Mutex::new(state),
            counters: Counters::default(),
        }
    }

    /// The state is plain data that every method leaves whole, so a panic elsewhere while it was
    /// held does not make it unusable.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn spec(&self) -> &RouterSpec {
        &self.spec
    }

    pub(super) fn recording(&self) -> Option<&Recording> {
        self.recording.as_ref()
    }

    pub(super) fn fault(&self) -> Option<Fault> {
        self.state().fault
    }

    pub(super) fn set_fault(&self, fault: Option<Fault>) {
        self.state().fault = fault;
        self.counters
            .connections_since_fault
            .store(0, Ordering::Relaxed);
    }

    /// Whether the group of the account allows this.
    pub(super) fn may(&self, policy: &str) -> bool {
        self.state().policies.contains(&policy)
    }

    pub(super) fn set_policies(&self, policies: &[&'static str]) {
        self.state().policies = policies.to_vec();
    }

    pub(super) fn add_key(&self, key: PublicKey) {
        self.state().added_keys.push(key);
    }

    /// Whether a key may log in to the account.
    pub(super) fn knows_key(&self, key: &PublicKey) -> bool {
        let state = self.state();
        let mut known = self.spec.authorized_keys.iter().chain(&state.added_keys);
        known.any(|known| known.key_data() == key.key_data())
    }

    /// The serial number it shows now; `None` without a routerboard.
    pub(super) fn serial(&self) -> Option<String> {
        if self.fault() == Some(Fault::SerialChanged) && self.spec.serial.is_some() {
            let mut dice = Dice::new(self.spec.seed, "replacement");
            return Some(dice.text(b"0123456789ABCDEF", 12));
        }
        self.spec.serial.clone()
    }

    /// Seconds since the start.
    pub(super) fn seconds_up(&self) -> u64 {
        let up = self.clock.after(None) - self.started_at;
        u64::try_from(up.num_seconds()).unwrap_or(0)
    }

    /// The next revision of the configuration.
    pub(super) fn change(&self) {
        let mut state = self.state();
        state.configuration(&self.spec).change();
        state.rendered.clear();
    }

    /// How often the configuration was changed.
    pub(super) fn revision(&self) -> u64 {
        let state = self.state();
        state
            .configuration
            .as_ref()
            .map_or(0, Configuration::revision)
    }

    pub(super) fn set_config(&self, export: Vec<u8>) {
        self.state().fixed = Some(export.into());
    }

    /// The export as it was set by hand.
    pub(super) fn fixed_export(&self) -> Option<Bytes> {
        self.state().fixed.clone()
    }

    /// The export's text without its header.
    pub(super) fn body(&self, form: Form) -> Bytes {
        let mut state = self.state();
        if let Some(body) = state.rendered.get(&form) {
            return body.clone();
        }
        let body = Bytes::from(state.configuration(&self.spec).render(form));
        if state
            .configuration
            .as_ref()
            .is_some_and(|c| c.revision() == 0)
        {
            // A router that never changes needs its text only, not the items it was made from.
            state.configuration = None;
        }
        state.rendered.insert(form, body.clone());
        body
    }

    /// Begins an export: its date, and its number from 1 on.
    pub(super) fn begin_export(&self) -> (DateTime<Utc>, u64) {
        let mut state = self.state();
        let at = self.clock.after(state.last_export_at);
        state.last_export_at = Some(at);
        state.exports += 1;
        (at, state.exports)
    }

    /// Notes that an export was handed to SSH whole.
    pub(super) fn note_sent(&self, export: Vec<Bytes>) {
        self.state().last_sent = Some(export);
    }

    pub(super) fn last_sent(&self) -> Option<Vec<u8>> {
        self.state()
            .last_sent
            .as_ref()
            .map(|pieces| pieces.concat())
    }
}

impl State {
    fn configuration(&mut self, spec: &RouterSpec) -> &mut Configuration {
        self.configuration.get_or_insert_with(|| {
            Configuration::new(Blueprint {
                seed: spec.seed,
                identity: spec.identity.clone(),
                version: spec.version,
                ports: spec.model.ports,
                size_bytes: spec.size_bytes,
            })
        })
    }
}

impl Counters {
    /// Counts a connection; its number since the fault was set, from 1 on.
    pub(super) fn connection(&self) -> u64 {
        self.connections.fetch_add(1, Ordering::Relaxed);
        self.connections_since_fault.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub(super) fn login_attempt(&self) {
        self.login_attempts.fetch_add(1, Ordering::Relaxed);
    }

    /// A password is a login attempt as well.
    pub(super) fn password(&self) {
        self.login_attempt();
        self.passwords.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn connections(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }

    pub(super) fn login_attempts(&self) -> u64 {
        self.login_attempts.load(Ordering::Relaxed)
    }

    pub(super) fn passwords(&self) -> u64 {
        self.passwords.load(Ordering::Relaxed)
    }
}

/// A router as its connections share it.
pub(super) type SharedRouter = Arc<Router>;
