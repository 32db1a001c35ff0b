"""Sends files as what they are: schemathesis itself knows no way to write these types."""

import schemathesis


@schemathesis.serializer("text/csv", "application/zip")
def as_it_is(ctx, value):
    body = value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")
    return {"data": body}
