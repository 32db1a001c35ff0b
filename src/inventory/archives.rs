//! `[[archive]]`: plans by which archives are made, with the bounds that the form has.

use toml::Spanned;

use super::report::Report;
use super::schedules::read_rhythm;
use super::section::Section;
use super::suggest::{nearest, quote, quote_list};
use super::targets::{self, Known};
use super::types::Site;
use super::unique::Unique;
use super::{keys, values};
use crate::db::archives::{MOST_PLANS, PlanValues};
use crate::model::archive::{MOST_KEPT, USUAL_KEPT};
use crate::model::{ArchiveChoice, ArchivedSecrets, Contents, History, Target};

/// The keys that say of what archives are.
const OF_WHAT: &[&str] = &["site"];

/// Reads every `[[archive]]`; those with a problem are reported and left out.
pub(super) fn read(top: &Section<'_>, sites: &[Site], report: &mut Report) -> Vec<PlanValues> {
    let known = Known::of(sites, report);
    let mut names = Unique::default();
    let sections = top.tables("archive", ("[[archive]]", keys::ARCHIVE), report);
    if let Some(section) = sections.get(MOST_PLANS) {
        let message = format!("there are more than {MOST_PLANS} [[archive]]; remove some");
        report.add(&section.header, message);
    }
    let mut plans = Vec::new();
    for section in &sections {
        let name = section.required_text("name", values::name, report);
        if let Some(name) = &name {
            names.claim("name of an archive plan", name, report);
        }
        let target = targets::read(section, &known, OF_WHAT, report);
        let choice = target.map(|target| read_choice(section, target, report));
        let rhythm = read_rhythm(section, report);
        let timezone = values::time_zone(section, report);
        let keep = section.number("keep", MOST_KEPT, report);
        let comment = section.checked_text("comment", values::archive_comment, report);
        if let (Some(name), Some(choice), Some(rhythm)) = (name, choice, rhythm) {
            plans.push(PlanValues {
                name: name.into_inner(),
                choice,
                comment: comment.map(Spanned::into_inner).unwrap_or_default(),
                rhythm,
                timezone: timezone.map(|zone| zone.name().to_owned()),
                keep: keep.unwrap_or(USUAL_KEPT),
            });
        }
    }
    plans
}

fn read_choice(section: &Section<'_>, target: Target, report: &mut Report) -> ArchiveChoice {
    let site = match target {
        Target::Site(slug) => Some(slug),
        Target::Everything | Target::Tag(_) | Target::Device(..) => None,
    };
    let usual = ArchiveChoice::usual(site);
    let histories = [History::Whole, History::Newest].map(|one| (one.as_str(), one));
    let history = read_word(section, "history", &histories, report);
    let contents = [Contents::Everything, Contents::Configurations].map(|one| (one.as_str(), one));
    let contents = read_word(section, "contents", &contents, report);
    let secrets = [ArchivedSecrets::Exact, ArchivedSecrets::Masked].map(|one| (one.as_str(), one));
    let secrets = read_word(section, "secrets", &secrets, report);
    ArchiveChoice {
        history: history.unwrap_or(usual.history),
        contents: contents.unwrap_or(usual.contents),
        secrets: secrets.unwrap_or(usual.secrets),
        ..usual
    }
}

/// One of a few words; `None` also when it is another, which is reported.
fn read_word<T: Copy>(
    section: &Section<'_>,
    key: &str,
    words: &[(&str, T)],
    report: &mut Report,
) -> Option<T> {
    let check = |text: &str| {
        let found = words.iter().find(|(word, _)| *word == text);
        found.map(|(_, meant)| *meant).ok_or_else(|| {
            let known = || words.iter().map(|(word, _)| *word);
            let advice = match nearest(text, known()) {
                Some(meant) => format!("did you mean {}?", quote(meant)),
                None => format!("known are {}", quote_list(known())),
            };
            format!("{} is not known; {advice}", quote(text))
        })
    };
    section
        .checked_text(key, check, report)
        .map(Spanned::into_inner)
}
