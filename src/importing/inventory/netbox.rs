//! NetBox: what **Devices**, **Export** writes as CSV
//! (<https://netboxlabs.com/docs/netbox/getting-started/populating-data/>). The table of all data
//! and that of the current view differ in their columns.

use super::table::{Row, each_row};
use super::{Entry, Listed, may_be_routeros};

/// What a column with the address may be called, the most special first.
const ADDRESSES: &[&str] = &[
    "oob ip",
    "ip address",
    "primary ip",
    "primary_ip",
    "ipv4 address",
    "primary_ip4",
    "primary ipv4",
    "ipv6 address",
    "primary_ip6",
    "primary ipv6",
];

/// Devices of a file of CSV.
///
/// # Errors
/// A sentence, when it is no CSV.
pub fn read(bytes: &[u8]) -> Result<Listed, String> {
    let mut listed = Listed::default();
    each_row(bytes, |row| take(&mut listed, row))?;
    Ok(listed)
}

fn take(listed: &mut Listed, row: &Row<'_>) {
    let system = [row.cell(&["manufacturer"]), row.cell(&["platform"])].concat();
    if !may_be_routeros(&system) {
        return listed.problem(&row.place, "it is not of MikroTik, and is left out");
    }
    let address = row.cell(ADDRESSES);
    // NetBox writes an address with the length of its network.
    let address = address.split('/').next().unwrap_or_default();
    if address.is_empty() {
        return listed.problem(&row.place, "it has no address");
    }
    let status = row.cell(&["status"]);
    listed.entries.push(Entry {
        place: row.place.clone(),
        site: row.cell(&["site", "site slug"]),
        name: row.cell(&["name"]),
        address: address.to_owned(),
        enabled: status.is_empty() || status.eq_ignore_ascii_case("active"),
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_of_an_export_are_read_by_their_headings() {
        let csv = b"\xef\xbb\xbfName,Status,Site,Manufacturer,IP Address,Comments\r\n\
            gw-1,Active,Acme HQ,MikroTik,192.0.2.1/24,\"two\nlines\"\r\n\
            gw-2,Planned,Acme HQ,MikroTik,2001:db8::1/64,\r\n\
            sw-1,Active,Acme HQ,Other,192.0.2.9/24,\r\n\
            gw-3,Active,Acme HQ,MikroTik\r\n";
        let listed = read(csv).unwrap();
        let found: Vec<_> = listed
            .entries
            .iter()
            .map(|one| (one.name.as_str(), one.address.as_str(), one.enabled))
            .collect();
        assert_eq!(
            found,
            [("gw-1", "192.0.2.1", true), ("gw-2", "2001:db8::1", false)]
        );
        assert_eq!(listed.entries[0].site, "Acme HQ");
        assert_eq!(listed.problems.len(), 2, "{:?}", listed.problems);
        assert!(
            listed.problems[0].starts_with("line 5: "),
            "{:?}",
            listed.problems
        );
    }
}
