//! Schedules and maintenance windows as they are typed: checked, compared with what is stored, and
//! written, as sites and devices are.

mod change;
mod days;
mod schedule;
mod target;
mod window;

pub use change::{
    create_schedule, create_window, delete_schedule, delete_window, update_schedule, update_window,
};
pub use schedule::ScheduleText;
pub use window::WindowText;
