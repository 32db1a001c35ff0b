//! The drivers, one folder a vendor.

pub mod routeros;
