"""From the first page to the last: one use case per thing a person does to a draft."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cotonou.accounts.actors import Actor
from cotonou.audit import services as audit
from cotonou.core import codes
from cotonou.core.errors import Conflict, DomainError
from cotonou.core.models import Contact
from cotonou.documents import services as documents
from cotonou.documents.models import Upload
from cotonou.formbuilder import conditions, engine
from cotonou.formbuilder.definition import Field, Page
from cotonou.formbuilder.engine import Step
from cotonou.formbuilder.models import (
    CODE_LENGTH,
    Draft,
    DraftUpload,
    FormVersion,
    draft_days,
    draft_days_at_most,
    purge_days,
)
from cotonou.formbuilder.page_form import PageForm
from cotonou.formbuilder.refusals import Judge, Refusal
from cotonou.formbuilder.states import DraftState
from cotonou.notifications import services as notifications
from cotonou.notifications.models import Message

MAX_ANSWERS_BYTES = 300_000
SUBJECT_KIND = "formbuilder.draft"
LEFT_TEMPLATE = "formbuilder.draft_left"
ACCEPTED_TYPES = {"pdf": "application/pdf", "image": "image/"}


class DraftClosedError(Conflict):
    code = "draft_closed"

    def __init__(self) -> None:
        super().__init__(_("Cette demande n’est plus modifiable : elle est envoyée ou le délai est passé."))


class DraftChangedError(Conflict):
    """The same page was saved elsewhere since it was opened here."""

    code = "draft_changed"

    def __init__(self) -> None:
        super().__init__(
            _(
                "Cette page a été modifiée dans une autre fenêtre depuis que vous l’avez ouverte. "
                "Vérifiez vos réponses ci-dessous, puis appuyez de nouveau pour les garder."
            )
        )


@dataclass(frozen=True)
class Saved:
    """What became of a page.

    kept: something was written. next_step: where to go when all was right, else
    None, and the errors are on ``form``. refusal: what ``judge`` said of this page.
    """

    draft: Draft
    form: PageForm
    kept: bool
    next_step: str | None
    refusal: Refusal | None = None


def start(
    *,
    form_version: FormVersion,
    purpose: str,
    subject_label: str,
    by: Actor,
    context: dict[str, Any] | None = None,
) -> Draft:
    """Begin a draft. purpose: the journey it belongs to (see journeys.register).

    context: ids that the service above needs, as JSON. In a view, call
    ``accounts.grants.give(request, draft.public_id)`` so that this session keeps it.
    """
    now = timezone.now()
    days = form_version.form.keep_days or draft_days()
    return Draft.objects.create(
        code=codes.new_code(CODE_LENGTH),
        purpose=purpose,
        subject_label=subject_label[:200],
        context=context or {},
        form_version=form_version,
        owner_uuid=by.uuid,
        expires_at=now + timedelta(days=days),
    )


def save_page(
    *,
    draft: Draft,
    step: Step,
    data: Mapping[str, Any],
    files: MultiValueDict[str, UploadedFile] | None,
    by: Actor,
    revision: int | None = None,
    partial: bool = False,
    judge: Judge | None = None,
) -> Saved:
    """Judge what was posted for one step and keep it if it is right.

    draft: one that ``visible_to(by)`` gave. step: from ``engine.find_step``.
    revision: the draft's revision when the page was shown; when this very page
    was saved with other answers since, nothing is written and the form says so;
    None skips the check. partial: keep the right answers even if others are
    wrong, as when the person leaves. A good file is kept in any case.
    judge: refuses answers of this page that are well formed but lead nowhere.
    Raises DraftClosedError.
    """
    require_open(draft)
    form = engine.step_form(draft.form, step, draft.filled(), data=data, files=files)
    _keep_file(draft, step.page, form, files, by)
    valid, refusal = form.is_valid(), None
    try:
        if judge is not None and (valid or partial):
            refusal = _judged(draft, step, form, judge)
            valid = valid and refusal is None
        if not valid and not partial:
            return Saved(draft, form, kept=False, next_step=None, refusal=refusal)
        written = _write(draft, step, form.answers, by=by, revision=revision)
    except DraftClosedError:
        raise
    except DomainError as error:
        form.add_error(None, error.message)
        draft.refresh_from_db()
        return Saved(draft, form, kept=False, next_step=None)
    following = engine.next_step(written.form, written.filled(), step.key) if valid else None
    return Saved(written, form, kept=True, next_step=following)


def _judged(draft: Draft, step: Step, form: PageForm, judge: Judge) -> Refusal | None:
    """The refusal that a field of this page bears, now one of its errors and no longer among its answers."""
    refusal = judge(engine.final(draft.form, engine.merge(step, draft.filled(), form.answers)))
    name = next((name for name in refusal.fields if name in form.answers), None) if refusal else None
    if refusal is None or name is None:
        return None
    form.add_error(name, refusal.text)
    del form.answers[name]
    return refusal


def require_open(draft: Draft) -> None:
    """Raises DraftClosedError for a draft that was sent or whose time is over."""
    if draft.state != DraftState.OPEN or draft.expires_at <= timezone.now():
        raise DraftClosedError


def _keep_file(
    draft: Draft,
    page: Page,
    form: PageForm,
    files: MultiValueDict[str, UploadedFile] | None,
    by: Actor,
) -> None:
    field = page.upload
    file = files.get(field.id) if files and field else None
    if field is None or file is None or field.id not in form.fields or field.id in form.errors:
        return
    try:
        _add_file(draft, field, file, by)
    except DomainError as error:
        form.add_error(field.id, error.message)


def _add_file(draft: Draft, field: Field, file: UploadedFile, by: Actor) -> None:
    """Checking a file is slow, so it happens with no transaction open and no row locked."""
    upload = documents.store_upload(
        file=file,
        purpose=field.id,
        by=by,
        subject_kind=SUBJECT_KIND,
        subject_uuid=draft.public_id,
        keep_days=draft_days_at_most() + purge_days() + 1,
    )
    accept = field.spec.get("accept", list(ACCEPTED_TYPES))
    if not any(upload.content_type.startswith(ACCEPTED_TYPES[kind]) for kind in accept):
        documents.discard_upload(upload=upload, by=by)
        wanted = _("une photo") if accept == ["image"] else _("un fichier PDF")
        raise DomainError(
            _("Choisissez %(what)s : ce type de fichier ne convient pas ici.") % {"what": wanted}
        )
    if not _link(draft, field, upload):
        documents.discard_upload(upload=upload, by=by)


@transaction.atomic
def _link(draft: Draft, field: Field, upload: Upload) -> bool:
    """False when the same file is already there or the piece is full, as after a double click."""
    draft = Draft.objects.select_for_update().get(pk=draft.pk)
    require_open(draft)
    held = list(draft.kept_uploads().filter(piece=field.id))
    if len(held) >= field.max_files or any(link.sha256 == upload.sha256 for link in held):
        return False
    DraftUpload.objects.create(draft=draft, piece=field.id, upload=upload, sha256=upload.sha256)
    _touch(draft)
    return True


@transaction.atomic
def _write(draft: Draft, step: Step, own: Mapping[str, Any], *, by: Actor, revision: int | None) -> Draft:
    draft = _locked(draft)
    page, answers = step.page, draft.answers
    changed_since = revision is not None and draft.page_revisions.get(page.id, 0) > revision
    if changed_since and engine.own_answers(step, answers) != own:
        raise DraftChangedError
    return _store(draft, step.key, engine.merge(step, answers, own), page, by)


def _locked(draft: Draft) -> Draft:
    draft = Draft.objects.select_for_update(of=("self",)).select_related("form_version").get(pk=draft.pk)
    require_open(draft)
    return draft


def _store(draft: Draft, step_key: str, answers: dict[str, Any], page: Page, by: Actor) -> Draft:
    if len(json.dumps(answers, ensure_ascii=False).encode()) > MAX_ANSWERS_BYTES:
        raise DomainError(_("Vos réponses sont trop longues : raccourcissez-les."), code="answers_too_long")
    draft.answers, draft.last_step = answers, step_key
    # Also refuses a computed total past its limit, before anything is written.
    visible = engine.final(draft.form, draft.filled())
    _sync_contact(draft, visible, by)
    _touch(draft, page)
    return draft


def _touch(draft: Draft, page: Page | None = None) -> None:
    """Every change gives the draft its full time again, up to the longest life of a draft."""
    draft.revision += 1
    if page is not None:
        draft.page_revisions[page.id] = draft.revision
    days = draft.form.keep_days or draft_days()
    longest = draft.created_at + timedelta(days=draft_days_at_most())
    draft.expires_at = max(draft.expires_at, min(timezone.now() + timedelta(days=days), longest))
    draft.save(
        update_fields=[
            "answers", "last_step", "contact", "revision", "page_revisions", "expires_at", "updated_at",
        ]
    )  # fmt: skip


def _sync_contact(draft: Draft, visible: Mapping[str, Any], by: Actor) -> None:
    """The contact is made once a phone or e-mail is given, or said not to exist, and follows the answers."""
    spec = draft.form.contact
    phone, email = (visible.get(spec.get(key, ""), "") for key in ("phone", "email"))
    absent = conditions.is_filled(visible.get(spec.get("absent", "")))
    if not phone and not email and not absent:
        return
    name = " ".join(str(visible[field]) for field in spec["name"] if conditions.is_filled(visible.get(field)))
    in_person = not phone and not email
    _set_contact(draft, by, name=name[:200], phone=phone, email=email, in_person=in_person)


def _set_contact(draft: Draft, by: Actor, **values: Any) -> None:
    contact = draft.contact
    if contact is None:
        # A counter agent types for somebody else: the account stays out of it.
        user_uuid = None if by.is_staff else by.uuid
        draft.contact = Contact.objects.create(
            language=(get_language() or "fr")[:2], user_uuid=user_uuid, **values
        )
    elif any(str(getattr(contact, key)) != str(value) for key, value in values.items()):
        for key, value in values.items():
            setattr(contact, key, value)
        contact.save(update_fields=list(values))


@transaction.atomic
def save_more(*, draft: Draft, step: Step, more: bool, by: Actor) -> Draft:
    """Answer "another one?" of a repeated page; "no" closes the list, even an empty one.

    Raises DomainError when there are too few items to stop or too many to go on.
    """
    draft = _locked(draft)
    page, items = step.page, list(draft.answers.get(step.page.id) or [])
    words = {"min": page.min_items, "max": page.max_items, "item": page.item}
    if more:
        if len(items) >= page.max_items:
            raise DomainError(_("« %(item)s » : %(max)d au plus.") % words, code="too_many_items")
        return draft
    if len(items) < page.min_items:
        raise DomainError(
            _("Ajoutez « %(item)s » : il en faut au moins %(min)d.") % words, code="too_few_items"
        )
    return _store(draft, step.key, draft.answers | {page.id: items}, page, by)


@transaction.atomic
def remove_item(*, draft: Draft, page: Page, number: int, by: Actor) -> Draft:
    """Remove the item ``number`` (from 1) of a repeated page; one that is not there is no error."""
    draft = _locked(draft)
    items = list(draft.answers.get(page.id) or [])
    if not 1 <= number <= len(items):
        return draft
    del items[number - 1]
    answers = {key: value for key, value in draft.answers.items() if key != page.id}
    return _store(draft, draft.last_step, answers | ({page.id: items} if items else {}), page, by)


@transaction.atomic
def remove_upload(*, draft: Draft, upload_uuid: UUID, by: Actor) -> Draft:
    """Forget one file of the draft at once; one that is not there is no error."""
    draft = _locked(draft)
    link = draft.uploads.filter(upload__public_id=upload_uuid).select_related("upload").first()
    if link is not None:
        link.delete()
        documents.discard_upload(upload=link.upload, by=by)
        _touch(draft)
    return draft


@transaction.atomic
def leave(*, draft: Draft, by: Actor, phone: str = "") -> Draft:
    """Save and leave: send the code to the contact, made from ``phone`` (E.164) if there is none yet.

    Raises DomainError when nobody can be reached.
    """
    draft = _locked(draft)
    if phone:
        email = draft.contact.email if draft.contact else ""
        _set_contact(draft, by, phone=phone, email=email)
        draft.save(update_fields=["contact"])
    if draft.contact is None or not draft.contact.phone:
        raise DomainError(_("Donnez un numéro de téléphone : il servira à reprendre votre demande."))
    _send_code(draft, draft.contact)
    audit.record("formbuilder.left", subject=draft, actor=by)
    return draft


def _send_code(draft: Draft, contact: Contact) -> None:
    """Once an hour per number at most, so that nobody can make the City flood a phone with SMS."""
    hour = timezone.now() - timedelta(hours=1)
    sent = Message.objects.filter(to=str(contact.phone), template=LEFT_TEMPLATE, created_at__gt=hour)
    if sent.exists():
        return
    notifications.notify(
        LEFT_TEMPLATE,
        to=contact,
        subject=draft,
        context={
            "tracking_code": codes.pretty(draft.code),
            "service": draft.subject_label,
            "date": timezone.localdate(draft.expires_at),
        },
    )
