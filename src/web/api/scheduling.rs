//! What schedules and maintenance windows have in common: what they are for, and days. The names
//! are those of `devices.toml`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::model::{Target, Weekdays, schedule::weekday};
use crate::web::error::PageError;

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl Day {
    const ALL: [(Self, &str); 7] = [
        (Self::Mon, "mon"),
        (Self::Tue, "tue"),
        (Self::Wed, "wed"),
        (Self::Thu, "thu"),
        (Self::Fri, "fri"),
        (Self::Sat, "sat"),
        (Self::Sun, "sun"),
    ];

    /// These days.
    pub fn of(days: Weekdays) -> Vec<Self> {
        let all = Self::ALL.into_iter();
        let named = all.filter(|(_, name)| weekday(name).is_some_and(|day| days.has(day)));
        named.map(|(day, _)| day).collect()
    }

    /// The boxes of a form in which these days are ticked, from Monday on.
    pub fn boxes(days: &[Self]) -> [String; 7] {
        Self::ALL.map(|(day, _)| if days.contains(&day) { "true" } else { "" }.to_owned())
    }
}

/// What something is for, by at most one of three names.
pub type Named = (Option<String>, Option<String>, Option<String>);

/// The kind and the name in a form of what is for this tag, site or device, or for everything.
///
/// # Errors
/// [`PageError::Wrong`] when several are named.
pub fn target_texts(
    tag: Option<&str>,
    site: Option<&str>,
    device: Option<&str>,
) -> Result<(String, String), PageError> {
    let (kind, name) = match (tag, site, device) {
        (None, None, None) => ("all", ""),
        (Some(tag), None, None) => ("tag", tag),
        (None, Some(slug), None) => ("site", slug),
        (None, None, Some(device)) => ("device", device),
        _ => {
            let sentence =
                "Name one of `tag`, `site` and `device`, or none of them for everything.";
            return Err(PageError::Wrong(sentence.to_owned()));
        }
    };
    Ok((kind.to_owned(), name.to_owned()))
}

/// The tag, the site or the device that a target is.
pub fn named(target: &Target) -> Named {
    match target {
        Target::Everything => (None, None, None),
        Target::Tag(tag) => (Some(tag.clone()), None, None),
        Target::Site(slug) => (None, Some(slug.clone()), None),
        Target::Device(slug, name) => (None, None, Some(format!("{slug}/{name}"))),
    }
}
