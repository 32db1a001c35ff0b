//! Running RouterVault for years: what tells how it is, how it stops, and how it is kept.

mod doctor;
