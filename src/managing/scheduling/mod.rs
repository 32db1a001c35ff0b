//! Schedules, maintenance windows and plans of archives as they are typed: checked, compared with what is stored, and
//! written, as sites and devices are.

mod archive_plan;
mod change;
mod change_plan;
mod days;
mod schedule;
mod target;
mod window;

pub use archive_plan::ArchivePlanText;
pub use change::{
    create_schedule, create_window, delete_schedule, delete_window, update_schedule, update_window,
};
pub use change_plan::{create_archive_plan, delete_archive_plan, update_archive_plan};
pub use schedule::ScheduleText;
pub use window::WindowText;
