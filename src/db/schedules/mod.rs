//! Schedules and maintenance windows: what an administrator or the inventory file says of them
//! (`stored`, `windows`), which schedule each device has by that (`effective`), when each site is
//! due by each (`due`), and what is held back while a window is open (`held`).
//!
//! Whoever changes something holds [`inventory::lock`](super::inventory::lock).

mod due;
mod effective;
mod held;
mod stored;
mod target;
mod windows;

pub use due::{Due, PairDevice, list_due, list_pair_devices, mark_planned};
pub use effective::resolve;
pub use held::{Held, Waiting, delete_held, hold, list_held, list_waiting_sites, withdraw};
pub use stored::{
    ScheduleRow, ScheduleValues, StoredSchedule, delete_schedule, get_schedule, get_schedule_of,
    hand_over_schedule, list_schedule_rows, list_schedules, save_schedules,
};
pub use target::{PlacedTarget, is_tag_scheduled, is_target_there};
pub use windows::{
    PlacedWindow, StoredWindow, WindowRow, WindowValues, delete_window, get_window,
    list_placed_windows, list_window_rows, list_windows, save_windows,
};
