"""Use cases of the form room; see each module.

Publishing: ``publish``, ``save_in_the_making``, ``current``.
Filling: ``start``, ``save_page``, ``save_more``, ``remove_item``, ``remove_upload``, ``leave``.
Coming back: ``resume``. Sending: ``submit``. By the clock: ``expire_drafts``.
"""

from cotonou.formbuilder.services.expiring import expire_drafts
from cotonou.formbuilder.services.filling import (
    DraftChangedError,
    DraftClosedError,
    Saved,
    leave,
    remove_item,
    remove_upload,
    require_open,
    save_more,
    save_page,
    start,
)
from cotonou.formbuilder.services.publishing import (
    BadDefinitionError,
    current,
    publish,
    save_in_the_making,
)
from cotonou.formbuilder.services.resuming import ResumeRefusedError, TooManyTriesError, resume
from cotonou.formbuilder.services.sending import AlreadySubmittedError, IncompleteError, sent_uploads, submit

__all__ = [
    "AlreadySubmittedError",
    "BadDefinitionError",
    "DraftChangedError",
    "DraftClosedError",
    "IncompleteError",
    "ResumeRefusedError",
    "Saved",
    "TooManyTriesError",
    "current",
    "expire_drafts",
    "leave",
    "publish",
    "remove_item",
    "remove_upload",
    "require_open",
    "resume",
    "save_in_the_making",
    "save_more",
    "save_page",
    "sent_uploads",
    "start",
    "submit",
]
