//! A form as it is shown: what is in it, and why it was not saved.

use axum::http::StatusCode;

use super::refused::Again;
use crate::managing::{Difference, Problems, Texts, differences, stamp};

/// What is in a form and what is said of it.
pub struct Filled<T> {
    pub text: T,
    pub problems: Problems,
    /// What the form was filled from; empty: nothing is stored yet.
    pub stamp: String,
    /// What is stored, where somebody else changed it after the form was filled.
    pub meanwhile: Option<Vec<Difference>>,
}

impl<T: Texts> Filled<T> {
    /// With what a new one begins with.
    pub fn new(text: T) -> Self {
        Self {
            text,
            problems: Problems::default(),
            stamp: String::new(),
            meanwhile: None,
        }
    }

    /// With what is stored.
    pub fn of(stored: T) -> Self {
        Self {
            stamp: stamp(&stored.texts()),
            ..Self::new(stored)
        }
    }

    /// Says why what was typed was not saved, beside what is stored `now`.
    pub fn refuse(&mut self, again: Again, now: &T) -> StatusCode {
        match again {
            Again::Wrong(problems) => {
                self.problems = problems;
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Again::Meanwhile => {
                let now = now.texts();
                // Saving again writes over what is stored now.
                self.stamp = stamp(&now);
                self.meanwhile = Some(differences(T::FIELDS, &self.text.texts(), &now));
                StatusCode::CONFLICT
            }
        }
    }
}
