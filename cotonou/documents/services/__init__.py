"""Use cases of the documents room; see each module."""

from cotonou.documents.services.issuing import (
    SnapshotError,
    issue,
    publish_template,
    record_print,
    replace,
    revoke,
    template_for,
)
from cotonou.documents.services.uploads import (
    attach_uploads,
    discard_upload,
    purge_uploads,
    rescan_uploads,
    store_upload,
)

__all__ = [
    "SnapshotError",
    "attach_uploads",
    "discard_upload",
    "issue",
    "publish_template",
    "purge_uploads",
    "record_print",
    "replace",
    "rescan_uploads",
    "revoke",
    "store_upload",
    "template_for",
]
