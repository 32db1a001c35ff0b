//! The attempt on a RouterOS device, in order: connect, sign in, facts, export, judge, and for a
//! test the policies of the account. One TCP connection, at most two channels at a time, and one
//! second fetch where there is doubt.

use std::time::Duration;

use tokio::time::Instant;

use crate::model::{Failure, FailureCode, Verdict};
use crate::platform::{Attempt, Attempted, Export, Facts, Purpose, Trail};
use crate::ssh::{Connection, Ending, ExecLimits, SshError};

use super::export::{Form, Nonce, is_syntax_error};
use super::judge::{self, Capture, Judgement, Known, Ruling, Sentinel};
use super::{facts, policies, text};

/// The largest export that is accepted. The largest seen in public histories has 347 kB.
const MAX_EXPORT_BYTES: usize = 16 * 1024 * 1024;

/// How long the facts may take at most; without them the run goes on.
const FACTS_TIMEOUT: Duration = Duration::from_secs(20);

/// How long the question for the policies may take; a test says so when they are not known.
const POLICIES_TIMEOUT: Duration = Duration::from_secs(5);

/// Makes an attempt on one RouterOS device; see [`crate::platform::attempt`].
///
/// # Errors
/// The failure to be recorded.
pub async fn attempt(
    attempt: &Attempt,
    trail: &Trail,
    attempted: &mut Attempted,
) -> Result<Export, Failure> {
    let connection = sign_in(attempt, trail, attempted).await?;
    let limits = ExecLimits {
        deadline: Instant::now() + attempt.export_timeout,
        total: attempt.export_timeout,
        idle: attempt.idle_timeout,
        max_bytes: MAX_EXPORT_BYTES,
    };
    let session = Session {
        connection: &connection,
        attempt,
        trail,
        limits,
    };
    let result = session.fetch_and_judge(attempted).await;
    if attempt.purpose == Purpose::Test && answers_still(&result) {
        attempted.policies = session.policies().await;
    }
    connection.close().await;
    result
}

/// Whether the router may be expected to answer another question: not one that fell silent, or
/// whose connection is gone.
fn answers_still(result: &Result<Export, Failure>) -> bool {
    let code = result.as_ref().err().map(|failure| failure.code);
    !matches!(
        code,
        Some(FailureCode::Timeout | FailureCode::ConnectionLost | FailureCode::ExportTooLarge)
    )
}

async fn sign_in(
    attempt: &Attempt,
    trail: &Trail,
    attempted: &mut Attempted,
) -> Result<Connection, Failure> {
    let opened = Connection::open(&attempt.peer).await;
    if let Err(SshError::HostKeyChanged { pinned, seen }) = &opened {
        attempted.host_key = Some((**seen).clone());
        attempted.changed_host_key = Some(((**seen).clone(), (**pinned).clone()));
    }
    let mut connection = opened?;
    trail.step(format!("connected ({})", connection.algorithms()));
    let key = connection.host_key();
    attempted.host_key = Some(key.clone());
    if connection.is_new_key() && !attempt.peer.pinned.is_empty() {
        tracing::warn!(
            address = attempt.peer.address,
            algorithm = key.algorithm,
            "A device shows a host key of another type than the ones trusted so far"
        );
        trail.step("the router shows a host key of another type than before");
    }
    if connection.is_new_key() {
        let what = match attempt.purpose {
            Purpose::BackUp => "host key trusted at first sight",
            Purpose::Test => "host key seen for the first time, and not kept",
        };
        trail.step(format!("{what}: {} {}", key.algorithm, key.fingerprint));
        attempted.new_host_key = Some(key.clone());
    } else {
        trail.step(format!("host key matches ({})", key.algorithm));
    }
    connection.authenticate(&attempt.login).await?;
    trail.step(format!("signed in as {}", attempt.login.username));
    Ok(connection)
}

/// What one `/export` gave.
struct Fetched {
    bytes: Vec<u8>,
    form: Form,
    sentinel: Sentinel,
    ending: Ending,
    /// Whether the other form was tried before and refused.
    was_refused: bool,
}

struct Session<'a> {
    connection: &'a Connection,
    attempt: &'a Attempt,
    trail: &'a Trail,
    limits: ExecLimits,
}

impl Session<'_> {
    async fn fetch_and_judge(&self, attempted: &mut Attempted) -> Result<Export, Failure> {
        let fetched = self.facts_and_export(attempted).await?;
        let fetched = self.in_its_own_form(fetched).await?;
        attempted.size_bytes = Some(fetched.bytes.len());
        let (fetched, judgement) = self.judge(fetched, attempted).await;
        attempted.size_bytes = Some(fetched.bytes.len());
        attempted.checks = judgement.checks;
        let passed = attempted.checks.iter().filter(|check| check.ok).count();
        let all = attempted.checks.len();
        let verdict = match judgement.ruling {
            Ruling::Verified => Verdict::Verified,
            Ruling::Suspect => Verdict::Suspect,
            Ruling::Failed(failure) => {
                self.trail
                    .step(format!("not whole: {passed} of {all} checks"));
                return Err(failure);
            }
        };
        self.trail
            .step(format!("{verdict}: {passed} of {all} checks"));
        Ok(into_export(fetched, verdict))
    }

    /// Where the version is known from the last run, facts and export go out together, for
    /// round trips are what a far router costs. What came back decides whether the guess held.
    async fn facts_and_export(&self, attempted: &mut Attempted) -> Result<Fetched, Failure> {
        let guess = self.attempt.known.version.as_deref().and_then(text::major);
        let Some(guess) = guess else {
            attempted.facts = self.facts().await?;
            let form = Form::for_major(major(&attempted.facts).unwrap_or(7));
            let first = self.export(form).await?;
            return self.settle(first, attempted).await;
        };
        let form = Form::for_major(guess);
        let (facts, first) = futures_util::join!(self.facts(), self.export(form));
        attempted.facts = facts?;
        let mut first = first?;
        if let Some(found) = major(&attempted.facts)
            && Form::for_major(found) != form
        {
            self.trail
                .step("the router's version changed: exporting again");
            first = self.export(Form::for_major(found)).await?;
        }
        self.settle(first, attempted).await
    }

    /// The export's own header has the last word on the version: a router that did not tell it
    /// before may have been asked in the words of another one, and hidden its secrets.
    async fn in_its_own_form(&self, fetched: Fetched) -> Result<Fetched, Failure> {
        let Some(major) = header_major(&fetched.bytes) else {
            return Ok(fetched);
        };
        let form = Form::for_major(major);
        if fetched.form == form || fetched.was_refused {
            return Ok(fetched);
        }
        self.trail
            .step(format!("the header says RouterOS {major}: exporting again"));
        let again = match fetched.sentinel {
            Sentinel::NotAsked => self.fetch(form, form.command()).await?,
            Sentinel::Seen | Sentinel::Missing => self.export(form).await?,
        };
        // Where this one is refused, the first is what there is.
        Ok(if is_syntax_error(&again.bytes) {
            fetched
        } else {
            again
        })
    }

    /// What the router says of itself. A router that does not say is backed up all the same;
    /// only a lost connection ends the run.
    async fn facts(&self) -> Result<Facts, Failure> {
        let own_deadline = Instant::now() + FACTS_TIMEOUT.min(self.limits.total / 3);
        let limits = ExecLimits {
            deadline: self.limits.deadline.min(own_deadline),
            max_bytes: facts::MAX_BYTES,
            ..self.limits
        };
        match self.connection.exec(facts::COMMAND, limits).await {
            Ok(output) => {
                let facts = facts::parse(&output.stdout);
                self.trail.step(match (&facts.version, &facts.model) {
                    (Some(version), Some(model)) => format!("RouterOS {version} on {model}"),
                    (Some(version), None) => format!("RouterOS {version}"),
                    (None, _) => "the router did not tell its version".to_owned(),
                });
                Ok(facts)
            }
            Err(error @ SshError::Lost { .. }) => Err(error.into()),
            Err(error) => {
                self.trail.step(format!("no facts ({})", error.code()));
                Ok(Facts::default())
            }
        }
    }

    /// What the account may do; `None` when the router does not say.
    async fn policies(&self) -> Option<Vec<String>> {
        let limits = ExecLimits {
            deadline: Instant::now() + POLICIES_TIMEOUT,
            total: POLICIES_TIMEOUT,
            max_bytes: policies::MAX_ANSWER_BYTES,
            ..self.limits
        };
        let question = policies::question(&self.attempt.login.username);
        let answer = self.connection.exec(&question, limits).await;
        let found = answer
            .ok()
            .and_then(|output| policies::parse(&output.stdout));
        self.trail.step(match &found {
            Some(policies) => format!("the account may: {}", policies.join(", ")),
            None => "the router does not say what the account may".to_owned(),
        });
        found
    }

    async fn export(&self, form: Form) -> Result<Fetched, Failure> {
        let nonce = Nonce::new();
        let mut fetched = self.fetch(form, &nonce.behind(form)).await?;
        fetched.sentinel = nonce.strip(&mut fetched.bytes);
        Ok(fetched)
    }

    async fn fetch(&self, form: Form, command: &str) -> Result<Fetched, Failure> {
        let output = self.connection.exec(command, self.limits).await?;
        self.trail.step(format!(
            "export: {} bytes in {:.1} s",
            output.stdout.len(),
            output.duration.as_secs_f32()
        ));
        Ok(Fetched {
            bytes: output.stdout,
            form,
            sentinel: Sentinel::NotAsked,
            ending: output.ending,
            was_refused: false,
        })
    }

    /// A missing sentinel means a lost tail only on a device that answers sentinels, and a
    /// refused `show-sensitive` may be a refused sentinel. Where that is not known it is probed,
    /// and a device that answers none is asked for the bare export. A syntax error executes
    /// nothing, so asking in other words is safe.
    async fn settle(&self, first: Fetched, attempted: &mut Attempted) -> Result<Fetched, Failure> {
        if matches!(first.sentinel, Sentinel::Seen) {
            attempted.answers_sentinel = Some(true);
            return Ok(first);
        }
        let is_refused = is_syntax_error(&first.bytes);
        let known = self.attempt.known.answers_sentinel == Some(true) && !is_refused;
        if known || self.answers_sentinel().await? {
            attempted.answers_sentinel = Some(true);
            if is_refused && first.form == Form::ShowSensitive {
                self.trail.step("the router does not know show-sensitive");
                let plain = self.export(Form::Plain).await?;
                return Ok(Fetched {
                    was_refused: true,
                    ..plain
                });
            }
            return Ok(first);
        }
        self.trail
            .step("the router does not answer a sentinel: exporting without");
        attempted.answers_sentinel = Some(false);
        let bare = self.fetch(first.form, first.form.command()).await?;
        if first.form == Form::ShowSensitive && is_syntax_error(&bare.bytes) {
            self.trail.step("the router does not know show-sensitive");
            let plain = self.fetch(Form::Plain, Form::Plain.command()).await?;
            return Ok(Fetched {
                was_refused: true,
                ..plain
            });
        }
        Ok(bare)
    }

    /// Whether the device prints what stands behind a `;`.
    async fn answers_sentinel(&self) -> Result<bool, Failure> {
        let nonce = Nonce::new();
        let limits = ExecLimits {
            max_bytes: facts::MAX_BYTES,
            ..self.limits
        };
        let answer = self.connection.exec(&nonce.probe(), limits).await?;
        Ok(nonce.answers_probe(&answer.stdout))
    }

    /// Judges; where there is doubt, fetches once more on the same connection, and keeps the
    /// better of the two.
    async fn judge(&self, first: Fetched, attempted: &Attempted) -> (Fetched, Judgement) {
        let known = self.known(attempted, &first);
        let judgement = judge_one(&first, &known, None);
        let without_sentinel = matches!(first.sentinel, Sentinel::NotAsked);
        if !judge::is_in_doubt(&judgement) && !without_sentinel {
            return (first, judgement);
        }
        self.trail.step("in doubt: fetching once more");
        let again = match without_sentinel {
            true => self.fetch(first.form, first.form.command()).await,
            false => self.export(first.form).await,
        };
        let second = match again {
            Ok(second) => second,
            Err(failure) => {
                self.trail
                    .step(format!("the second fetch failed ({})", failure.code));
                return (first, judgement);
            }
        };
        let agree = text::fingerprint(&first.bytes) == text::fingerprint(&second.bytes);
        let second_judgement = judge_one(&second, &known, Some(agree));
        if rank(&second_judgement.ruling) >= rank(&judgement.ruling) {
            (second, second_judgement)
        } else {
            (first, judgement)
        }
    }

    fn known(&self, attempted: &Attempted, fetched: &Fetched) -> Known {
        let known = &self.attempt.known;
        let shows_secrets = fetched
            .form
            .has_secrets(header_major(&fetched.bytes).unwrap_or(7));
        Known {
            lost_secrets: known.had_secrets && !shows_secrets,
            probed_version: attempted.facts.version.clone(),
            serial: known.serial.clone(),
            last_verified_size_bytes: known.last_verified_size_bytes,
            accepted_error_menus: known.accepted_error_menus.clone(),
            recurring_error_menus: known.recurring_error_menus.clone(),
            has_routerboard: attempted.facts.has_routerboard,
        }
    }
}

fn major(facts: &Facts) -> Option<u32> {
    facts.version.as_deref().and_then(text::major)
}

fn header_major(export: &[u8]) -> Option<u32> {
    text::header(export).and_then(|header| text::major(&header.version))
}

fn judge_one(fetched: &Fetched, known: &Known, agrees: Option<bool>) -> Judgement {
    let capture = Capture {
        export: &fetched.bytes,
        sentinel: fetched.sentinel,
        ending: &fetched.ending,
        agrees_with_second_fetch: agrees,
    };
    judge::judge(&capture, known)
}

const fn rank(ruling: &Ruling) -> u8 {
    match ruling {
        Ruling::Failed(_) => 0,
        Ruling::Suspect => 1,
        Ruling::Verified => 2,
    }
}

fn into_export(fetched: Fetched, verdict: Verdict) -> Export {
    let header = text::header(&fetched.bytes);
    let major = header_major(&fetched.bytes);
    let marks = text::marks(&fetched.bytes);
    let (version, model, serial) = match header {
        Some(header) => (
            Some(header.version),
            header.model,
            header.serial.or(header.software_id),
        ),
        None => (None, None, None),
    };
    Export {
        verdict,
        has_secrets: fetched.form.has_secrets(major.unwrap_or(7)),
        version,
        model,
        serial,
        error_menus: marks.error_menus,
        fingerprint: text::fingerprint(&fetched.bytes),
        line_count: text::line_count(&fetched.bytes),
        bytes: fetched.bytes,
    }
}
