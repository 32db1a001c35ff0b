//! Sites and devices as files that can be imported again, unchanged. Never a secret.

use csv::{QuoteStyle, WriterBuilder};

use super::cell;
use crate::db::managing::{StoredDevice, StoredSite};
use crate::managing::device::DeviceText;
use crate::managing::site::SiteText;

/// Tells a spreadsheet that the file is UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

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
