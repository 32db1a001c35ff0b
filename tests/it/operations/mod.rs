//! Running RouterVault for years: what tells how it is, how it stops, and how it is kept.

mod doctor;
mod history;
mod inventory;
mod packaging;
mod stopping;
mod upgrade;
