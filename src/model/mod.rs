//! The words of the product as plain types: ids, states, verdicts, failures.
//! No I/O happens here, and every other module may use it.

mod access;
mod alert;
pub mod archive;
mod connection_test;
mod day;
mod failure;
mod ids;
mod origin;
mod person;
pub mod retention;
mod right;
pub mod schedule;
mod scope;
mod state;
mod verdict;

pub use access::{AuditAction, HostKeyDecision, SessionStage, SignInMethod};
pub use alert::{AlertKind, DestinationKind, MailSecurity, MessageKind, MessageState};
pub use archive::{ArchiveChoice, ArchiveState, ArchivedSecrets, Contents, History};
pub use connection_test::{KeyKind, KeyStanding, TestState};
pub use day::{DAYS_SHOWN, DayMark, Days, day_in};
pub use failure::{Failure, FailureCode, StoredFailureCode};
pub use ids::{
    AlertEventId, AlertMessageId, AlertRuleId, ArchiveId, ArchivePlanId, AuditId, BatchId,
    ConnectionTestId, CredentialId, DestinationId, DeviceId, HostKeyChangeId, LineId, RunId,
    ScheduleId, SessionId, SiteId, SnapshotId, TokenId, UserId, WindowId,
};
pub use origin::Origin;
pub use person::Person;
pub use retention::{Retention, RetentionTarget, RunLimits, Thinning};
pub use right::{Right, Rights, Role};
pub use schedule::{Rhythm, Span, Target, Weekdays};
pub use scope::Scope;
pub use state::{Outcome, Platform, RunState, Step, Trigger};
pub use verdict::{Check, Verdict};
