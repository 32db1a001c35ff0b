//! Archives in the database: what is read to make one, what is written to restore one, and the
//! list of those that were asked for or brought.

mod export;
mod import;
mod list;
mod plans;
mod queue;
pub mod records;
mod size;
mod upload;

pub use export::{
    ExportedCredential, ExportedSite, ExportedSnapshot, get_device, list_credentials, list_devices,
    list_sites, list_snapshots, list_users,
};
pub use import::{
    Existing, count_restored, get_existing, insert_credential, insert_device, insert_site,
    insert_snapshot, insert_user, mark_devices_restored,
};
pub use list::{ListedArchive, cancel, count, delete, get, insert_uploaded, list, note_restore};
pub use plans::{
    MOST_PLANS, PlanValues, StoredPlan, Surplus, delete_plan, delete_surplus, get_plan,
    insert_plan, list_due_plans, list_plans, mark_plan_due, queue_planned, update_plan,
};
pub use queue::{
    Claimed, Finished, MAX_KEPT, NewArchive, Requested, claim, count_kept, has_room, heartbeat,
    list_file_names, mark_completed, mark_failed, release, request, sweep,
};
pub use size::{Size, measure};
pub use upload::insert_brought;
