"""What a clerk does with a request: claim, check, prepare, ask, refuse, hand on."""

from collections.abc import Collection
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from civil_acts import durations, pieces, snapshots
from civil_acts.answers import birth_year
from civil_acts.models import ActRequest, Complement, EntitlementRule, RegisterAct
from civil_acts.registers import duplicates
from civil_acts.states import CLERK_STATES, RequestState
from cotonou.accounts.actors import Actor
from cotonou.accounts.models import Office
from cotonou.audit.services import record
from cotonou.core import codes
from cotonou.core.errors import Conflict, DomainError, NotAllowed
from cotonou.documents.models import Upload
from cotonou.documents.services.uploads import discard_upload, store_upload
from cotonou.notifications.services import notify
from cotonou.territory.dates import add_working_days, local_date, local_today, working_days_between


def _locked(public_id: UUID, by: Actor) -> ActRequest:
    """The request under lock, if it is in an office where this person may prepare."""
    return (
        ActRequest.objects.workable_by(by)
        .select_for_update(of=("self",))
        .select_related("contact", "office", "procedure_version__procedure__service", "register_act")
        .get(public_id=public_id)
    )


def claimed(public_id: UUID, by: Actor) -> ActRequest:
    """The request under lock, held by this clerk. Raises Conflict when a colleague holds it."""
    request = _locked(public_id, by)
    if request.claimed_by_id != by.person.pk:
        raise Conflict(_("Prenez d’abord ce dossier en charge."), code="not_claimed")
    request.claimed_until = timezone.now() + durations.CLAIM
    return request


@transaction.atomic
def claim(*, public_id: UUID, by: Actor) -> ActRequest:
    """Take a request for half an hour; every action on it renews the lease.

    Two clerks at once: the row lock lets one through, the other is told who.
    """
    request = _locked(public_id, by)
    held = request.claimed_until and request.claimed_until > timezone.now()
    if held and request.claimed_by_id != by.person.pk:
        raise Conflict(
            _("Ce dossier est déjà pris en charge par %(who)s.") % {"who": request.claimed_by},
            code="already_claimed",
        )
    if request.state not in (*CLERK_STATES, RequestState.REJECTED):
        raise Conflict(_("Ce dossier n’est plus à instruire."))
    if request.state == RequestState.SUBMITTED:
        request.move(RequestState.IN_REVIEW)
    request.claimed_by, request.claimed_until = by.person, timezone.now() + durations.CLAIM
    request.reply_received_at = None  # somebody is about to read it
    request.save(update_fields=["state", "claimed_by", "claimed_until", "reply_received_at"])
    record("civil_acts.claimed", subject=request, actor=by)
    return request


@transaction.atomic
def release(*, public_id: UUID, by: Actor) -> ActRequest:
    request = claimed(public_id, by)
    request.claimed_by = request.claimed_until = None
    request.save(update_fields=["claimed_by", "claimed_until"])
    record("civil_acts.released", subject=request, actor=by)
    return request


def rule_for(request: ActRequest, kind: str = "") -> EntitlementRule | None:
    """The rule under which this applicant may have this document today; None: nobody may.

    kind: of another document than the one asked for.
    """
    return (
        EntitlementRule.objects.in_force()
        .filter(document_kind=kind or request.document_kind, relation=request.relation)
        .first()
    )


@transaction.atomic
def check_entitlement(*, public_id: UUID, by: Actor, proofs_seen: list[str]) -> ActRequest:
    """The clerk has seen every proof the rule asks for. Raises DomainError otherwise."""
    request = claimed(public_id, by)
    rule = rule_for(request)
    if rule is None:
        raise NotAllowed(
            _("Aucune règle ne permet de remettre ce document à cette personne : refusez la demande."),
            code="not_entitled",
        )
    missing = [proof for proof in rule.proofs if proof not in proofs_seen]
    if missing:
        raise DomainError(
            _("Vérifiez et cochez chaque justificatif. Il manque : %(missing)s.")
            % {"missing": " ; ".join(missing)},
            code="proof_missing",
        )
    request.entitlement_rule, request.proofs_seen = rule, list(rule.proofs)
    request.checked_by, request.checked_at = by.person, timezone.now()
    request.save(
        update_fields=["entitlement_rule", "proofs_seen", "checked_by", "checked_at", "claimed_until"]
    )
    record("civil_acts.entitlement_checked", subject=request, actor=by, rule=str(rule.public_id))
    return request


ACT_COLUMNS = ["register_act", "entitlement_rule", "proofs_seen", "checked_by", "checked_at"]


def choose_act(request: ActRequest, act: RegisterAct, *, by: Actor) -> None:
    """Put ``act`` beside the request; the caller holds the lock and saves ACT_COLUMNS.

    A right that was checked with another act before one's eyes proves nothing
    about this one: it is to be checked again.
    """
    if request.register_act_id not in (None, act.pk) and request.checked_by_id is not None:
        request.entitlement_rule, request.proofs_seen = None, []
        request.checked_by = request.checked_at = None
        record("civil_acts.entitlement_reset", subject=request, actor=by, act=str(act.public_id))
    request.register_act = act


@transaction.atomic
def attach_act(*, public_id: UUID, by: Actor, act_uuid: UUID) -> ActRequest:
    """Set the register act that the copy will be made from."""
    request = claimed(public_id, by)
    choose_act(request, RegisterAct.objects.visible_to(by).get(public_id=act_uuid), by=by)
    request.save(update_fields=[*ACT_COLUMNS, "claimed_until"])
    record("civil_acts.act_attached", subject=request, actor=by, act=str(act_uuid))
    return request


@transaction.atomic
def prepare(*, public_id: UUID, by: Actor) -> ActRequest:
    """Freeze what the document will say and hand the request to an officer."""
    request = claimed(public_id, by)
    _may_prepare(request)
    if request.checked_by_id is None:
        raise DomainError(
            _("Vérifiez d’abord que cette personne peut obtenir ce document."), code="unchecked"
        )
    if request.document_kind == snapshots.NON_REGISTRATION:  # sent back: the act was found after all
        request.document_kind = request.procedure_version.variant(request.variant)["document_kind"]
        request.entitlement_rule = rule_for(request)
    _to_officer(request, by)
    record("civil_acts.prepared", subject=request, actor=by)
    return request


def _may_prepare(request: ActRequest) -> None:
    if request.is_relay:
        raise Conflict(_("Cette demande se transmet à l’UCIP ; la Mairie n’établit pas ce document."))
    if request.waiting_since:
        raise Conflict(
            _("Une pièce est attendue de l’usager : le dossier ne peut pas partir à la signature.")
        )


@transaction.atomic
def prepare_non_registration(*, public_id: UUID, by: Actor, dismissed: Collection[UUID] = ()) -> ActRequest:
    """The archive found no act: the document becomes the certificate that says so.

    dismissed: the ``lookalikes`` that the clerk opened and found to be of somebody else.
    The right is checked again under that kind's own rule, with the proofs already seen.
    Raises DomainError (lookalike) while an act that may be the one stands in the register.
    """
    request = claimed(public_id, by)
    _may_prepare(request)
    found = lookalikes(request, by)
    if left := [act for act in found if act.public_id not in dismissed]:
        raise DomainError(
            _("Le registre a un acte qui ressemble : %(acts)s. Ouvrez-le avant de certifier son absence.")
            % {"acts": " ; ".join(f"{act.names}, {act}" for act in left)},
            code="lookalike",
        )
    request.document_kind, request.register_act = snapshots.NON_REGISTRATION, None
    rule = rule_for(request)
    if rule is None:
        raise NotAllowed(
            _("Aucune règle ne permet de remettre un certificat de non-inscription à cette personne."),
            code="not_entitled",
        )
    if request.checked_by_id is None or set(rule.proofs) - set(request.proofs_seen):
        raise DomainError(
            _("Vérifiez d’abord que cette personne peut obtenir ce document."), code="unchecked"
        )
    request.entitlement_rule = rule
    _to_officer(request, by)
    record(
        "civil_acts.prepared",
        subject=request,
        actor=by,
        non_registration=True,
        dismissed=[act.reference for act in found],
    )
    return request


def lookalikes(request: ActRequest, by: Actor) -> list[RegisterAct]:
    """Valid births of the registers that may be the one this request is about; the chosen one first."""
    answers = request.answers
    found = duplicates.likely(
        RegisterAct.objects.visible_to(by),
        duplicates.Sought(
            kind="BIRTH",
            name=request.subject_name,
            year=int((answers.get("act") or {}).get("year") or 0) or birth_year(answers),
            mother=str(answers.get("mother_name") or ""),
        ),
    )
    chosen = request.register_act
    if chosen is None or chosen.status != RegisterAct.Status.VALID:
        return found
    return [chosen, *(act for act in found if act.pk != chosen.pk)]


def _to_officer(request: ActRequest, by: Actor) -> None:
    request.snapshot = snapshots.build(request)
    request.move(RequestState.TO_SIGN)
    request.prepared_by, request.prepared_at = by.person, timezone.now()
    request.claimed_by = request.claimed_until = None
    request.returned_reason = ""
    request.save()


@transaction.atomic
def ask_complement(*, public_id: UUID, by: Actor, message: str, wants_file: bool = True) -> Complement:
    """Ask the citizen for something; the clock stops until they answer."""
    request = claimed(public_id, by)
    if request.state != RequestState.IN_REVIEW:
        raise Conflict(_("On ne peut demander une pièce que pendant l’instruction."))
    if request.waiting_since:
        raise Conflict(_("Une demande de pièce est déjà en cours pour ce dossier."))
    complement = Complement.objects.create(
        request=request, asked_by=by.person, message=message, wants_file=wants_file
    )
    request.waiting_since = complement.asked_at
    request.claimed_by = request.claimed_until = None
    request.save(update_fields=["waiting_since", "claimed_by", "claimed_until"])
    record("civil_acts.complement_asked", subject=request, actor=by, complement=str(complement.public_id))
    notify(
        "civil_acts.complement_asked",
        to=request.contact,
        subject=request,
        context={"tracking_code": codes.pretty(request.tracking_code), "message": message},
    )
    return complement


@transaction.atomic
def answer_complement(
    *, public_id: UUID, by: Actor, text: str = "", upload: Upload | None = None
) -> ActRequest:
    """The citizen (or the counter for them) answers; the due date moves by the days waited."""
    request = ActRequest.objects.own_or_visible(by).select_for_update(of=("self",)).get(public_id=public_id)
    complement = request.complements.open().first()
    if complement is None:
        raise Conflict(_("Aucune pièce n’est attendue pour cette demande."))
    if complement.wants_file and upload is None:
        raise DomainError(_("Joignez la pièce demandée : une photo nette ou un PDF."), code="file_missing")
    complement.answered_at, complement.answer_text = timezone.now(), text
    complement.upload_uuid = upload.public_id if upload else None
    complement.save(update_fields=["answered_at", "answer_text", "upload_uuid"])
    waited = working_days_between(local_date(request.waiting_since), local_today())
    request.due_on = add_working_days(request.due_on, waited)
    request.waiting_since, request.reply_received_at = None, complement.answered_at
    request.save(update_fields=["due_on", "waiting_since", "reply_received_at"])
    record("civil_acts.complement_answered", subject=request, actor=by, waited_working_days=waited)
    return request


def answer_with_file(
    *, public_id: UUID, by: Actor, text: str = "", file: UploadedFile | None = None
) -> ActRequest:
    """As ``answer_complement``, with a file just received; it is kept only when the answer is.

    Raises FileRefusedError and what ``answer_complement`` raises.
    """
    upload = None
    if file:
        upload = store_upload(
            file=file, purpose="complement", by=by, subject_kind=pieces.SUBJECT, subject_uuid=public_id
        )
    try:
        return answer_complement(public_id=public_id, by=by, text=text, upload=upload)
    except (DomainError, ActRequest.DoesNotExist):
        if upload:
            discard_upload(upload=upload, by=by)
        raise


@transaction.atomic
def reject(*, public_id: UUID, by: Actor, reason: str, text: str) -> ActRequest:
    """Refuse, with a reason and a sentence that the citizen will read."""
    request = claimed(public_id, by)
    if request.is_replacing:
        raise Conflict(
            _(
                "Le document de cette demande est déjà délivré : elle ne se refuse plus. "
                "Un officier peut l’annuler ou renoncer au remplacement."
            )
        )
    request.move(RequestState.REJECTED)
    request.rejected_by, request.rejected_at = by.person, timezone.now()
    request.rejection_reason, request.rejection_text = reason, text
    request.claimed_by = request.claimed_until = request.waiting_since = None
    request.complements.open().update(dropped_at=request.rejected_at)
    request.save()
    record("civil_acts.rejected", subject=request, actor=by, reason=reason, text=text)
    notify(
        "civil_acts.rejected",
        to=request.contact,
        subject=request,
        context={
            "tracking_code": codes.pretty(request.tracking_code),
            "text": text,
            "reason": request.get_rejection_reason_display(),
        },
    )
    return request


@transaction.atomic
def reopen(*, public_id: UUID, by: Actor, reason: str) -> ActRequest:
    """Take a refusal back; it is in the trail, with why."""
    request = _locked(public_id, by)
    if request.state != RequestState.REJECTED:
        raise Conflict(_("Seule une demande refusée peut être rouverte."))
    request.move(RequestState.IN_REVIEW)
    request.rejected_by = request.rejected_at = None
    request.rejection_reason = request.rejection_text = ""
    request.claimed_by, request.claimed_until = by.person, timezone.now() + durations.CLAIM
    request.save()
    record("civil_acts.reopened", subject=request, actor=by, reason=reason)
    return request


@transaction.atomic
def transfer(*, public_id: UUID, by: Actor, office: Office, reason: str) -> ActRequest:
    """Hand the request to the arrondissement that keeps the register."""
    request = claimed(public_id, by)
    if request.state not in CLERK_STATES:
        raise Conflict(_("Seul un dossier en instruction peut changer de bureau."))
    if office.pk == request.office_id:
        raise DomainError(_("Ce dossier est déjà dans ce bureau."))
    before, request.office = request.office, office
    request.claimed_by = request.claimed_until = None
    request.save(update_fields=["office", "claimed_by", "claimed_until"])
    record(
        "civil_acts.transferred",
        subject=request,
        actor=by,
        before=before.code,
        after=office.code,
        reason=reason,
    )
    return request
