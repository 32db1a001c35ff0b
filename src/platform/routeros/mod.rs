//! MikroTik RouterOS.

pub mod judge;
pub mod text;
