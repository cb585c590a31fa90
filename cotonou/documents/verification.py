"""Is this paper, file or code ours, and does it still count?

A PDF is accepted when it is, byte for byte, the one we stored, and its seal
holds against our own trust roots at the moment it was sealed. A QR code is
accepted when a key of ours signed it. Nothing here says more than the paper.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, time

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from cotonou.core import codes
from cotonou.documents import kinds, qr
from cotonou.documents.keys.base import SEAL_FIELD
from cotonou.documents.models import IssuedDocument, PublicKey
from cotonou.documents.states import DocumentState, KeyUse
from cotonou.territory.dates import COTONOU, local_date

VALID, REPLACED, REVOKED = DocumentState.VALID, DocumentState.REPLACED, DocumentState.REVOKED
UNKNOWN, ALTERED, MISTYPED, TRIAL = "UNKNOWN", "ALTERED", "MISTYPED", "TRIAL"


@dataclass(frozen=True)
class Verdict:
    """status: VALID, REPLACED, REVOKED, TRIAL, UNKNOWN, ALTERED (made from one of ours) or MISTYPED.

    TRIAL: sealed, before the portal was real, with a key that was only a file.
    ``document`` is set for the first four only.
    """

    status: str
    document: IssuedDocument | None = None

    @property
    def accepted(self) -> bool:
        return self.status == VALID


def papers() -> QuerySet[IssuedDocument]:
    """Documents that exist on paper, with what the public page shows, in one query."""
    trial_keys = PublicKey.objects.filter(use=KeyUse.SEAL, key_id=OuterRef("seal_fingerprint"), is_trial=True)
    # Few columns: building and reading the whole rows is a third of the page's time.
    return (
        IssuedDocument.objects.sealed()
        .select_related("office")
        .only(
            "kind", "snapshot", "serial", "state", "issued_at", "sealed_at", "replaced_at", "revoked_at",
            "qr_payload", "seal_fingerprint", "office__name",
        )
        .annotate(sealed_on_trial=Exists(trial_keys))
    )  # fmt: skip


def state_of(document: IssuedDocument | None) -> Verdict:
    """``document``: one of ``papers()``. In a demonstration everything is a trial, and the pages say so."""
    if document is None:
        return Verdict(UNKNOWN)
    on_trial = getattr(document, "sealed_on_trial")  # noqa: B009 - a column of papers(), which no type knows
    if document.state == VALID and on_trial and not settings.DEMO:
        return Verdict(TRIAL, document)
    return Verdict(document.state, document)


def verify_code(typed: str) -> Verdict:
    """What somebody typed from a paper."""
    code = codes.normalise(typed)
    if code is None:
        return Verdict(MISTYPED)
    return state_of(papers().filter(code=code).first())


def verify_payload(payload: str) -> Verdict:
    """The text after # in a QR code."""
    try:
        claim = qr.read(payload)
    except qr.BadPayloadError:
        return Verdict(ALTERED)
    key = PublicKey.objects.filter(use=KeyUse.QR, key_id=claim.key_id).first()
    if key is None or not qr.check(claim, qr.raw_key(key.material)):
        return Verdict(ALTERED)
    document = papers().filter(code=claim.code).first()
    if document is not None and document.qr_payload != payload:
        return Verdict(ALTERED)
    moment = document.sealed_at if document else datetime.combine(claim.issued_on, time(12), COTONOU)
    if not key.trusted_at(moment):
        return Verdict(ALTERED)
    return state_of(document)


def verify_pdf(content: bytes) -> Verdict:
    """A PDF file, as it was downloaded."""
    document = papers().filter(pdf_sha256=hashlib.sha256(content).hexdigest()).first()
    if document is None or document.sealed_at is None:
        # One of ours with a byte changed or something appended still names our seal.
        ours = content.startswith(b"%PDF-") and SEAL_FIELD.encode() in content
        return Verdict(ALTERED if ours else UNKNOWN)
    from cotonou.documents import seals  # pyHanko is heavy, and only this page needs it

    if not seals.hold(content, moment=document.sealed_at, fingerprint=document.seal_fingerprint):
        return Verdict(ALTERED)
    return state_of(document)


def shown(document: IssuedDocument) -> dict:
    """What the public page may say: what is printed on the paper, and the state."""
    kind = kinds.get(document.kind)
    changed_at = document.revoked_at or document.replaced_at
    return {
        "state": document.state,
        "kind": kind.title(document.snapshot),
        "serial": document.serial,
        "initials": kind.initials(document.snapshot),
        "issued_on": local_date(document.issued_at),
        "office": document.office.name,
        "changed_on": local_date(changed_at) if changed_at else None,
        "more": kind.public_fields(document.snapshot) if kind.public_fields else [],
    }


def published_keys() -> list[dict]:
    """The QR keys of all time, for phones that check alone."""
    return [
        {
            "id": key.key_id,
            "x": key.material,
            "from": _day(key.valid_from),
            "until": _day(min(key.valid_until, key.revoked_at or key.valid_until)),
            "trial": key.is_trial and not settings.DEMO,
        }
        for key in PublicKey.objects.for_use(KeyUse.QR)
    ]


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(COTONOU):%Y%m%d}"


def withdrawn() -> dict:
    """The revocation list: fingerprints of QR payloads, which only who holds the paper can make."""
    rows = (
        IssuedDocument.objects.sealed()
        .exclude(state=VALID)
        .order_by("pk")
        .values_list("qr_payload", "state")
        .iterator(chunk_size=2000)
    )
    return {
        "at": timezone.now().astimezone(UTC).isoformat(timespec="seconds"),
        "withdrawn": {qr.fingerprint(payload): state for payload, state in rows},
    }
