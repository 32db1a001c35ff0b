//! Oxidized: `router.db`, a line a device, whose fields are where its configuration says
//! (<https://github.com/ytti/oxidized/blob/master/docs/Sources.md#source-csv>). So the names of the
//! fields have to be told; what is no name of ours, a password above all, is not read.

use std::str::FromStr;

use super::{Entry, Listed, may_be_routeros};

/// What stands between two fields where nothing else is said.
const DELIMITERS: [char; 3] = [':', ';', ','];

/// What a field is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Name,
    Address,
    Model,
    Group,
    /// Nothing that is taken.
    Other,
}

/// The fields of a line, in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns(Vec<Field>);

/// Why names of fields are none.
#[derive(Debug, thiserror::Error)]
#[error("must be names like name,ip,model,group,other, with `name` or `ip` among them")]
pub struct ColumnsError;

impl FromStr for Columns {
    type Err = ColumnsError;

    fn from_str(text: &str) -> Result<Self, ColumnsError> {
        let fields: Vec<Field> = text
            .split(',')
            .map(|name| match name.trim() {
                "name" => Field::Name,
                "ip" | "address" => Field::Address,
                "model" => Field::Model,
                "group" => Field::Group,
                _ => Field::Other,
            })
            .collect();
        let is_useful = fields.contains(&Field::Name) || fields.contains(&Field::Address);
        is_useful.then_some(Self(fields)).ok_or(ColumnsError)
    }
}

/// Devices of a `router.db`.
#[must_use]
pub fn read(bytes: &[u8], columns: &Columns) -> Listed {
    let mut listed = Listed::default();
    for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let line = String::from_utf8_lossy(line);
        let line = line.trim();
        if !line.is_empty() && !line.starts_with('#') {
            take(&mut listed, &format!("line {}", index + 1), line, columns);
        }
    }
    listed
}

fn take(listed: &mut Listed, place: &str, line: &str, columns: &Columns) {
    let fields = fields(line);
    let field = |wanted: Field| {
        let at = columns.0.iter().position(|field| *field == wanted);
        at.and_then(|at| fields.get(at))
            .map_or("", |text| text.trim())
    };
    if !may_be_routeros(field(Field::Model)) {
        return listed.problem(place, "its model is not RouterOS, and it is left out");
    }
    let (name, address) = (field(Field::Name), field(Field::Address));
    if name.is_empty() && address.is_empty() {
        return listed.problem(place, "it has neither name nor address");
    }
    // Where there is one of them only, Oxidized connects to the name.
    let or = |one: &str, other: &str| if one.is_empty() { other } else { one }.to_owned();
    listed.entries.push(Entry {
        place: place.to_owned(),
        site: field(Field::Group).to_owned(),
        name: or(name, address),
        address: or(address, name),
        enabled: true,
    });
}

/// The fields of a line, cut at the first delimiter that it has.
fn fields(line: &str) -> Vec<&str> {
    let delimiter = line.chars().find(|c| DELIMITERS.contains(c));
    match delimiter {
        Some(delimiter) => line.split(delimiter).collect(),
        None => vec![line],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, columns: &str) -> (Vec<[String; 3]>, usize) {
        let listed = read(text.as_bytes(), &columns.parse().unwrap());
        let entries = listed.entries.into_iter();
        let found = entries.map(|one| [one.site, one.name, one.address]);
        (found.collect(), listed.problems.len())
    }

    #[test]
    fn a_line_is_read_by_the_names_of_its_fields_and_its_password_is_not() {
        let text = "# ours\ngw-1.example.net:routeros:admin:hunter2\n\nsw-1:ios:admin:hunter2\n:routeros\n";
        let (devices, problems) = found(text, "name,model,username,password");
        assert_eq!(
            devices,
            [["", "gw-1.example.net", "gw-1.example.net"].map(str::to_owned)]
        );
        assert_eq!(problems, 2);
        let text = "acme;gw-1;192.0.2.1;mikrotik";
        let (devices, _) = found(text, "group,name,ip,model");
        assert_eq!(devices, [["acme", "gw-1", "192.0.2.1"].map(str::to_owned)]);
    }

    #[test]
    fn fields_without_a_name_are_refused() {
        assert!("model,group".parse::<Columns>().is_err());
        assert!("".parse::<Columns>().is_err());
    }
}
