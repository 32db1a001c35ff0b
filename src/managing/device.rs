//! A device as it is typed, and checked.

use super::known::Known;
use super::problems::Problems;
use super::text::{split_tags, texts, trimmed};
use crate::db::managing::DeviceValues;
use crate::inventory::rules::{self, BUILT_IN, LONGEST_TIMEOUT_SECS};

texts! {
    /// A device as it is typed.
    DeviceText {
        /// The slug of its site.
        site,
        name,
        address,
        port,
        /// The name of its credential.
        credential,
        /// With commas between.
        tags,
        /// `true`, or anything else for no, as a form says of what is not ticked.
        enabled,
        /// The same.
        legacy_ssh,
        connect_timeout_secs,
        export_timeout_secs,
    }
}

impl DeviceText {
    /// What a new device has when nothing is said of it.
    #[must_use]
    pub fn new(known: &Known) -> Self {
        Self {
            port: BUILT_IN.port.to_string(),
            credential: known.only_credential().unwrap_or_default().to_owned(),
            enabled: true.to_string(),
            legacy_ssh: BUILT_IN.legacy_ssh.to_string(),
            connect_timeout_secs: BUILT_IN.connect_timeout_secs.to_string(),
            export_timeout_secs: BUILT_IN.export_timeout_secs.to_string(),
            ..Self::default()
        }
    }

    /// What is meant, where these sites and credentials are there. `advise`: whether to look for
    /// the names that were meant.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn check(&self, known: &Known, advise: bool) -> Result<DeviceValues, Problems> {
        let mut problems = Problems::default();
        let site = known.site(self.site.trim(), advise);
        let site = site.map_err(|wrong| problems.add("site", wrong)).ok();
        let name = rules::device_name(&trimmed(&self.name));
        let name = problems.take("name", "The name", name);
        let address = rules::address(self.address.trim());
        let address = problems.take("address", "The address", address);
        let credential = known.credential(self.credential.trim(), advise);
        let credential = credential
            .map_err(|wrong| problems.add("credential", wrong))
            .ok();
        let tags = problems.take_tags(split_tags(&self.tags));
        let port = number(&self.port, u16::MAX.into());
        let port = problems.take("port", "The port", port);
        let mut secs = |field, what, text: &str| {
            problems.take(field, what, number(text, LONGEST_TIMEOUT_SECS))
        };
        let connect = secs(
            "connect_timeout_secs",
            "The deadline of connecting, in seconds,",
            &self.connect_timeout_secs,
        );
        let export = secs(
            "export_timeout_secs",
            "The deadline of the export, in seconds,",
            &self.export_timeout_secs,
        );
        let all = || {
            Some(DeviceValues {
                site: site?,
                name: name?,
                address: address?,
                port: port?.try_into().ok()?,
                credential: credential?,
                tags: tags?,
                enabled: self.enabled == "true",
                legacy_ssh: self.legacy_ssh == "true",
                connect_timeout_secs: connect?,
                export_timeout_secs: export?,
            })
        };
        all().ok_or(problems)
    }

    /// Whether it is to be backed up.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.enabled == "true"
    }

    /// Whether weak algorithms may be used.
    #[must_use]
    pub fn is_legacy(&self) -> bool {
        self.legacy_ssh == "true"
    }
}

impl From<&DeviceValues> for DeviceText {
    fn from(device: &DeviceValues) -> Self {
        Self {
            site: device.site.clone(),
            name: device.name.clone(),
            address: device.address.clone(),
            port: device.port.to_string(),
            credential: device.credential.clone(),
            tags: device.tags.join(", "),
            enabled: device.enabled.to_string(),
            legacy_ssh: device.legacy_ssh.to_string(),
            connect_timeout_secs: device.connect_timeout_secs.to_string(),
            export_timeout_secs: device.export_timeout_secs.to_string(),
        }
    }
}

fn number(text: &str, most: u32) -> Result<u32, String> {
    rules::in_range(text.trim().parse().ok(), most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gateway(known: &Known) -> DeviceText {
        DeviceText {
            site: "acme".to_owned(),
            name: " gw-1 ".to_owned(),
            address: "[2001:db8::1]".to_owned(),
            tags: "core".to_owned(),
            ..DeviceText::new(known)
        }
    }

    #[test]
    fn what_is_typed_becomes_what_is_meant_and_comes_back() {
        let known = Known::for_tests(&["core"]);
        let values = gateway(&known).check(&known, true).unwrap();
        assert_eq!(
            (values.name.as_str(), values.address.as_str()),
            ("gw-1", "2001:db8::1")
        );
        assert_eq!((values.port, values.credential.as_str()), (22, "core"));
        assert!(values.enabled && !values.legacy_ssh);
        assert_eq!(
            (values.connect_timeout_secs, values.export_timeout_secs),
            (10, 300)
        );
        let again = DeviceText::from(&values).check(&known, true).unwrap();
        assert_eq!(again, values);
    }

    #[test]
    fn every_field_tells_what_is_wrong_with_it() {
        let known = Known::for_tests(&["core", "edge"]);
        let wrong = DeviceText {
            site: "acne".to_owned(),
            name: "a/b".to_owned(),
            address: "admin:hunter2@192.0.2.1".to_owned(),
            port: "70000".to_owned(),
            credential: "coer".to_owned(),
            tags: "x".repeat(51),
            connect_timeout_secs: "0".to_owned(),
            export_timeout_secs: "soon".to_owned(),
            ..DeviceText::new(&known)
        };
        let problems = wrong.check(&known, true).unwrap_err();
        for (field, word) in [
            ("site", "did you mean `acme`?"),
            ("name", "SITE/NAME"),
            ("address", "user name"),
            ("port", "from 1 to 65535"),
            ("credential", "did you mean `core`?"),
            ("tags", "longer than 50"),
            ("connect_timeout_secs", "from 1 to 86400"),
            ("export_timeout_secs", "from 1 to 86400"),
        ] {
            let told = problems.of(field).unwrap();
            assert!(told.contains(word) && !told.contains("hunter2"), "{told}");
        }
    }
}
