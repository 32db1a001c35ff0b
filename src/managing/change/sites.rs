//! One site.

use sqlx::PgConnection;

use super::{Changed, Refused, cancel_runs, check_archived, check_stamp, check_writable, in_words};
use crate::db::inventory::lock;
use crate::db::managing::{self as db, StoredSite, Wanted};
use crate::inventory::rules::quote;
use crate::managing::Texts as _;
use crate::managing::problems::Problems;
use crate::managing::site::SiteText;
use crate::managing::text::differences;

fn changed(site: &StoredSite, detail: String) -> Changed {
    Changed {
        site: Some(site.id),
        subject: format!("site {}", site.values.slug),
        detail,
        batches: Vec::new(),
    }
}

/// Makes a site, and gives it as it is stored.
///
/// # Errors
/// [`Refused::Wrong`], also when the slug is taken, or what the database answers.
pub async fn create_site(
    conn: &mut PgConnection,
    text: &SiteText,
) -> Result<(StoredSite, Changed), Refused> {
    lock(conn).await?;
    let values = text.check(true)?;
    let slug = values.slug.clone();
    if let Some(there) = db::get_site(conn, &slug).await? {
        let mut problems = Problems::default();
        let sentence = if there.is_archived {
            format!(
                "There is an archived site {}; restore it instead",
                quote(&slug)
            )
        } else {
            format!(
                "There is a site {} already; choose another slug",
                quote(&slug)
            )
        };
        problems.add("slug", sentence);
        return Err(Refused::Wrong(problems));
    }
    db::save_sites(conn, &[Wanted { id: None, values }]).await?;
    let site = db::get_site(conn, &slug).await?.ok_or(Refused::Gone)?;
    let changed = changed(&site, "made".to_owned());
    Ok((site, changed))
}

/// Changes the site of this slug, which stays its slug. `seen` is the stamp of the form.
///
/// # Errors
/// See [`Refused`].
pub async fn update_site(
    conn: &mut PgConnection,
    slug: &str,
    text: &SiteText,
    seen: &str,
) -> Result<Changed, Refused> {
    lock(conn).await?;
    let site = check_writable(db::get_site(conn, slug).await?)?;
    let text = SiteText {
        slug: slug.to_owned(),
        ..text.clone()
    };
    let values = text.check(true)?;
    check_stamp(&site, seen)?;
    let (before, after) = (SiteText::from(&site.values), SiteText::from(&values));
    let differences = differences(SiteText::FIELDS, &before.texts(), &after.texts());
    let id = Some(site.id.0);
    db::save_sites(conn, &[Wanted { id, values }]).await?;
    Ok(changed(&site, in_words(&differences)))
}

/// Archives a site with all of its devices, whose queued runs are cancelled.
///
/// # Errors
/// See [`Refused`].
pub async fn archive_site(conn: &mut PgConnection, slug: &str) -> Result<Changed, Refused> {
    lock(conn).await?;
    let site = check_writable(db::get_site(conn, slug).await?)?;
    let devices = db::archive_site(conn, site.id).await?;
    Ok(Changed {
        batches: cancel_runs(conn).await?,
        ..changed(&site, format!("archived with {devices} devices"))
    })
}

/// Brings an archived site back, with the devices that were archived together with it.
///
/// # Errors
/// See [`Refused`].
pub async fn restore_site(conn: &mut PgConnection, slug: &str) -> Result<Changed, Refused> {
    lock(conn).await?;
    let site = check_archived(db::get_site(conn, slug).await?)?;
    let devices = db::restore_site(conn, site.id).await?;
    Ok(changed(&site, format!("restored with {devices} devices")))
}
