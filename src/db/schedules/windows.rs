//! Maintenance windows as an administrator or the inventory file says them.

use serde::Serialize;
use sqlx::PgConnection;

use super::target::{PlacedTarget, TargetNames};
use crate::db::pages::Slice;
use crate::model::{DeviceId, Origin, SiteId, Span, Target, WindowId};

/// What is said of a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowValues {
    /// What people call it; unique.
    pub name: String,
    pub target: Target,
    pub span: Span,
    /// IANA name; `None`: that of each site.
    pub timezone: Option<String>,
}

/// A window as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredWindow {
    pub id: WindowId,
    pub origin: Origin,
    pub values: WindowValues,
}

/// A window in the list.
#[derive(Debug)]
pub struct WindowRow {
    pub window: StoredWindow,
    /// How many windows fit, on every row.
    pub total: i64,
}

struct Row {
    id: WindowId,
    origin: Origin,
    name: String,
    site: Option<String>,
    device: Option<String>,
    tag: Option<String>,
    span: String,
    timezone: Option<String>,
    total: i64,
}

/// What a span of the database says.
fn span_of(text: &str) -> Result<Span, sqlx::Error> {
    let span = text.parse();
    span.map_err(|unwritten: crate::model::schedule::Unwritten| {
        sqlx::Error::Decode(Box::new(unwritten))
    })
}

impl TryFrom<Row> for WindowRow {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> Result<Self, sqlx::Error> {
        let names = TargetNames {
            site: row.site,
            device: row.device,
            tag: row.tag,
        };
        let values = WindowValues {
            name: row.name,
            target: names.into(),
            span: span_of(&row.span)?,
            timezone: row.timezone,
        };
        Ok(Self {
            window: StoredWindow {
                id: row.id,
                origin: row.origin,
                values,
            },
            total: row.total,
        })
    }
}

async fn list(
    conn: &mut PgConnection,
    id: Option<WindowId>,
    search: Option<&str>,
    slice: Slice,
) -> Result<Vec<WindowRow>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT maintenance_windows.id AS "id: WindowId",
                  maintenance_windows.origin AS "origin: Origin", maintenance_windows.name,
                  sites.slug AS "site?", devices.name AS "device?", maintenance_windows.tag,
                  maintenance_windows.span, maintenance_windows.timezone,
                  count(*) OVER () AS "total!"
           FROM maintenance_windows
           LEFT JOIN devices ON devices.id = maintenance_windows.device_id
           LEFT JOIN sites ON sites.id = coalesce(maintenance_windows.site_id, devices.site_id)
           WHERE ($1::bigint IS NULL OR maintenance_windows.id = $1)
             AND ($2::text IS NULL
                  OR strpos(lower(concat_ws('/', maintenance_windows.name,
                                            maintenance_windows.tag, sites.slug, devices.name)),
                            lower($2)) > 0)
           ORDER BY maintenance_windows.name
           LIMIT $3
           OFFSET $4"#,
        id.map(|id| id.0),
        search,
        slice.limit,
        slice.offset,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(WindowRow::try_from).collect()
}

/// Every window.
const EVERY: Slice = Slice {
    limit: i64::MAX,
    offset: 0,
};

/// A page of the windows that have these letters in their name or their target's.
///
/// # Errors
/// When the database fails.
pub async fn list_window_rows(
    conn: &mut PgConnection,
    search: Option<&str>,
    slice: Slice,
) -> Result<Vec<WindowRow>, sqlx::Error> {
    list(conn, None, search, slice).await
}

/// Every window.
///
/// # Errors
/// When the database fails.
pub async fn list_windows(conn: &mut PgConnection) -> Result<Vec<StoredWindow>, sqlx::Error> {
    let rows = list(conn, None, None, EVERY).await?;
    Ok(rows.into_iter().map(|row| row.window).collect())
}

/// One window.
///
/// # Errors
/// When the database fails.
pub async fn get_window(
    conn: &mut PgConnection,
    id: WindowId,
) -> Result<Option<StoredWindow>, sqlx::Error> {
    let rows = list(conn, Some(id), None, EVERY).await?;
    Ok(rows.into_iter().next().map(|row| row.window))
}

/// A window as the tick needs it.
#[derive(Debug, Clone)]
pub struct PlacedWindow {
    pub target: PlacedTarget,
    pub span: Span,
    /// `None`: that of each site.
    pub timezone: Option<String>,
}

/// Every window, with what it is for by numbers.
///
/// # Errors
/// When the database fails.
pub async fn list_placed_windows(
    conn: &mut PgConnection,
) -> Result<Vec<PlacedWindow>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"SELECT site_id AS "site_id: SiteId", device_id AS "device_id: DeviceId", tag, span,
                  timezone
           FROM maintenance_windows
           ORDER BY id"#,
    )
    .fetch_all(conn)
    .await?;
    let placed = rows.into_iter().map(|row| {
        let target = match (row.site_id, row.device_id, row.tag) {
            (Some(site), _, _) => PlacedTarget::Site(site),
            (None, Some(device), _) => PlacedTarget::Device(device),
            (None, None, Some(tag)) => PlacedTarget::Tag(tag),
            (None, None, None) => PlacedTarget::Everything,
        };
        Ok(PlacedWindow {
            target,
            span: span_of(&row.span)?,
            timezone: row.timezone,
        })
    });
    placed.collect()
}

/// A window as the statements take it.
#[derive(Serialize)]
struct WantedRow<'a> {
    id: Option<WindowId>,
    name: &'a str,
    #[serde(flatten)]
    target: TargetNames,
    span: String,
    timezone: Option<&'a str>,
}

/// Writes windows, new ones without a number; all are of this origin from then on. Their targets
/// are there.
///
/// # Errors
/// When the database fails, or a name is taken.
pub async fn save_windows(
    conn: &mut PgConnection,
    origin: Origin,
    windows: &[(Option<WindowId>, WindowValues)],
) -> Result<(), sqlx::Error> {
    let wanted = windows.iter().map(|(id, values)| WantedRow {
        id: *id,
        name: &values.name,
        target: TargetNames::from(&values.target),
        span: values.span.to_string(),
        timezone: values.timezone.as_deref(),
    });
    let rows = serde_json::to_value(wanted.collect::<Vec<_>>())
        .expect("texts, numbers and lists of them always become JSON");
    sqlx::query!(
        "UPDATE maintenance_windows
         SET origin = $2,
             name = wanted.name,
             site_id = CASE WHEN wanted.device IS NULL THEN sites.id END,
             device_id = devices.id,
             tag = wanted.tag,
             span = wanted.span,
             timezone = wanted.timezone
         FROM jsonb_to_recordset($1)
                  AS wanted (id bigint, name text, site text, device text, tag text, span text,
                             timezone text)
         LEFT JOIN sites ON sites.slug = wanted.site
         LEFT JOIN devices ON devices.site_id = sites.id AND devices.name = wanted.device
         WHERE maintenance_windows.id = wanted.id",
        rows,
        origin.as_str(),
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "INSERT INTO maintenance_windows (origin, name, site_id, device_id, tag, span, timezone)
         SELECT $2, wanted.name, CASE WHEN wanted.device IS NULL THEN sites.id END, devices.id,
                wanted.tag, wanted.span, wanted.timezone
         FROM jsonb_to_recordset($1)
                  AS wanted (id bigint, name text, site text, device text, tag text, span text,
                             timezone text)
         LEFT JOIN sites ON sites.slug = wanted.site
         LEFT JOIN devices ON devices.site_id = sites.id AND devices.name = wanted.device
         WHERE wanted.id IS NULL",
        rows,
        origin.as_str(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Deletes a window; what it held back is queued by the next tick.
///
/// # Errors
/// When the database fails.
pub async fn delete_window(conn: &mut PgConnection, id: WindowId) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM maintenance_windows WHERE id = $1", id.0)
        .execute(conn)
        .await?;
    Ok(())
}
