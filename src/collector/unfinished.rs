//! Recording attempts that came to no result: a fault of ours, or a person cancelled them. Apart
//! from `record`, for nothing is stored here.

use crate::db::devices::{self, Found};
use crate::db::runs::{self, EndResult, Ending};
use crate::model::{DayMark, Failure, FailureCode, day_in};

use super::{Flight, Shared, counting};

/// Records that a run ended by a fault of ours.
pub(super) async fn fault(shared: &Shared, flight: &Flight) {
    let failure = Failure::new(
        FailureCode::Internal,
        "A fault of RouterVault itself ended this backup; its log has the detail.",
    );
    let ended_at = flight.job.started_at + flight.trail.elapsed();
    let day = day_in(&flight.job.timezone, ended_at);
    let found = Found {
        ended_run: Some(flight.claim.run),
        day: Some((day, DayMark::Failed)),
        ..Found::default()
    };
    let ending = ending(flight, EndResult::Failed(failure));
    if let Err(error) = record(shared, flight, &ending, &found).await {
        tracing::error!(run_id = %flight.claim.run, %error, "The fault could not be recorded; the lease will run out");
    }
}

/// Records that a run was stopped because a person asked for it. Where that fails, the lease runs
/// out, and whoever finds the run then cancels it.
pub(super) async fn cancelled(shared: &Shared, flight: &Flight) {
    flight.trail.step("cancelled");
    let run = flight.claim.run;
    let found = Found {
        ended_run: Some(run),
        ..Found::default()
    };
    let ending = ending(flight, EndResult::Cancelled);
    match record(shared, flight, &ending, &found).await {
        Ok(()) => tracing::info!(run_id = %run, "A backup was cancelled"),
        Err(error) => {
            tracing::error!(run_id = %run, %error, "The cancelling could not be recorded yet");
        }
    }
}

fn ending(flight: &Flight, result: EndResult) -> Ending {
    Ending {
        duration: flight.trail.elapsed(),
        steps: flight.trail.steps(),
        checks: Vec::new(),
        size_bytes: None,
        sha256: None,
        result,
    }
}

async fn record(
    shared: &Shared,
    flight: &Flight,
    ending: &Ending,
    found: &Found,
) -> Result<(), sqlx::Error> {
    let mut tx = shared.pool.begin().await?;
    let is_ours = runs::mark_ended(&mut tx, &shared.name, flight.claim, ending).await?;
    if is_ours {
        devices::mark_found(&mut tx, flight.job.device, found).await?;
    }
    tx.commit().await?;
    if is_ours {
        counting::count(&ending.result, ending.duration);
    }
    Ok(())
}
