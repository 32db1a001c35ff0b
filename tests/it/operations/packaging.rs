//! What RouterVault is installed by: the unit is one that systemd takes, and nothing names a file
//! or an option that is not there.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::cli::stderr;
use crate::support::routervault;

fn file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn content(path: &str) -> String {
    std::fs::read_to_string(file(path)).unwrap()
}

fn help_of_serve() -> String {
    let output = routervault(&["serve", "--help"]).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn systemd_takes_the_unit_without_a_word() {
    let folder = tempfile::tempdir().unwrap();
    let unit = folder.path().join("routervault.service");
    // It looks for the program, which is not installed here.
    let program = env!("CARGO_BIN_EXE_routervault");
    let text = content("docs/deploy/routervault.service").replace("/usr/bin/routervault", program);
    std::fs::write(&unit, &text).unwrap();
    let verify = Command::new("systemd-analyze")
        .arg("verify")
        .arg(&unit)
        .output();
    let verify = verify.unwrap();
    assert!(verify.status.success(), "{}", stderr(&verify));
    assert_eq!(stderr(&verify), "");
    let broken = text.replace("Type=notify", "Type=hope");
    std::fs::write(&unit, broken).unwrap();
    let verify = Command::new("systemd-analyze")
        .arg("verify")
        .arg(&unit)
        .output();
    assert!(stderr(&verify.unwrap()).contains("hope"));
}

#[test]
fn every_setting_of_the_service_is_one_of_the_program() {
    let help = help_of_serve();
    let text = content("docs/deploy/routervault.service") + &content("docs/deploy/environment");
    let names = text.split(|c: char| !c.is_ascii_uppercase() && c != '_');
    let ours =
        names.filter(|name| name.starts_with("ROUTERVAULT_") && *name != "ROUTERVAULT_SERVE");
    let mut found = 0;
    for name in ours {
        assert!(help.contains(name), "{name} is no setting");
        found += 1;
    }
    assert!(found >= 3, "{found}");
}

#[test]
fn the_compose_file_names_only_options_secrets_and_volumes_that_there_are() {
    let help = help_of_serve();
    let compose: Value = serde_saphyr::from_str(&content("docs/deploy/compose.yaml")).unwrap();
    let service = &compose["services"]["routervault"];
    let arguments = service["command"].as_array().unwrap();
    assert_eq!(arguments[0], "serve");
    for argument in &arguments[1..] {
        let option = argument.as_str().unwrap().split('=').next().unwrap();
        assert!(
            help.contains(&format!("{option} ")),
            "{option} is no option of serve"
        );
    }
    for service in compose["services"].as_object().unwrap().values() {
        for secret in service["secrets"].as_array().unwrap() {
            assert!(
                !compose["secrets"][secret.as_str().unwrap()].is_null(),
                "{secret}"
            );
        }
        for volume in service["volumes"].as_array().unwrap() {
            let name = volume.as_str().unwrap().split(':').next().unwrap();
            assert!(
                compose["volumes"].as_object().unwrap().contains_key(name),
                "{name}"
            );
        }
    }
    let build = file("docs/deploy").join(service["build"]["context"].as_str().unwrap());
    let containerfile = service["build"]["dockerfile"].as_str().unwrap();
    assert!(build.join(containerfile).is_file());
}

#[test]
fn the_debian_package_has_only_files_that_there_are() {
    let manifest: toml::Table = content("Cargo.toml").parse().unwrap();
    let package = &manifest["package"]["metadata"]["deb"];
    let assets = package["assets"].as_array().unwrap();
    let mut installed = Vec::new();
    for asset in assets {
        let source = asset[0].as_str().unwrap();
        assert!(
            source.starts_with("target/") || file(source).is_file(),
            "{source}"
        );
        let name = Path::new(source).file_name().unwrap().to_str().unwrap();
        installed.push(format!("/{}{name}", asset[1].as_str().unwrap()));
    }
    for kept in package["conf-files"].as_array().unwrap() {
        assert!(
            installed.contains(&kept.as_str().unwrap().to_owned()),
            "{kept}"
        );
    }
    let unit = content("docs/deploy/routervault.service");
    let documented = unit
        .lines()
        .find_map(|line| line.strip_prefix("Documentation=file://"));
    assert!(installed.contains(&documented.unwrap().to_owned()));
    assert!(unit.contains("ExecStart=/usr/bin/routervault serve"));
}
