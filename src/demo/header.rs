//! The comment lines an export begins with, which differ by version and hardware
//! (counted in public exports, 6.42 to 7.24).

use chrono::{DateTime, Utc};

use super::dice::Dice;
use super::spec::RouterSpec;

/// The header of an export taken `at`, with CRLF line ends.
pub(super) fn header(spec: &RouterSpec, serial: Option<&str>, at: DateTime<Utc>) -> String {
    let version = spec.version;
    let date = if version.is_at_least(7, 10) {
        at.format("%Y-%m-%d %H:%M:%S").to_string()
    } else {
        at.format("%b/%d/%Y %H:%M:%S").to_string().to_lowercase()
    };
    let mut lines = vec![format!("# {date} by RouterOS {version}")];
    let mut dice = Dice::new(spec.seed, "software id");
    match spec.model.product {
        Some(product) => {
            lines.push(format!("# software id = {}", software_id(&mut dice)));
            lines.push("#".to_owned());
            lines.push(format!("# model = {product}"));
            lines.extend(serial.map(|serial| format!("# serial number = {serial}")));
        }
        None if version.is_at_least(7, 18) => {
            let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
            lines.push(format!("# system id = {}", dice.text(letters, 11)));
            lines.push("#".to_owned());
        }
        None => {
            lines.push("# software id = ".to_owned());
            let rest = if version.major < 7 { 3 } else { 1 };
            lines.extend(std::iter::repeat_n("#".to_owned(), rest));
        }
    }
    lines.push(String::new());
    lines.join("\r\n")
}

fn software_id(dice: &mut Dice) -> String {
    let letters = b"ABCDEFGHIJKLMNPQRSTUVWXYZ0123456789";
    format!("{}-{}", dice.text(letters, 4), dice.text(letters, 4))
}

#[cfg(test)]
mod tests {
    use super::super::model::Model;
    use super::*;

    fn lines(spec: &RouterSpec) -> Vec<String> {
        let at = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        let text = header(spec, spec.serial.as_deref(), at);
        text.split_terminator("\r\n").map(str::to_owned).collect()
    }

    #[test]
    fn the_date_is_written_as_the_version_does() {
        let six = RouterSpec::new("a", 1).running("6.49.18".parse().unwrap());
        assert_eq!(lines(&six)[0], "# sep/21/2026 14:13:20 by RouterOS 6.49.18");
        let seven = RouterSpec::new("a", 1).running("7.10".parse().unwrap());
        assert_eq!(lines(&seven)[0], "# 2026-09-21 14:13:20 by RouterOS 7.10");
    }

    #[test]
    fn a_board_names_its_model_and_serial_number() {
        let lines = lines(&RouterSpec::new("a", 1));
        assert_eq!(lines.len(), 5);
        assert_eq!(lines[3], "# model = RB760iGS");
        assert!(lines[4].starts_with("# serial number = "));
    }

    #[test]
    fn a_chr_has_neither_model_nor_serial_number() {
        let chr = RouterSpec::new("a", 1).on(Model::CHR);
        assert_eq!(
            lines(&chr.clone().running("6.49.18".parse().unwrap())).len(),
            5
        );
        assert_eq!(
            lines(&chr.clone().running("7.16".parse().unwrap())).len(),
            3
        );
        assert!(lines(&chr)[1].starts_with("# system id = "));
    }
}
