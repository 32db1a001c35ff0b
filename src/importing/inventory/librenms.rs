//! LibreNMS: the answer of `/api/v0/devices`
//! (<https://docs.librenms.org/API/Devices/#list_devices>), or a table of devices as CSV. The
//! communities and passwords that are in it are not read.

use serde::Deserialize;

use super::table::{Row, each_row};
use super::{Entry, Listed, may_be_routeros};

/// The answer, as far as it is of use.
#[derive(Deserialize)]
struct Answer {
    devices: Vec<serde_json::Value>,
}

/// A device, as far as it is of use.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Device {
    hostname: String,
    #[serde(rename = "sysName")]
    sys_name: Option<String>,
    os: Option<String>,
    location: Option<String>,
    /// A number or a truth, by version.
    disabled: serde_json::Value,
}

/// Devices of an answer or of a file of CSV.
///
/// # Errors
/// A sentence, when it is neither.
pub fn read(bytes: &[u8]) -> Result<Listed, String> {
    let mut listed = Listed::default();
    if bytes.trim_ascii_start().starts_with(b"{") {
        let answer: Answer = serde_json::from_slice(bytes).map_err(|error| {
            format!("it is no answer of /api/v0/devices: line {}", error.line())
        })?;
        for (index, device) in answer.devices.into_iter().enumerate() {
            let place = format!("device {}", index + 1);
            match Device::deserialize(device) {
                Ok(device) => take(&mut listed, place, device),
                Err(_) => listed.problem(&place, "it has no fields of a device"),
            }
        }
    } else {
        each_row(bytes, |row| {
            take(&mut listed, row.place.clone(), of_row(row))
        })?;
    }
    Ok(listed)
}

fn of_row(row: &Row<'_>) -> Device {
    Device {
        hostname: row.cell(&["hostname", "device", "ip"]),
        sys_name: Some(row.cell(&["sysname", "system name"])),
        os: Some(row.cell(&["os", "operating system"])),
        location: Some(row.cell(&["location"])),
        disabled: row.cell(&["disabled"]).into(),
    }
}

fn take(listed: &mut Listed, place: String, device: Device) {
    if !may_be_routeros(device.os.as_deref().unwrap_or_default()) {
        return listed.problem(&place, "its system is not RouterOS, and it is left out");
    }
    if device.hostname.is_empty() {
        return listed.problem(&place, "it has no address");
    }
    let is_off = match &device.disabled {
        serde_json::Value::Bool(is_off) => *is_off,
        serde_json::Value::Number(number) => number.as_i64() != Some(0),
        serde_json::Value::String(text) => text == "1" || text == "true",
        _ => false,
    };
    let name = device.sys_name.filter(|name| !name.is_empty());
    listed.entries.push(Entry {
        place,
        site: device.location.unwrap_or_default(),
        name: name.unwrap_or_else(|| device.hostname.clone()),
        address: device.hostname,
        enabled: !is_off,
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(listed: &Listed) -> Vec<(&str, &str, &str, bool)> {
        let entries = listed.entries.iter();
        let found = entries.map(|one| {
            (
                one.site.as_str(),
                one.name.as_str(),
                one.address.as_str(),
                one.enabled,
            )
        });
        found.collect()
    }

    #[test]
    fn the_answer_of_the_api_is_read_without_its_communities() {
        let json = br#"{"status": "ok", "count": 4, "devices": [
            {"device_id": 1, "hostname": "192.0.2.1", "sysName": "gw-1", "os": "routeros",
             "location": "Acme HQ", "disabled": 0, "community": "hunter2"},
            {"hostname": "ap.example.net", "sysName": null, "os": "routeros", "disabled": true},
            {"hostname": "192.0.2.9", "os": "ios"},
            "odd"]}"#;
        let listed = read(json).unwrap();
        let expected = [
            ("Acme HQ", "gw-1", "192.0.2.1", true),
            ("", "ap.example.net", "ap.example.net", false),
        ];
        assert_eq!(found(&listed), expected);
        assert_eq!(listed.problems.len(), 2);
        assert!(!format!("{listed:?}").contains("hunter2"));
        let broken = read(b"{\"devices\": [{\"community\": \"hunter2\"").unwrap_err();
        assert!(!broken.contains("hunter2"), "{broken}");
    }

    #[test]
    fn a_table_is_read_by_its_headings() {
        let csv = b"hostname,sysName,OS,location\n192.0.2.1,gw-1,routeros,Acme\n";
        let listed = read(csv).unwrap();
        assert_eq!(found(&listed), [("Acme", "gw-1", "192.0.2.1", true)]);
    }
}
