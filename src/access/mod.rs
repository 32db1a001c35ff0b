//! Who somebody is and what they may do: no pages, and no decision about a single one.

mod person;

pub use person::Person;
