SELECT to_jsonb(told)::text
FROM (
    SELECT 1 AS part, sites.slug AS place, to_jsonb(sites) - 'id' - 'origin' AS said
    FROM sites
    UNION ALL
    SELECT 2, sites.slug || '/' || devices.name,
           to_jsonb(devices) - 'id' - 'site_id' - 'credential_id' - 'origin' - 'newest_snapshot_id'
               - 'last_verified_snapshot_id' - 'last_run_id' - 'schedule_id' - 'schedule_since'
           || jsonb_build_object(
               'credential', credentials.name,
               'newest', newest.taken_at,
               'verified', verified.taken_at,
               'schedule', schedules.rhythm,
               'keys', (SELECT jsonb_agg(to_jsonb(host_keys) - 'device_id') FROM host_keys WHERE device_id = devices.id)
           )
    FROM devices
    JOIN sites ON sites.id = devices.site_id
    JOIN credentials ON credentials.id = devices.credential_id
    LEFT JOIN schedules ON schedules.id = devices.schedule_id
    LEFT JOIN snapshots newest ON newest.id = devices.newest_snapshot_id
    LEFT JOIN snapshots verified ON verified.id = devices.last_verified_snapshot_id
    UNION ALL
    SELECT 3, sites.slug || '/' || devices.name || '/' || taken_at,
           to_jsonb(snapshots) - 'id' - 'device_id' - 'base_snapshot_id' - 'body' - 'batch_id'
    FROM snapshots
    JOIN devices ON devices.id = snapshots.device_id
    JOIN sites ON sites.id = devices.site_id
    UNION ALL
    SELECT 4, name, to_jsonb(credentials) - 'id' - 'sealed' - 'updated_at' - 'origin'
    FROM credentials
    UNION ALL
    SELECT 5, concat_ws('/', sites.slug, devices.name, schedules.tag),
           to_jsonb(schedules) - 'id' - 'site_id' - 'device_id' - 'origin'
    FROM schedules
    LEFT JOIN devices ON devices.id = schedules.device_id
    LEFT JOIN sites ON sites.id = coalesce(schedules.site_id, devices.site_id)
    UNION ALL
    SELECT 6, concat_ws('/', sites.slug, devices.name),
           to_jsonb(maintenance_windows) - 'id' - 'site_id' - 'device_id' - 'origin'
    FROM maintenance_windows
    LEFT JOIN devices ON devices.id = maintenance_windows.device_id
    LEFT JOIN sites ON sites.id = coalesce(maintenance_windows.site_id, devices.site_id)
    UNION ALL
    SELECT 7, sites.slug, to_jsonb(retention_rules) - 'site_id'
    FROM retention_rules
    LEFT JOIN sites ON sites.id = retention_rules.site_id
    UNION ALL
    SELECT 8, sites.slug, to_jsonb(archive_plans) - 'id' - 'site_id' - 'origin' - 'due_at'
    FROM archive_plans
    LEFT JOIN sites ON sites.id = archive_plans.site_id
) AS told
ORDER BY part, place, said
