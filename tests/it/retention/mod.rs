//! Retention over real histories: what stays is what the rules promise, and everything that stays
//! is read back.

mod house;
mod killed;
mod promise;
mod runs;
mod year;
