//! The rules of forms for what an archive brings: nothing is restored that could not have been typed
//! here.

use std::collections::BTreeSet;

use super::check::Checked;
use crate::db::archives::records::{
    CredentialRecord, DeviceRecord, SiteRecord, SnapshotRecord, UserRecord,
};
use crate::db::managing::{DeviceValues, SiteValues, UserValues};
use crate::db::snapshots::MAX_COMMENT_CHARS;
use crate::inventory::rules;
use crate::managing::{DeviceText, Known, SiteText, UserText};
use crate::model::{Role, Verdict};

/// Looks at every site, device, credential and user.
///
/// # Errors
/// What is wrong first, a sentence without its full stop.
pub fn check(archive: &Checked, new_slug: Option<&str>) -> Result<(), String> {
    let mut known = Known::default();
    known.credentials = archive
        .credentials
        .iter()
        .map(|one| one.name.clone())
        .collect();
    known.sites = archive
        .sites
        .iter()
        .map(|one| one.record.slug.clone())
        .collect();
    if let Some(slug) = new_slug {
        rules::slug(slug).map_err(|wrong| format!("the new name {wrong}"))?;
    }
    let mut names = BTreeSet::new();
    for credential in &archive.credentials {
        check_credential(credential)?;
        if !names.insert(&credential.name) {
            return Err(format!("the credential {} is in it twice", credential.name));
        }
    }
    for site in &archive.sites {
        check_site(&site.record)?;
        for device in &site.devices {
            check_device(&device.record, &known)?;
        }
    }
    let mut people = BTreeSet::new();
    for user in &archive.users {
        check_user(user, &known)?;
        if !people.insert(user.name.to_lowercase()) {
            return Err(format!("the user {} is in it twice", user.name));
        }
    }
    Ok(())
}

fn check_credential(credential: &CredentialRecord) -> Result<(), String> {
    rules::name(&credential.name).map_err(|wrong| format!("the name of a credential {wrong}"))?;
    rules::username(&credential.username).map_err(|wrong| {
        format!(
            "the user name of the credential {} {wrong}",
            credential.name
        )
    })?;
    Ok(())
}

fn check_site(site: &SiteRecord) -> Result<(), String> {
    let values = SiteValues {
        slug: site.slug.clone(),
        name: site.name.clone(),
        timezone: site.timezone.clone(),
        tags: site.tags.clone(),
        notes: site.notes.clone(),
    };
    match SiteText::from(&values).check(false) {
        Ok(checked) if checked == values => Ok(()),
        Ok(_) => Err(format!(
            "a value of the site {} has blanks around it",
            shown(&site.slug)
        )),
        Err(problems) => Err(format!(
            "of the site {}: {}",
            shown(&site.slug),
            problems.first()
        )),
    }
}

fn check_device(device: &DeviceRecord, known: &Known) -> Result<(), String> {
    let values = DeviceValues {
        site: device.site.clone(),
        name: device.name.clone(),
        address: device.address.clone(),
        port: device.port,
        credential: device.credential.clone(),
        tags: device.tags.clone(),
        enabled: device.enabled,
        legacy_ssh: device.legacy_ssh,
        connect_timeout_secs: device.connect_timeout_secs,
        export_timeout_secs: device.export_timeout_secs,
    };
    let place = || format!("{}/{}", shown(&device.site), shown(&device.name));
    match DeviceText::from(&values).check(known, false) {
        Ok(checked) if checked == values => Ok(()),
        Ok(_) => Err(format!("a value of {} has blanks around it", place())),
        Err(problems) => Err(format!("of {}: {}", place(), problems.first())),
    }?;
    let is_day = |c: char| "cusf-".contains(c);
    if device.days.len() > 30 || !device.days.chars().all(is_day) {
        return Err(format!("the days of {} can not be read", place()));
    }
    let mut algorithms = BTreeSet::new();
    for key in &device.host_keys {
        if hex::decode(&key.public_key).is_err() || !algorithms.insert(&key.algorithm) {
            return Err(format!("a host key of {} can not be read", place()));
        }
    }
    Ok(())
}

fn check_user(user: &UserRecord, known: &Known) -> Result<(), String> {
    let values = UserValues {
        name: user.name.clone(),
        full_name: user.full_name.clone(),
        role: user.role,
        withheld: user.withheld.clone(),
        all_sites: user.all_sites,
        sites: user.sites.clone(),
        tags: user.tags.clone(),
    };
    UserText::from(&values)
        .check(known, false)
        .map_err(|problems| format!("of the user {}: {}", shown(&user.name), problems.first()))?;
    if user.role == Role::Administrator && !(user.all_sites && user.withheld.is_empty()) {
        return Err(format!(
            "the administrator {} does not reach all",
            shown(&user.name)
        ));
    }
    Ok(())
}

/// Looks at a snapshot.
///
/// # Errors
/// The end of a sentence that begins with its file.
pub fn check_snapshot(snapshot: &SnapshotRecord) -> Result<(), String> {
    if snapshot.last_seen_at < snapshot.taken_at || snapshot.times_seen < 1 {
        return Err("was seen last before it was taken, or never".to_owned());
    }
    if snapshot.comment.chars().count() > MAX_COMMENT_CHARS {
        return Err("has a comment that is too long".to_owned());
    }
    if snapshot.uploaded_by.is_some() && snapshot.verdict == Verdict::Verified {
        return Err("was brought as a file, which never counts as verified".to_owned());
    }
    Ok(())
}

fn shown(name: &str) -> String {
    crate::visible::text(name)
}
