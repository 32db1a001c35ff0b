//! What each line of a file would do, and doing it.

use serde::Serialize;
use sqlx::PgConnection;

use super::kind::Kind;
use super::read::{Row, Table, Unreadable, read};
use super::{credentials, devices, sites, users};
use crate::db::managing::{
    self as db, CredentialValues, DeviceValues, SiteValues, StoredCredential, StoredDevice,
    StoredSite, StoredUser, UserValues, Wanted,
};
use crate::managing::change::{Changed, cancel_runs};
use crate::managing::known::Known;
use crate::managing::text::{Difference, stamp};
use crate::model::UserId;
use crate::vault::Vault;

/// After how many wrong lines names are no longer compared with all others, which takes long.
const ADVISED: usize = 200;

/// What a line would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Effect {
    /// What it names is made.
    New,
    /// What it names is changed in these fields.
    Changed(Vec<Difference>),
    /// What it names was archived, and comes back, changed in these fields.
    Restored(Vec<Difference>),
    /// What it names is so already.
    Unchanged,
    /// It can not be used, and so none can.
    Wrong(Vec<String>),
}

/// A line of a file.
#[derive(Debug, Serialize)]
pub struct Line {
    /// Where it begins, from 1.
    pub number: usize,
    /// What it names.
    pub what: String,
    pub effect: Effect,
}

/// How many lines do what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = ImportCounts)]
pub struct Counts {
    pub new: usize,
    pub changed: usize,
    pub restored: usize,
    pub unchanged: usize,
    pub wrong: usize,
}

/// What is stored of what a file is about.
#[derive(Debug)]
pub struct Stored {
    pub(super) sites: Vec<StoredSite>,
    pub(super) devices: Vec<StoredDevice>,
    /// Each with its sealed secret.
    pub(super) credentials: Vec<(StoredCredential, Vec<u8>)>,
    pub(super) users: Vec<StoredUser>,
    pub(super) known: Known,
    /// Who asks: nobody changes their own role.
    pub(super) own: Option<UserId>,
}

impl Stored {
    /// What a file of this kind is compared with that `own` brought.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn load(
        conn: &mut PgConnection,
        kind: Kind,
        own: UserId,
    ) -> Result<Self, sqlx::Error> {
        let mut stored = Self {
            sites: Vec::new(),
            devices: Vec::new(),
            credentials: Vec::new(),
            users: Vec::new(),
            known: Known::default(),
            own: Some(own),
        };
        match kind {
            Kind::Sites => stored.sites = db::list_sites(conn).await?,
            Kind::Devices => {
                stored.known = Known::load(conn).await?;
                stored.devices = db::list_devices(conn, None).await?;
            }
            Kind::Users => {
                stored.known = Known::load(conn).await?;
                stored.users = db::list_users(conn).await?;
            }
            Kind::Credentials => {
                for credential in db::list_credentials(conn).await? {
                    let sealed = db::get_sealed(conn, credential.id).await?;
                    stored
                        .credentials
                        .push((credential, sealed.unwrap_or_default()));
                }
            }
        }
        Ok(stored)
    }
}

/// What is written of a kind.
#[derive(Default)]
pub(super) struct Writes {
    pub sites: Vec<Wanted<SiteValues>>,
    pub devices: Vec<Wanted<DeviceValues>>,
    pub credentials: Vec<Wanted<CredentialValues>>,
    pub users: Vec<Wanted<UserValues>>,
}

/// What a file would do.
pub struct Plan {
    pub kind: Kind,
    pub lines: Vec<Line>,
    pub counts: Counts,
    writes: Writes,
}

/// What becomes of a line: its name, its effect, and what it adds to the writes.
pub(super) trait Planner {
    fn plan(&mut self, row: &Row, columns: &[&'static str], advise: bool) -> (String, Effect);
    fn writes(self) -> Writes;
}

impl Plan {
    /// Compares the lines of a file with what is stored.
    ///
    /// # Errors
    /// What is wrong with the file as such.
    pub fn make(
        kind: Kind,
        text: &[u8],
        stored: &Stored,
        vault: &Vault,
    ) -> Result<Self, Unreadable> {
        let table = read(kind, text)?;
        Ok(match kind {
            Kind::Sites => Self::by(kind, &table, sites::Planned::new(stored)),
            Kind::Devices => Self::by(kind, &table, devices::Planned::new(stored)),
            Kind::Credentials => Self::by(kind, &table, credentials::Planned::new(stored, vault)),
            Kind::Users => Self::by(kind, &table, users::Planned::new(stored)),
        })
    }

    fn by(kind: Kind, table: &Table, mut planner: impl Planner) -> Self {
        let mut counts = Counts::default();
        let mut lines = Vec::with_capacity(table.rows.len());
        for row in &table.rows {
            let (what, effect) = match &row.cells {
                Err(wrong) => (String::new(), Effect::Wrong(vec![wrong.clone()])),
                Ok(_) => planner.plan(row, &table.columns, counts.wrong < ADVISED),
            };
            *match effect {
                Effect::New => &mut counts.new,
                Effect::Changed(_) => &mut counts.changed,
                Effect::Restored(_) => &mut counts.restored,
                Effect::Unchanged => &mut counts.unchanged,
                Effect::Wrong(_) => &mut counts.wrong,
            } += 1;
            lines.push(Line {
                number: row.line,
                what,
                effect,
            });
        }
        let writes = planner.writes();
        Self {
            kind,
            lines,
            counts,
            writes,
        }
    }

    /// Whether it can be applied: no line is wrong, and one does something.
    #[must_use]
    pub const fn is_applicable(&self) -> bool {
        let Counts {
            new,
            changed,
            restored,
            ..
        } = self.counts;
        self.counts.wrong == 0 && new + changed + restored > 0
    }

    /// The same for plans that do the same.
    #[must_use]
    pub fn stamp(&self) -> String {
        let ids = |ids: &mut dyn Iterator<Item = Option<i64>>| ids.collect::<Vec<_>>();
        let Writes {
            sites,
            devices,
            credentials,
            users,
        } = &self.writes;
        stamp(&(
            self.kind,
            &self.lines,
            ids(&mut sites.iter().map(|one| one.id)),
            ids(&mut devices.iter().map(|one| one.id)),
            ids(&mut credentials.iter().map(|one| one.id)),
            ids(&mut users.iter().map(|one| one.id)),
        ))
    }

    /// Does it, in the caller's transaction, which holds the lock of the inventory since before
    /// the plan was made.
    ///
    /// # Errors
    /// When the database fails; the caller rolls back.
    pub async fn apply(&self, conn: &mut PgConnection) -> Result<Changed, sqlx::Error> {
        db::save_sites(conn, &self.writes.sites).await?;
        db::save_credentials(conn, &self.writes.credentials).await?;
        db::save_devices(conn, &self.writes.devices).await?;
        db::save_users(conn, &self.writes.users).await?;
        let Counts {
            new,
            changed,
            restored,
            unchanged,
            ..
        } = self.counts;
        Ok(Changed {
            site: None,
            subject: format!("import of {}", self.kind.as_str()),
            detail: format!(
                "{new} new, {changed} changed, {restored} restored, {unchanged} unchanged"
            ),
            batches: cancel_runs(conn).await?,
        })
    }
}
