//! What a schedule or a window is for, as a form has it: a kind and a name.

use crate::inventory::rules;
use crate::managing::problems::Problems;
use crate::model::Target;

/// The target that is meant. Whether there is such a site or device is asked of the database.
pub(super) fn check(kind: &str, name: &str, problems: &mut Problems) -> Option<Target> {
    let name = name.trim();
    let checked = match kind {
        "all" => Ok(Target::Everything),
        "tag" => {
            let checked = rules::check_tag(name);
            checked
                .map(|()| Target::Tag(name.to_owned()))
                .map_err(|wrong| format!("The tag {wrong}"))
        }
        "site" => {
            let checked = rules::slug(name).map(Target::Site);
            checked.map_err(|wrong| format!("The slug of the site {wrong}"))
        }
        "device" => device(name),
        _ => Err("Choose what it is for".to_owned()),
    };
    checked
        .map_err(|sentence| problems.add("target", sentence))
        .ok()
}

/// A device as commands write it: `acme/gw-1`.
fn device(text: &str) -> Result<Target, String> {
    let (slug, name) = text
        .split_once('/')
        .ok_or("Write the device as SITE/NAME, as `acme/gw-1`")?;
    let slug = rules::slug(slug).map_err(|wrong| format!("The slug of the site {wrong}"))?;
    let name = rules::device_name(name).map_err(|wrong| format!("The name {wrong}"))?;
    Ok(Target::Device(slug, name))
}

/// The kind and the name of a target.
pub(super) fn texts(target: &Target) -> (String, String) {
    let (kind, name) = match target {
        Target::Everything => ("all", String::new()),
        Target::Tag(tag) => ("tag", tag.clone()),
        Target::Site(slug) => ("site", slug.clone()),
        Target::Device(slug, name) => ("device", format!("{slug}/{name}")),
    };
    (kind.to_owned(), name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_comes_back_from_its_texts_and_a_wrong_one_is_told() {
        for (kind, name) in [
            ("all", ""),
            ("tag", "gold"),
            ("site", "acme"),
            ("device", "acme/gw 1"),
        ] {
            let mut problems = Problems::default();
            let target = check(kind, name, &mut problems).unwrap();
            assert_eq!(texts(&target), (kind.to_owned(), name.to_owned()));
        }
        for (kind, name, words) in [
            ("", "", "Choose"),
            ("tag", "", "The tag is empty"),
            ("tag", "a\0", "control"),
            ("site", "Acme", "a-z"),
            ("device", "gw-1", "SITE/NAME"),
            ("device", "acme/a/b", "`/`"),
        ] {
            let mut problems = Problems::default();
            assert_eq!(check(kind, name, &mut problems), None);
            let told = problems.of("target").unwrap();
            assert!(told.contains(words), "{told}");
        }
    }
}
