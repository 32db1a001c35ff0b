//! Archives: made, checked and restored, over a real database; and what is wrong with those that
//! somebody brings.

mod commands;
mod damaged;
mod full;
pub mod house;
mod killed;
mod older;
mod pages;
mod plans;
mod plans_restored;
pub mod restored;
mod settings;
mod worker;
