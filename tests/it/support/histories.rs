//! What is never true of stored histories, whatever was stored, deleted or killed.

/// Counts chains of another length than stored or too long, and devices that count or name wrongly.
pub const WRONG_HISTORIES: &str = "
    WITH RECURSIVE chains AS (
        SELECT id, id AS above, 0 AS depth FROM snapshots
        UNION ALL
        SELECT chains.id, snapshots.id, chains.depth + 1
        FROM chains
        JOIN snapshots ON snapshots.base_snapshot_id = chains.above
    ),
    longest AS (SELECT id, max(depth) AS depth FROM chains GROUP BY id)
    SELECT (SELECT count(*) FROM snapshots JOIN longest USING (id)
            WHERE chain_length <> depth OR chain_length >= 100)
         + (SELECT count(*) FROM devices
            WHERE snapshot_count <> (SELECT count(*) FROM snapshots WHERE device_id = devices.id)
               OR newest_snapshot_id IS DISTINCT FROM (
                      SELECT id FROM snapshots WHERE device_id = devices.id
                      ORDER BY taken_at DESC, id DESC LIMIT 1)
               OR last_verified_snapshot_id IS DISTINCT FROM (
                      SELECT id FROM snapshots WHERE device_id = devices.id AND verdict = 'verified'
                      ORDER BY taken_at DESC, id DESC LIMIT 1))";
