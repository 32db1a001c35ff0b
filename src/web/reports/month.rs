//! A month as an address names it, and its days where the site is.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike as _, Months, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::db::pages::Slice;
use crate::web::runs::days::midnight;

/// A month of a year from 2000 to 2199, by its first day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month(NaiveDate);

/// It is not written like `2026-05`, or out of range.
#[derive(Debug, PartialEq, Eq)]
pub struct NoMonth;

impl Month {
    /// The month of a moment somewhere.
    pub fn at(moment: DateTime<Utc>, zone: Tz) -> Self {
        let day = moment.with_timezone(&zone).date_naive();
        Self(day.with_day(1).unwrap_or(day))
    }

    /// `May 2026`.
    pub fn name(self) -> String {
        self.0.format("%B %Y").to_string()
    }

    /// The month that is so many months earlier; the first one where there is none.
    pub fn earlier(self, months: u32) -> Self {
        Self(
            self.0
                .checked_sub_months(Months::new(months))
                .unwrap_or(self.0),
        )
    }

    /// How many months lie between an earlier one and this; 0 for a later one.
    pub fn since(self, earlier: Self) -> u32 {
        self.0.years_since(earlier.0).map_or(0, |years| {
            let months = (12 + self.0.month() - earlier.0.month()) % 12;
            years * 12 + months
        })
    }

    /// A page of the months back to an earlier one, newest first.
    pub fn back_to(self, first: Self, slice: Slice) -> Vec<Self> {
        let months = i64::from(self.since(first)) + 1;
        let page = slice.offset..months.min(slice.offset + slice.limit);
        let back = page.filter_map(|back| u32::try_from(back).ok());
        back.map(|back| self.earlier(back)).collect()
    }

    /// When each of its days begins, and when the last one ends.
    pub fn days(self, zone: Tz) -> (Vec<DateTime<Utc>>, DateTime<Utc>) {
        let end = self.0.checked_add_months(Months::new(1)).unwrap_or(self.0);
        let days = self.0.iter_days().take_while(|day| *day < end);
        let begins = days.map(|day| midnight(day, zone)).collect();
        (begins, midnight(end, zone))
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m"))
    }
}

impl FromStr for Month {
    type Err = NoMonth;

    fn from_str(text: &str) -> Result<Self, NoMonth> {
        // Exactly like this, so that a month has one address.
        let day = (text.len() == "2026-05".len())
            .then(|| NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").ok())
            .flatten()
            .filter(|day| (2000..2200).contains(&day.year()));
        day.map(Self)
            .filter(|month| month.to_string() == text)
            .ok_or(NoMonth)
    }
}

/// Days of a month, a bit each, the lowest for the first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DaySet(u32);

impl DaySet {
    /// As the database has them; bits that are no day are dropped.
    pub const fn from_bits(bits: i64) -> Self {
        Self((bits & 0x7fff_ffff) as u32)
    }

    /// Whether it has the day of this index, from 0.
    pub const fn has(self, index: usize) -> bool {
        index < 31 && self.0 & (1 << index) != 0
    }

    /// Adds the day of this index, from 0.
    pub const fn add(&mut self, index: usize) {
        if index < 31 {
            self.0 |= 1 << index;
        }
    }

    /// Those that either has.
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those that both have.
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Those that the other has not.
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// How many there are.
    pub const fn count(self) -> u32 {
        self.0.count_ones()
    }
}

/// `3–7, 12`; nothing for none.
impl fmt::Display for DaySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        let mut index = 0;
        while index < 31 {
            if !self.has(index) {
                index += 1;
                continue;
            }
            let length = (index..31).take_while(|day| self.has(*day)).count();
            let (first, last) = (index + 1, index + length);
            match length {
                1 => write!(f, "{separator}{first}")?,
                2 => write!(f, "{separator}{first}, {last}")?,
                _ => write!(f, "{separator}{first}\u{2013}{last}")?,
            }
            separator = ", ";
            index += length;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn month(text: &str) -> Month {
        text.parse().unwrap()
    }

    #[test]
    fn a_month_has_one_address_and_what_is_none_has_no_month() {
        assert_eq!(month("2026-05").name(), "May 2026");
        assert_eq!(month("2026-05").to_string(), "2026-05");
        for text in [
            "",
            "2026",
            "2026-13",
            "2026-00",
            "1999-12",
            "2200-01",
            "2026-5",
            "2026-05-01",
            "2026/05",
            "+202-05",
            " 026-05",
            "2026-0\u{e9}",
            "20260501",
        ] {
            assert_eq!(text.parse::<Month>(), Err(NoMonth), "{text}");
        }
    }

    #[test]
    fn a_month_begins_and_ends_at_midnight_where_the_site_is() {
        let (days, end) = month("2026-03").days(Tz::Europe__Berlin);
        let told = |at: &DateTime<Utc>| at.format("%m-%d %H:%M").to_string();
        assert_eq!(days.len(), 31);
        assert_eq!(
            (told(&days[0]), told(&end)),
            ("02-28 23:00".to_owned(), "03-31 22:00".to_owned())
        );
        let late: DateTime<Utc> = "2026-05-31T23:30:00Z".parse().unwrap();
        assert_eq!(Month::at(late, Tz::Europe__Berlin), month("2026-06"));
        assert_eq!(Month::at(late, Tz::UTC), month("2026-05"));
        assert_eq!(month("2024-02").days(Tz::UTC).0.len(), 29);
    }

    #[test]
    fn months_are_counted_over_years() {
        assert_eq!(month("2026-02").since(month("2025-11")), 3);
        assert_eq!(month("2026-02").since(month("2026-02")), 0);
        assert_eq!(month("2026-02").since(month("2026-03")), 0);
        assert_eq!(month("2026-02").earlier(3), month("2025-11"));
    }

    #[test]
    fn a_page_of_months_ends_with_the_first_there_is() {
        let back = |offset| {
            let slice = Slice { limit: 2, offset };
            month("2026-02").back_to(month("2025-12"), slice)
        };
        assert_eq!(back(0), [month("2026-02"), month("2026-01")]);
        assert_eq!(back(2), [month("2025-12")]);
        assert!(back(4).is_empty());
    }

    #[test]
    fn days_are_told_in_ranges() {
        let told = |bits| DaySet::from_bits(bits).to_string();
        assert_eq!(told(0), "");
        assert_eq!(told(0b1), "1");
        assert_eq!(told(0b11), "1, 2");
        assert_eq!(told(0b1000_0111_1100), "3\u{2013}7, 12");
        assert_eq!(told(-1), "1\u{2013}31");
    }

    proptest! {
        #[test]
        fn a_month_is_as_far_back_as_it_was_counted(years in 2000_i32..2200, number in 1_u32..=12, back in 0_u32..400) {
            let later = Month(NaiveDate::from_ymd_opt(years, number, 1).unwrap());
            prop_assert_eq!(later.since(later.earlier(back)), back);
        }
    }
}
