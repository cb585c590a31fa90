"""Use cases of the documents room; see each module."""

from cotonou.documents.services.issuing import (
    SnapshotMismatch,
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
    "attach_uploads",
    "discard_upload",
    "purge_uploads",
    "rescan_uploads",
    "store_upload",
    "SnapshotMismatch",
    "issue",
    "publish_template",
    "record_print",
    "replace",
    "revoke",
    "template_for",
]
