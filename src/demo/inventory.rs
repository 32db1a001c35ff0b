//! The inventory of routers that run, as `devices.toml` wants it.

use secrecy::ExposeSecret;
use toml::{Table, Value};

use super::fault::Fault;
use super::fleet::RunningRouter;
use super::spec::Algorithms;

/// A site of the demo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoSite {
    /// Stable name, as in URLs.
    pub slug: String,
    /// The name people read.
    pub name: String,
    /// IANA name.
    pub timezone: String,
}

/// The inventory of these routers: each with a credential of its own, for their passwords
/// differ, named after the site and the device. Holds the passwords in plain text; they open
/// nothing but simulated routers.
///
/// # Errors
/// The text can not be written as TOML.
pub fn inventory_toml(
    sites: &[(DemoSite, Vec<&RunningRouter>)],
) -> Result<String, toml::ser::Error> {
    let mut credentials = Vec::new();
    let mut tables = Vec::new();
    for (site, routers) in sites {
        let mut devices = Vec::new();
        for router in routers {
            let name = format!("{}-{}", site.slug, router.spec().identity);
            devices.push(Value::Table(device(router, &name)));
            credentials.push(Value::Table(credential(router, name)));
        }
        let mut table = Table::new();
        table.insert("slug".into(), site.slug.as_str().into());
        table.insert("name".into(), site.name.as_str().into());
        table.insert("timezone".into(), site.timezone.as_str().into());
        table.insert("device".into(), Value::Array(devices));
        tables.push(Value::Table(table));
    }
    let mut defaults = Table::new();
    defaults.insert("platform".into(), "routeros".into());
    let mut inventory = Table::new();
    inventory.insert("defaults".into(), defaults.into());
    inventory.insert("credential".into(), Value::Array(credentials));
    inventory.insert("site".into(), Value::Array(tables));
    toml::to_string(&inventory)
}

fn credential(router: &RunningRouter, name: String) -> Table {
    let spec = router.spec();
    let mut table = Table::new();
    table.insert("name".into(), name.into());
    table.insert("username".into(), spec.username.as_str().into());
    table.insert("password".into(), spec.password.expose_secret().into());
    table
}

fn device(router: &RunningRouter, credential: &str) -> Table {
    let mut table = Table::new();
    table.insert("name".into(), router.spec().identity.as_str().into());
    table.insert("address".into(), router.addr.ip().to_string().into());
    table.insert("port".into(), i64::from(router.addr.port()).into());
    table.insert("credential".into(), credential.into());
    let is_legacy = router.spec().algorithms == Algorithms::LegacyOnly
        || router.fault() == Some(Fault::LegacyOnly);
    if is_legacy {
        table.insert("legacy_ssh".into(), true.into());
    }
    table
}

#[cfg(test)]
mod tests {
    use super::super::{Fleet, RouterSpec};
    use super::*;

    #[tokio::test]
    async fn an_inventory_names_every_router_with_its_address_and_password() {
        let mut old = RouterSpec::new("gw-2", 2);
        old.algorithms = Algorithms::LegacyOnly;
        let fleet = Fleet::start(vec![RouterSpec::new("gw-1", 1), old])
            .await
            .unwrap();
        let site = DemoSite {
            slug: "harbour".into(),
            name: "Harbour \"Clinic\"".into(),
            timezone: "Europe/London".into(),
        };
        let text = inventory_toml(&[(site, fleet.routers().iter().collect())]).unwrap();
        let read: Table = text.parse().unwrap();
        let site = &read["site"][0];
        assert_eq!(site["name"].as_str(), Some("Harbour \"Clinic\""));
        let port = i64::from(fleet.routers()[0].addr.port());
        assert_eq!(site["device"][0]["port"].as_integer(), Some(port));
        assert!(site["device"][0].get("legacy_ssh").is_none());
        assert_eq!(site["device"][1]["legacy_ssh"].as_bool(), Some(true));
        let credential = &read["credential"][1];
        assert_eq!(credential["name"], site["device"][1]["credential"]);
        let password = fleet.routers()[1].spec().password.expose_secret();
        assert_eq!(credential["password"].as_str(), Some(password));
    }
}
