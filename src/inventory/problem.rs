//! What is wrong with an inventory file, as it is told to the person who wrote it.

use std::fmt;

/// How many problems are printed; the rest is a number, for nobody reads a thousand.
pub(super) const SHOWN: usize = 200;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Line in the file, from 1; `None` when it is about the file itself.
    pub line: Option<usize>,
    /// What is wrong and what to write instead; never shows a secret.
    pub message: String,
}

/// Everything that is wrong with one file, by line. Prints as one `file:line: message` each,
/// at most the first 200 of them.
#[derive(Debug, Clone)]
pub struct Problems {
    origin: String,
    list: Vec<Problem>,
}

impl Problems {
    pub(super) fn new(origin: &str, mut list: Vec<Problem>) -> Self {
        list.sort_by_key(|problem| problem.line);
        Self {
            origin: origin.to_owned(),
            list,
        }
    }

    /// A problem of the file as a whole.
    pub(super) fn of_file(origin: &str, message: String) -> Self {
        let line = None;
        Self::new(origin, vec![Problem { line, message }])
    }

    /// All of them, by line.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.list.iter()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.list.iter().take(SHOWN).enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            match problem.line {
                Some(line) => write!(f, "{}:{line}: {}", self.origin, problem.message)?,
                None => write!(f, "{}: {}", self.origin, problem.message)?,
            }
        }
        match self.list.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, "\n... and {more} more"),
        }
    }
}

impl std::error::Error for Problems {}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(count: usize) -> Problems {
        let list = (1..=count).rev().map(|line| Problem {
            line: Some(line),
            message: "is wrong".to_owned(),
        });
        Problems::new("devices.toml", list.collect())
    }

    #[test]
    fn problems_are_told_by_line() {
        let told = problems(2).to_string();
        assert_eq!(told, "devices.toml:1: is wrong\ndevices.toml:2: is wrong");
    }

    #[test]
    fn the_two_hundred_and_first_problem_is_only_counted() {
        assert!(!problems(200).to_string().contains("more"));
        let told = problems(203).to_string();
        assert!(told.ends_with(":200: is wrong\n... and 3 more"), "{told}");
        assert_eq!(problems(203).iter().count(), 203);
    }

    #[test]
    fn a_problem_of_the_file_has_no_line() {
        let told = Problems::of_file("devices.toml", "is not there".to_owned());
        assert_eq!(told.to_string(), "devices.toml: is not there");
    }
}
