//! The program killed two hundred times at moments of chance, while it backs up, deletes, archives
//! and restores: what was reported done stays done, nothing half done is ever to be seen, and in
//! the end all of it has ended.

mod end;
mod house;
mod moment;
mod observer;
mod processes;
mod scene;
mod visitor;
mod work;

use rand::SeedableRng as _;
use rand::rngs::StdRng;

use scene::Scene;

const KILLS: usize = 200;

/// What is to have been done at least, so that there was something to lose: backups, deleted
/// snapshots, archives, restores; and how many backups, archives and restored sites the server is to
/// have shown.
const ENOUGH: [usize; 7] = [200, 100, 10, 10, 50, 20, 5];

/// Names the seed of an earlier failure. What the machine makes of it is chance all the same.
const SEED: &str = "ROUTERVAULT_KILLS_SEED";

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_two_hundred_moments_nothing_done_is_lost_and_nothing_half_done_is_seen() {
    let seed = std::env::var(SEED).map_or_else(|_| rand::random(), |seed| seed.parse().unwrap());
    println!("to begin with the same chances: {SEED}={seed}");
    let mut scene = Scene::open(StdRng::seed_from_u64(seed)).await;
    let is_enough = |done: [usize; 7]| done.iter().zip(ENOUGH).all(|(done, least)| *done >= least);
    while scene.kills < KILLS || !is_enough(scene.observer.done()) {
        scene.ask().await;
        scene.run_for_a_moment().await;
        scene.kill_one().await;
        scene.look().await;
    }
    println!("after {} kills: {:?}", scene.kills, scene.observer.done());
    scene.end().await;
}
