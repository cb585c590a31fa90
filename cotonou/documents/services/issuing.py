"""Issuing, replacing, revoking and handing out documents; receiving files."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from cotonou.accounts.actors import Actor
from cotonou.accounts.models import Office
from cotonou.audit import services as audit
from cotonou.core import codes
from cotonou.core.errors import Conflict, DomainError
from cotonou.documents import kinds, layouts, plain_templates, serials
from cotonou.documents.models import (
    DocumentHistory,
    DocumentPrint,
    DocumentTemplate,
    IssuedDocument,
    TemplateVersion,
)
from cotonou.documents.states import DocumentState, HistoryKind
from cotonou.jobs import services as jobs
from cotonou.territory.dates import local_date, local_today

CODE_LENGTH = 10


class SnapshotError(ValueError):
    """The snapshot does not hold exactly the variables of its template: a programming error."""


@transaction.atomic
def publish_template(
    *,
    kind: str,
    source: str,
    variables: list[str],
    legal_reference: str,
    starts_on: date,
    by: Actor,
    css: str = "",
    layout: str = "certificate",
    keep_reference: bool = False,
    again: bool = False,
) -> TemplateVersion:
    """The published version with exactly this content: the latest if nothing changed, else a new one.

    A new legal reference is a change, unless ``keep_reference``: loading the
    reference data again must not undo what the City confirmed since.
    again: a new version even if nothing changed, because it starts on another day.
    layout: one of ``layouts.NAMES``; its text is copied into the version.
    css: rules added to those of the layout.
    Raises plain_templates.TemplateRefusedError when the source uses a tag, filter or
    name that is not allowed.
    """
    page, base_css = layouts.load(layout)
    css = f"{base_css}\n{css}" if css else base_css
    plain_templates.check_source(source, variables=set(variables))
    template, _created = DocumentTemplate.objects.get_or_create(kind=kind)
    DocumentTemplate.objects.select_for_update().get(pk=template.pk)
    content = {"layout": page, "source": source, "css": css, "variables": sorted(variables)}
    latest = template.versions.filter(published_at__isnull=False).order_by("-number").first()
    same = latest and all(getattr(latest, name) == value for name, value in content.items())
    known = keep_reference or (latest is not None and latest.legal_reference == legal_reference)
    if latest and same and known and not again:
        return latest
    number = (template.versions.aggregate(last=Max("number"))["last"] or 0) + 1
    version = TemplateVersion.objects.create(
        template=template,
        number=number,
        legal_reference=legal_reference,
        starts_on=starts_on,
        published_at=timezone.now(),
        published_by_uuid=by.uuid,
        published_by_label=by.label,
        **content,
    )
    audit.record("documents.template_published", subject=version, actor=by, kind=kind, number=number)
    return version


def template_for(kind: str, *, on: date | None = None) -> TemplateVersion:
    """The version of ``kind`` in force on a day (today). Raises DomainError when there is none."""
    version = TemplateVersion.objects.in_force(kind, on or local_today()).first()
    if version is None:
        raise DomainError(
            _("Ce document n’a pas de modèle en vigueur. Prévenez le responsable des démarches."),
            code="no_template",
        )
    return version


@transaction.atomic
def issue(
    *,
    kind: str,
    subject_kind: str,
    subject_uuid: UUID,
    office: Office,
    template_version: TemplateVersion,
    snapshot: dict[str, Any],
    by: Actor,
) -> IssuedDocument:
    """Decide a document: number, code and content are fixed; the sealed PDF follows by job.

    snapshot: exactly the template's variables, made of dicts, lists, texts and
    whole numbers (dates as ISO texts). Call it last in your transaction: it
    locks the office's counter until you commit.
    Raises KeyError for a kind nobody registered, SnapshotError or TypeError
    for a wrong snapshot, Conflict when the subject already has a valid
    document of this kind (use ``replace``).
    """
    return _issue(
        kind=kind,
        subject_kind=subject_kind,
        subject_uuid=subject_uuid,
        office=office,
        template_version=template_version,
        snapshot=snapshot,
        by=by,
    )


def _issue(
    *, kind: str, template_version: TemplateVersion, snapshot: dict[str, Any], by: Actor, **fields: Any
) -> IssuedDocument:
    registered = kinds.get(kind)
    _check(kind, template_version, snapshot)
    taken = IssuedDocument.objects.filter(
        kind=kind,
        subject_kind=fields["subject_kind"],
        subject_uuid=fields["subject_uuid"],
        state=DocumentState.VALID,
    )
    if taken.exists():
        raise Conflict(
            _("Ce document a déjà été émis. Remplacez-le au lieu de le refaire."), code="already_issued"
        )
    now = timezone.now()
    serial = serials.next_for(office=fields["office"], year=local_date(now).year, series=registered.series)
    document = IssuedDocument.objects.create(
        kind=kind,
        template_version=template_version,
        snapshot=snapshot,
        serial=serial.text,
        serial_series=serial.series,
        serial_year=serial.year,
        serial_number=serial.number,
        code=codes.new_code(CODE_LENGTH),
        issued_at=now,
        issued_by_uuid=by.uuid,
        issued_by_label=by.label,
        **fields,
    )
    _note(document, HistoryKind.ISSUED, by=by)
    jobs.enqueue("documents.seal", key=f"seal:{document.pk}", payload={"document": document.pk})
    audit.record("documents.issued", subject=document, actor=by, kind=kind, serial=serial.text)
    return document


def _check(kind: str, version: TemplateVersion, snapshot: dict[str, Any]) -> None:
    if version.template.kind != kind or version.published_at is None:
        raise SnapshotError(f"{version} is not a published template of {kind}")
    missing = [name for name in version.variables if not _holds(snapshot, name)]
    unknown = sorted(set(snapshot) - {name.partition(".")[0] for name in version.variables})
    if missing or unknown:
        raise SnapshotError(f"missing {missing}, unknown {unknown}")
    plain_templates.check_plain(snapshot)


def _holds(snapshot: dict[str, Any], name: str) -> bool:
    """Whether "answers.street" is there; of dicts only."""
    current: Any = snapshot
    for part in name.split("."):
        if not isinstance(current, dict) or part not in current:
            return False
        current = current[part]
    return True


def _note(document: IssuedDocument, event: str, *, by: Actor, reason: str = "") -> None:
    DocumentHistory.objects.create(
        document=document, event=event, by_uuid=by.uuid, by_label=by.label, reason=reason
    )


def _locked(document: IssuedDocument) -> IssuedDocument:
    return IssuedDocument.objects.select_for_update(of=("self",)).get(pk=document.pk)


@transaction.atomic
def revoke(*, document: IssuedDocument, by: Actor, reason: str) -> IssuedDocument:
    """The document no longer counts; verification says so at once. Raises IllegalTransition."""
    if not reason.strip():
        raise DomainError(_("Indiquez le motif de la révocation."), code="reason_missing")
    document = _locked(document)
    document.revoke(reason=reason.strip()[:300])
    document.save(update_fields=["state", "revoked_at", "revocation_reason"])
    _note(document, HistoryKind.REVOKED, by=by, reason=document.revocation_reason)
    audit.record("documents.revoked", subject=document, actor=by, reason=reason)
    return document


@transaction.atomic
def replace(
    *,
    document: IssuedDocument,
    by: Actor,
    reason: str,
    template_version: TemplateVersion,
    snapshot: dict[str, Any],
    office: Office | None = None,
    kind: str = "",
) -> IssuedDocument:
    """A corrected document for the same subject; the old one is shown as replaced. Returns the new one.

    kind: of the new one when it is not the old one's (an act found after all).
    Same rules for the snapshot as ``issue``. Raises IllegalTransition.
    """
    if not reason.strip():
        raise DomainError(_("Indiquez le motif du remplacement."), code="reason_missing")
    old = _locked(document)
    old.mark_replaced()
    old.save(update_fields=["state", "replaced_at"])
    _note(old, HistoryKind.REPLACED, by=by, reason=reason.strip()[:300])
    new = _issue(
        kind=kind or old.kind,
        subject_kind=old.subject_kind,
        subject_uuid=old.subject_uuid,
        office=office or old.office,
        template_version=template_version,
        snapshot=snapshot,
        by=by,
        replaces=old,
    )
    audit.record("documents.replaced", subject=old, actor=by, reason=reason, by_document=str(new.public_id))
    return new


@transaction.atomic
def record_print(*, document: IssuedDocument, by: Actor) -> DocumentPrint:
    """Count one paper copy and say which number it is. Raises DomainError when nothing may be printed."""
    document = _locked(document)
    if document.sealed_at is None:
        raise DomainError(
            _("Le document n’est pas encore prêt. Attendez quelques instants, puis réessayez."),
            code="not_sealed",
        )
    if document.state != DocumentState.VALID:
        raise Conflict(
            _("Ce document n’est plus valable (%(state)s). Ne l’imprimez pas.")
            % {"state": document.get_state_display()},
            code="not_valid",
        )
    last = document.prints.aggregate(last=Max("copy_number"))["last"] or 0
    copy = DocumentPrint.objects.create(
        document=document,
        copy_number=last + 1,
        by_uuid=by.uuid,
        by_label=by.label,
        office_uuid=by.office_uuid,
    )
    audit.record("documents.printed", subject=document, actor=by, copy=copy.copy_number)
    return copy
