//! `import-inventory`: what it prints is what **Manage**, Import takes, without a credential.

use std::process::Output;

use crate::cli::{stderr, text};
use crate::support::routervault;

fn printed(file: &str, content: &str, arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(file);
    std::fs::write(&path, content).unwrap();
    let import = ["import-inventory", text(&path)];
    routervault(&[&import[..], arguments].concat())
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn a_router_db_becomes_sites_and_devices_and_its_password_stays_behind() {
    let list = "gw-1:192.0.2.1:routeros:acme:hunter2\nsw-1:192.0.2.9:ios:acme:hunter2\n";
    let columns = [
        "--from",
        "oxidized",
        "--columns",
        "name,ip,model,group,password",
    ];
    let devices = printed("router.db", list, &columns);
    assert_eq!(devices.status.code(), Some(1));
    assert_eq!(
        stdout(&devices),
        "\"site\",\"name\",\"address\",\"enabled\"\n\"acme\",\"gw-1\",\"192.0.2.1\",\"true\"\n"
    );
    assert!(
        stderr(&devices).starts_with("line 2: "),
        "{}",
        stderr(&devices)
    );
    let sites = printed(
        "router.db",
        list,
        &[&columns[..], &["--print", "sites"]].concat(),
    );
    assert_eq!(stdout(&sites), "\"slug\",\"name\"\n\"acme\",\"acme\"\n");
    let all = [devices.stdout, devices.stderr, sites.stdout, sites.stderr].concat();
    assert!(!String::from_utf8_lossy(&all).contains("hunter2"));
}

#[test]
fn a_name_that_a_spreadsheet_would_run_is_made_harmless() {
    let csv = "name,site,ip address\n=1+1,Acme,192.0.2.1/24\n";
    let output = printed("devices.csv", csv, &["--from", "netbox"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).contains("\"'=1+1\""), "{}", stdout(&output));
}

#[test]
fn what_is_no_list_is_a_sentence() {
    let output = printed(
        "devices.json",
        "{\"message\": \"no\"}",
        &["--from", "librenms"],
    );
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("is not understood"),
        "{}",
        stderr(&output)
    );
}
