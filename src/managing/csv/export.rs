//! Sites and devices as files that can be imported again, unchanged. Never a secret.

use csv::{QuoteStyle, WriterBuilder};

use super::cell;
use crate::db::managing::{StoredDevice, StoredSite, StoredUser};
use crate::managing::Texts as _;
use crate::managing::device::DeviceText;
use crate::managing::site::SiteText;
use crate::managing::user::UserText;

/// Tells a spreadsheet that the file is UTF-8; what a file begins with.
pub const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Lines of a file. Every cell is in quotation marks, and none is a formula.
///
/// # Errors
/// When memory can not be written to, which does not happen.
pub fn lines<const N: usize>(rows: &[[String; N]]) -> Result<Vec<u8>, csv::Error> {
    let guarded = rows
        .iter()
        .map(|row| row.each_ref().map(|text| cell::guarded(text)));
    as_they_are(guarded)
}

/// Lines whose cells are guarded already.
fn as_they_are<const N: usize>(
    rows: impl Iterator<Item = [String; N]>,
) -> Result<Vec<u8>, csv::Error> {
    let mut writer = WriterBuilder::new()
        .quote_style(QuoteStyle::Always)
        .from_writer(Vec::new());
    for row in rows {
        writer.write_record(row)?;
    }
    writer
        .into_inner()
        .map_err(|error| error.into_error().into())
}

/// A file of these columns. Every cell is in quotation marks, so that no other separator of a
/// spreadsheet cuts one into two.
fn write<'a>(
    columns: &[&str],
    rows: impl Iterator<Item = (Vec<&'a str>, String)>,
) -> Result<Vec<u8>, csv::Error> {
    let mut writer = WriterBuilder::new()
        .quote_style(QuoteStyle::Always)
        .from_writer(BYTE_ORDER_MARK.to_vec());
    writer.write_record(columns)?;
    for (texts, tags) in rows {
        let cells = columns
            .iter()
            .zip(texts)
            .map(|(column, text)| match *column {
                "tags" => tags.clone(),
                _ => cell::guarded(text),
            });
        writer.write_record(cells)?;
    }
    writer
        .into_inner()
        .map_err(|error| error.into_error().into())
}

/// The sites that are not archived.
///
/// # Errors
/// When memory can not be written to, which does not happen.
pub fn sites(sites: &[StoredSite]) -> Result<Vec<u8>, csv::Error> {
    let live = sites.iter().filter(|site| !site.is_archived);
    let texts: Vec<_> = live
        .map(|site| {
            (
                SiteText::from(&site.values),
                cell::join_tags(&site.values.tags),
            )
        })
        .collect();
    let rows = texts
        .iter()
        .map(|(text, tags)| (text.texts(), tags.clone()));
    write(SiteText::FIELDS, rows)
}

/// The devices that are not archived.
///
/// # Errors
/// When memory can not be written to, which does not happen.
pub fn devices(devices: &[StoredDevice]) -> Result<Vec<u8>, csv::Error> {
    let live = devices.iter().filter(|device| !device.is_archived);
    let texts: Vec<_> = live
        .map(|device| {
            (
                DeviceText::from(&device.values),
                cell::join_tags(&device.values.tags),
            )
        })
        .collect();
    let rows = texts
        .iter()
        .map(|(text, tags)| (text.texts(), tags.clone()));
    write(DeviceText::FIELDS, rows)
}

/// The people who are not archived and sign in here: what those of single sign-on may do comes
/// from elsewhere.
///
/// # Errors
/// When memory can not be written to, which does not happen.
pub fn users(users: &[StoredUser]) -> Result<Vec<u8>, csv::Error> {
    let own = users
        .iter()
        .filter(|user| !user.is_archived && !user.is_single_sign_on);
    let rows = own.map(|user| {
        let values = &user.values;
        let text = UserText::from(values);
        let withheld: Vec<String> = values.withheld.iter().map(ToString::to_string).collect();
        [
            cell::guarded(&text.name),
            cell::guarded(&text.full_name),
            text.role,
            cell::join_tags(&withheld),
            text.all_sites,
            cell::join_tags(&values.sites),
            cell::join_tags(&values.tags),
        ]
    });
    let head: [String; 7] = std::array::from_fn(|column| UserText::FIELDS[column].to_owned());
    let written = as_they_are(std::iter::once(head).chain(rows))?;
    Ok([BYTE_ORDER_MARK, &written].concat())
}
