//! The last thirty days of a device, or of all devices of a site, as a small picture with a text
//! alternative. Where a mark stands and how tall it is tells the state as well as its colour
//! does: what is good stands on the ground, what failed hangs from the top.

use std::fmt::Write as _;

use chrono::{DateTime, Days as Back, NaiveDate, Utc};

use crate::model::{DayMark, Days, day_in};

/// Width of a day in the picture, the gap to the next one included.
const DAY_WIDTH: i64 = 8;
/// Width of a mark.
const MARK_WIDTH: i64 = 6;
/// Height of the picture.
const HEIGHT: i64 = 48;
/// Height of the least share of a site's devices, so that one of a thousand is still seen.
const LEAST: i64 = 4;

/// The marks of one device with their class, path and word, each drawn alone.
pub const LEGEND: [(&str, &str, &str); 5] = [
    ("day-changed", "M0 48h6v-48h-6z", "Verified, changed"),
    ("day-unchanged", "M0 48h6v-32h-6z", "Verified, unchanged"),
    ("day-suspect", "M0 48v-24l3 8 3-8v24z", "Suspect"),
    ("day-failed", "M0 0h6v14l-3 8-3-8z", "Failed"),
    ("day-none", "M0 48h6v-4h-6z", "Not tried"),
];

/// How many devices had each mark on a day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Tally {
    changed: i64,
    unchanged: i64,
    suspect: i64,
    failed: i64,
    not_tried: i64,
}

impl Tally {
    const fn add(&mut self, mark: DayMark, devices: i64) {
        match mark {
            DayMark::Changed => self.changed += devices,
            DayMark::Unchanged => self.unchanged += devices,
            DayMark::Suspect => self.suspect += devices,
            DayMark::Failed => self.failed += devices,
            DayMark::NotTried => self.not_tried += devices,
        }
    }

    const fn verified(self) -> i64 {
        self.changed + self.unchanged
    }

    const fn devices(self) -> i64 {
        self.verified() + self.suspect + self.failed + self.not_tried
    }

    /// `24 verified (3 changed), 1 suspect, 2 failed, 3 not tried`, without what did not occur.
    fn words(self) -> String {
        let mut parts = Vec::new();
        match (self.verified(), self.changed) {
            (0, _) => {}
            (verified, 0) => parts.push(format!("{verified} verified")),
            (verified, changed) => parts.push(format!("{verified} verified ({changed} changed)")),
        }
        for (count, word) in [
            (self.suspect, "suspect"),
            (self.failed, "failed"),
            (self.not_tried, "not tried"),
        ] {
            if count > 0 {
                parts.push(format!("{count} {word}"));
            }
        }
        parts.join(", ")
    }
}

/// The marks of one kind, as a path.
#[derive(Debug)]
pub struct Shape {
    /// The style class.
    pub class: &'static str,
    /// The `d` of the path.
    pub path: String,
}

/// A day of the picture, to point at.
#[derive(Debug)]
pub struct Day {
    /// Its left edge.
    pub x: i64,
    /// What came of it, in words.
    pub title: String,
}

/// The picture.
#[derive(Debug)]
pub struct Strip {
    /// Oldest first, the last of them today.
    days: Vec<Tally>,
    devices: i64,
    today: NaiveDate,
}

impl Strip {
    /// The strip of devices of a time zone, from their columns `days` and `days_until`, and how
    /// many devices have just these.
    pub fn new<'a>(
        rows: impl IntoIterator<Item = (&'a str, Option<NaiveDate>, i64)>,
        timezone: &str,
        now: DateTime<Utc>,
    ) -> Self {
        let today = day_in(timezone, now);
        let mut strip = Self {
            days: vec![Tally::default(); crate::model::DAYS_SHOWN],
            devices: 0,
            today,
        };
        for (letters, until, devices) in rows {
            strip.devices += devices;
            let days = Days::decode(letters, until, today);
            for (tally, mark) in strip.days.iter_mut().zip(days.marks()) {
                tally.add(*mark, devices);
            }
        }
        strip
    }

    /// The strip in words.
    pub fn label(&self) -> String {
        let mut sum = Tally::default();
        for day in &self.days {
            sum.changed += day.changed;
            sum.unchanged += day.unchanged;
            sum.suspect += day.suspect;
            sum.failed += day.failed;
            sum.not_tried += day.not_tried;
        }
        let days = self.days.len();
        match self.devices {
            0 => format!("Last {days} days: no device"),
            1 => format!("Last {days} days: {}", sum.words()),
            devices => format!(
                "Last {days} days of {devices} devices, summed: {}",
                sum.words()
            ),
        }
    }

    /// What is drawn, at most one path a state.
    pub fn shapes(&self) -> Vec<Shape> {
        let mut shapes: Vec<Shape> = [
            "day-none",
            "day-unchanged",
            "day-changed",
            "day-suspect",
            "day-failed",
        ]
        .map(|class| Shape {
            class,
            path: String::new(),
        })
        .into();
        for (tally, day) in self.days.iter().zip(0..) {
            let x = day * DAY_WIDTH;
            let marks = if self.devices == 1 {
                single(x, *tally)
            } else {
                shares(x, *tally)
            };
            for (shape, mark) in shapes.iter_mut().zip(marks) {
                shape.path.push_str(&mark);
            }
        }
        shapes.retain(|shape| !shape.path.is_empty());
        shapes
    }

    /// The days to point at.
    pub fn days(&self) -> Vec<Day> {
        let newest_first = self.days.iter().rev().zip(0..);
        let mut days: Vec<Day> = newest_first
            .zip((0..self.days.len()).rev())
            .map(|((tally, ago), place)| Day {
                x: i64::try_from(place).expect("a month is short") * DAY_WIDTH,
                title: self.title(*tally, ago),
            })
            .collect();
        days.reverse();
        days
    }

    fn title(&self, tally: Tally, days_ago: u64) -> String {
        let date = self.today.checked_sub_days(Back::new(days_ago));
        let date = date.map_or_else(String::new, |date| date.format("%-d %b: ").to_string());
        if self.devices != 1 {
            return format!("{date}{}", tally.words());
        }
        let what = match tally {
            Tally { changed: 1, .. } => "verified, changed",
            Tally { unchanged: 1, .. } => "verified, unchanged",
            Tally { suspect: 1, .. } => "suspect",
            Tally { failed: 1, .. } => "failed",
            _ => "not tried",
        };
        format!("{date}{what}")
    }
}

/// What is drawn of a day, in the order of the shapes: not tried, unchanged, changed, suspect,
/// failed.
type Marks = [String; 5];

/// One device: each state has a shape of its own.
fn single(x: i64, tally: Tally) -> Marks {
    let mut marks = Marks::default();
    let (place, path) = match tally {
        Tally { changed: 1, .. } => (2, standing(x, HEIGHT, 0)),
        Tally { unchanged: 1, .. } => (1, standing(x, HEIGHT * 2 / 3, 0)),
        // A stump with a notch in its top.
        Tally { suspect: 1, .. } => (3, format!("M{x} {HEIGHT}v-24l3 8 3-8v24z")),
        // A tooth that hangs down.
        Tally { failed: 1, .. } => (4, format!("M{x} 0h{MARK_WIDTH}v14l-3 8-3-8z")),
        _ => (0, standing(x, LEAST, 0)),
    };
    marks[place] = path;
    marks
}

/// Several devices: their shares, the failed ones hanging from the top, those not tried a gap.
fn shares(x: i64, tally: Tally) -> Marks {
    let all = tally.devices();
    if tally.not_tried == all {
        return [
            standing(x, LEAST, 0),
            String::new(),
            String::new(),
            String::new(),
            String::new(),
        ];
    }
    let share = |count: i64| match count {
        0 => 0,
        count => (count * HEIGHT / all).max(LEAST),
    };
    let failed = share(tally.failed);
    let suspect = share(tally.suspect).min(HEIGHT - failed);
    let left = HEIGHT - failed - suspect - share(tally.not_tried).min(HEIGHT - failed - suspect);
    let changed = match tally.unchanged {
        0 => left * i64::from(tally.changed > 0),
        _ => share(tally.changed).min(left),
    };
    let unchanged = (left - changed) * i64::from(tally.unchanged > 0);
    let mut failing = String::new();
    if failed > 0 {
        write!(failing, "M{x} 0h{MARK_WIDTH}v{failed}h-{MARK_WIDTH}z")
            .expect("writing to a String can not fail");
    }
    [
        String::new(),
        standing(x, unchanged, suspect),
        standing(x, changed, suspect + unchanged),
        standing(x, suspect, 0),
        failing,
    ]
}

/// A bar of a height, that far above the ground; nothing without a height.
fn standing(x: i64, height: i64, above: i64) -> String {
    if height == 0 {
        return String::new();
    }
    let bottom = HEIGHT - above;
    format!("M{x} {bottom}h{MARK_WIDTH}v-{height}h-{MARK_WIDTH}z")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strip(rows: &[(&str, i64)]) -> Strip {
        let now = "2026-05-03T12:00:00Z".parse().unwrap();
        let today = "2026-05-03".parse().ok();
        let rows = rows.iter().map(|(days, devices)| (*days, today, *devices));
        Strip::new(rows, "UTC", now)
    }

    fn classes(strip: &Strip) -> Vec<&'static str> {
        strip.shapes().iter().map(|shape| shape.class).collect()
    }

    #[test]
    fn a_device_is_told_in_words_and_its_states_have_different_shapes() {
        let device = strip(&[("fsuc", 1)]);
        assert_eq!(
            device.label(),
            "Last 30 days: 2 verified (1 changed), 1 suspect, 1 failed, 26 not tried"
        );
        let shapes = device.shapes();
        assert_eq!(shapes.len(), 5);
        let unplaced: std::collections::HashSet<String> = shapes
            .iter()
            .filter_map(|shape| Some(shape.path.rsplit_once('M')?.1.split_once(' ')?.1.to_owned()))
            .collect();
        assert_eq!(unplaced.len(), 5, "{unplaced:?}");
    }

    #[test]
    fn the_legend_shows_the_marks_as_they_are_drawn() {
        for (letter, (class, path, _)) in ["c", "u", "s", "f", "-"].iter().zip(LEGEND) {
            let shapes = strip(&[(letter, 1)]).shapes();
            let drawn = shapes.iter().find(|shape| shape.class == class).unwrap();
            let today = path.replacen("M0", "M232", 1);
            assert!(drawn.path.ends_with(&today), "{letter}: {}", drawn.path);
        }
    }

    #[test]
    fn days_are_named_from_the_oldest_to_today() {
        let days = strip(&[("uc", 1)]).days();
        assert_eq!((days[0].x, days[0].title.as_str()), (0, "4 Apr: not tried"));
        assert_eq!(days[29].title, "3 May: verified, changed");
        assert_eq!(days[28].title, "2 May: verified, unchanged");
    }

    #[test]
    fn a_site_is_summed_and_one_failure_of_many_is_seen() {
        let site = strip(&[("u", 999), ("f", 1)]);
        assert_eq!(
            site.label(),
            "Last 30 days of 1000 devices, summed: 999 verified, 1 failed, 29000 not tried"
        );
        assert_eq!(site.days()[29].title, "3 May: 999 verified, 1 failed");
        let shapes = site.shapes();
        let failed = shapes.last().unwrap();
        assert_eq!(
            (failed.class, failed.path.as_str()),
            ("day-failed", "M232 0h6v4h-6z")
        );
        let verified = shapes
            .iter()
            .find(|shape| shape.class == "day-unchanged")
            .unwrap();
        assert_eq!(verified.path, "M232 48h6v-44h-6z");
    }

    #[test]
    fn shares_never_leave_the_picture() {
        for counts in [
            [1, 1, 1, 1, 1],
            [1, 1, 1, 1, 9999],
            [9999, 1, 1, 1, 1],
            [0, 1, 0, 9999, 1],
        ] {
            let tally = Tally {
                changed: counts[0],
                unchanged: counts[1],
                suspect: counts[2],
                failed: counts[3],
                not_tried: counts[4],
            };
            for path in shares(0, tally) {
                for number in path.split(|c: char| !c.is_ascii_digit()) {
                    assert!(
                        number.is_empty() || number.parse::<i64>().unwrap() <= HEIGHT,
                        "{path}"
                    );
                }
                assert!(!path.contains("v--") && !path.contains("v-0"), "{path}");
            }
        }
    }

    #[test]
    fn a_site_without_devices_has_an_empty_ground() {
        let site = strip(&[]);
        assert_eq!(site.label(), "Last 30 days: no device");
        assert_eq!(classes(&site), ["day-none"]);
    }
}
