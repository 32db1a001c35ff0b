//! One device. Its site is fixed: a device that goes to another customer is another device, for
//! its history holds the passwords of the former one, and the site says who may read them.

use sqlx::PgConnection;

use super::{Changed, Refused, cancel_runs, check_archived, check_stamp, check_writable, in_words};
use crate::db::inventory::lock;
use crate::db::managing::{self as db, StoredDevice, Wanted};
use crate::inventory::rules::quote;
use crate::managing::Texts as _;
use crate::managing::device::DeviceText;
use crate::managing::known::Known;
use crate::managing::problems::Problems;
use crate::managing::text::differences;
use crate::model::DeviceId;

fn changed(device: &StoredDevice, detail: String) -> Changed {
    Changed {
        site: Some(device.site_id),
        subject: format!("device {}/{}", device.values.site, device.values.name),
        detail,
        batches: Vec::new(),
    }
}

/// Refuses a name that another device of the site has, whatever the case.
async fn check_name(
    conn: &mut PgConnection,
    (site, name): (&str, &str),
    own: Option<DeviceId>,
) -> Result<(), Refused> {
    let devices = db::list_devices(conn, Some(site)).await?;
    let lower = name.to_lowercase();
    let taken = devices
        .iter()
        .find(|one| Some(one.id) != own && one.values.name.to_lowercase() == lower);
    let Some(taken) = taken else {
        return Ok(());
    };
    let name = quote(&taken.values.name);
    let mut problems = Problems::default();
    let sentence = if taken.is_archived {
        format!("The site has an archived device {name}; restore it, or choose another name")
    } else {
        format!("The site has a device {name} already; choose another name")
    };
    problems.add("name", sentence);
    Err(Refused::Wrong(problems))
}

/// Makes a device, and gives it as it is stored.
///
/// # Errors
/// [`Refused::Wrong`], also when the name is taken, or what the database answers.
pub async fn create_device(
    conn: &mut PgConnection,
    text: &DeviceText,
) -> Result<(StoredDevice, Changed), Refused> {
    lock(conn).await?;
    let values = text.check(&Known::load(conn).await?, true)?;
    check_name(conn, (&values.site, &values.name), None).await?;
    let (site, name) = (values.site.clone(), values.name.clone());
    db::save_devices(conn, &[Wanted { id: None, values }]).await?;
    let devices = db::list_devices(conn, Some(&site)).await?.into_iter();
    let mut named = devices.filter(|device| device.values.name == name);
    let device = named.next().ok_or(Refused::Gone)?;
    let changed = changed(&device, "made".to_owned());
    Ok((device, changed))
}

/// Changes a device, its name included. `seen` is the stamp of the form.
///
/// # Errors
/// See [`Refused`].
pub async fn update_device(
    conn: &mut PgConnection,
    id: DeviceId,
    text: &DeviceText,
    seen: &str,
) -> Result<Changed, Refused> {
    lock(conn).await?;
    let device = check_writable(db::get_device(conn, id).await?)?;
    let text = DeviceText {
        site: device.values.site.clone(),
        ..text.clone()
    };
    let values = text.check(&Known::load(conn).await?, true)?;
    check_stamp(&device, seen)?;
    check_name(conn, (&values.site, &values.name), Some(id)).await?;
    let (before, after) = (DeviceText::from(&device.values), DeviceText::from(&values));
    let differences = differences(DeviceText::FIELDS, &before.texts(), &after.texts());
    let id = Some(id.0);
    db::save_devices(conn, &[Wanted { id, values }]).await?;
    Ok(Changed {
        batches: cancel_runs(conn).await?,
        ..changed(&device, in_words(&differences))
    })
}

/// Archives a device, and cancels its queued run.
///
/// # Errors
/// See [`Refused`].
pub async fn archive_device(conn: &mut PgConnection, id: DeviceId) -> Result<Changed, Refused> {
    lock(conn).await?;
    let device = check_writable(db::get_device(conn, id).await?)?;
    db::archive_device(conn, id).await?;
    Ok(Changed {
        batches: cancel_runs(conn).await?,
        ..changed(&device, "archived".to_owned())
    })
}

/// Brings an archived device back, where its site and its credential are there.
///
/// # Errors
/// See [`Refused`].
pub async fn restore_device(conn: &mut PgConnection, id: DeviceId) -> Result<Changed, Refused> {
    lock(conn).await?;
    let device = check_archived(db::get_device(conn, id).await?)?;
    if device.is_site_archived || device.is_credential_archived {
        return Err(Refused::NeedsArchived);
    }
    db::restore_device(conn, id).await?;
    Ok(changed(&device, "restored".to_owned()))
}
