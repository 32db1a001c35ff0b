UPDATE devices
SET address = wanted.address,
    port = wanted.port,
    platform = wanted.platform,
    credential_id = wanted.credential_id,
    tags = string_to_array(wanted.tags, ','),
    enabled = wanted.enabled,
    legacy_ssh = wanted.legacy_ssh,
    connect_timeout_secs = wanted.connect_timeout_secs,
    export_timeout_secs = wanted.export_timeout_secs,
    origin = 'file',
    archived_at = NULL
FROM UNNEST($1::bigint[], $2::text[], $3::text[], $4::integer[], $5::text[], $6::bigint[],
            $7::text[], $8::boolean[], $9::boolean[], $10::integer[], $11::integer[])
         AS wanted (site_id, name, address, port, platform, credential_id,
                    tags, enabled, legacy_ssh, connect_timeout_secs, export_timeout_secs)
JOIN devices AS old ON old.site_id = wanted.site_id AND old.name = wanted.name
WHERE devices.id = old.id
  AND (old.address, old.port, old.platform, old.credential_id,
       old.tags, old.enabled, old.legacy_ssh,
       old.connect_timeout_secs, old.export_timeout_secs, old.origin, old.archived_at)
      IS DISTINCT FROM
      (wanted.address, wanted.port, wanted.platform, wanted.credential_id,
       string_to_array(wanted.tags, ','), wanted.enabled, wanted.legacy_ssh,
       wanted.connect_timeout_secs, wanted.export_timeout_secs, 'file', NULL::timestamptz)
RETURNING old.archived_at IS NOT NULL AS "archived!", old.origin AS "origin!: crate::model::Origin"
