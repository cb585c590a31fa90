"""Requests of the past: contacts, files, what clerks did, what people were told."""

import hashlib
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from civil_acts import fees, snapshots, ucip
from civil_acts.models import ActRequest, Complement, EntitlementRule, RelayBatch, SearchSlip
from civil_acts.services.intake import quote_for
from civil_acts.states import RejectionReason, RequestState
from cotonou.accounts.actors import SYSTEM, Actor
from cotonou.accounts.permissions import Role
from cotonou.core import codes
from cotonou.core.models import Contact
from cotonou.documents.models import Upload
from cotonou.documents.states import ScanState
from cotonou.portal.demo import answers, pieces
from cotonou.portal.demo.calendar import Moment
from cotonou.portal.demo.copying import copy_rows, give_ids
from cotonou.portal.demo.past.plans import MINUTE, SECOND, Batch, End, Plan, came, in_order
from cotonou.portal.demo.past.rows import Past, numbered
from cotonou.portal.demo.town import GUEST, Town
from cotonou.territory.dates import local_date

SUBJECT = "civil_acts.actrequest"
REFUSALS = (
    (RejectionReason.IDENTITY, "Le nom sur la pièce n’est pas celui de l’acte : recommencez avec votre CIP."),
    (RejectionReason.NOT_ENTITLED, "Le lien n’est pas prouvé : la personne nommée doit demander."),
    (RejectionReason.PIECES, "La preuve du lien n’est pas lisible et n’a pas été renvoyée à temps."),
    (RejectionReason.WRONG_TOWN, "Cet acte est tenu par une autre commune : adressez-vous à sa mairie."),
    (RejectionReason.ALREADY_DONE, "La même demande vient d’être traitée : voyez votre premier code."),
)  # fmt: skip
NOT_FOUND_TEXT = "L’acte n’est pas dans nos registres : demandez un certificat de non-inscription au bureau."
KEEP_DAYS = 365


class Requests:
    """``plan.made``: "request" and "contact", with their ids."""

    def __init__(self, past: Past, town: Town) -> None:
        self.past, self.town, self.staff, self.rng = past, town, town.staff, town.rng
        rules = EntitlementRule.objects.order_by("pk")
        self.rules = {(rule.document_kind, rule.relation): rule for rule in rules}
        self.uploads: list[Upload] = []
        self.complements: list[Complement] = []
        self.slips: list[SearchSlip] = []

    def make(self, plans: list[Plan]) -> None:
        """Contacts and requests, in the order of their creation."""
        ordered = list(in_order(plans, "created"))
        for plan in ordered:
            plan.made["contact"] = self._contact(plan)
        give_ids([plan.made["contact"] for plan in ordered])
        for plan in ordered:
            plan.made["request"] = self._request(plan)
        give_ids([plan.made["request"] for plan in ordered])
        for plan in ordered:
            self._join_files(plan)
            self._intake(plan)
            self._treatment(plan)

    def write(self, plans: list[Plan]) -> None:
        ordered = list(in_order(plans, "created"))
        copy_rows([plan.made["contact"] for plan in ordered])
        numbered(self.uploads)
        copy_rows([plan.made["request"] for plan in ordered])
        numbered(self.complements)
        numbered(self.slips)

    # -- rows ------------------------------------------------------------------------

    def _contact(self, plan: Plan) -> Contact:
        who = plan.who
        return Contact(name=who.contact_name, phone=who.phone, email=who.email, created_at=plan.created)

    def _request(self, plan: Plan) -> ActRequest:
        version = self.town.versions[plan.slug]
        variant = version.variant(plan.written.get("variant") or version.variants[0]["id"])
        request = ActRequest(
            tracking_code=codes.new_code(),
            procedure_version=version,
            variant=variant["id"],
            document_kind=variant["document_kind"],
            office=self.past.offices[plan.number],
            contact=plan.made["contact"],
            channel="COUNTER" if plan.at_counter else "ONLINE",
            entered_by=self._agent(plan).user if plan.at_counter else None,
            answers=plan.written,
            copies=plan.written.get("copies", 1),
            fee_xof=fees.total(quote_for(version, plan.written)),
            relation=plan.link,
            subject_name=plan.subject_name,
            state=self._state(plan),
            created_at=plan.created,
            submitted_at=plan.submitted,
            due_on=plan.due_on,
            closed_at=plan.closed,
        )
        self._treated(request, plan)
        return request

    def _state(self, plan: Plan) -> str:
        if plan.end == End.RELAYED:
            return RequestState.READY_ELSEWHERE if plan.relay_answered else RequestState.TRANSMITTED
        return RequestState(plan.end.value)

    def _treated(self, request: ActRequest, plan: Plan) -> None:
        clerk = self._clerk(plan).user
        if plan.checked:
            rule = self.rules[request.document_kind, plan.link]
            request.entitlement_rule, request.proofs_seen = rule, rule.proofs
            request.checked_by, request.checked_at = clerk, plan.checked
            request.register_act = None if plan.searched else plan.act
        if plan.prepared:
            request.snapshot = snapshots.build(request)
            request.prepared_by, request.prepared_at = clerk, plan.prepared
        if plan.rejected:
            request.rejected_by, request.rejected_at = clerk, plan.rejected
            not_found = (RejectionReason.NOT_FOUND, NOT_FOUND_TEXT)
            request.rejection_reason, request.rejection_text = (
                not_found if plan.searched else self.rng.choice(REFUSALS)
            )
        request.ready_at, request.delivered_at = plan.ready, plan.delivered

    def _agent(self, plan: Plan) -> Actor:
        return self.staff.of(Role.COUNTER_AGENT, plan.number)

    def _clerk(self, plan: Plan) -> Actor:
        return self.staff.of(Role.RELAY_AGENT if plan.slug == answers.RESIDENCE else Role.CLERK, plan.number)

    def _author(self, plan: Plan) -> Actor:
        return self._agent(plan) if plan.at_counter else GUEST

    # -- files -----------------------------------------------------------------------

    def _join_files(self, plan: Plan) -> None:
        for piece in answers.pieces(plan.slug, plan.link):
            upload = self._upload(piece, piece, plan, plan.created - 4 * MINUTE)
            plan.made["request"].answers[piece] = [
                {"upload": str(upload.public_id), "name": upload.original_name, "size": upload.size}
            ]

    def _upload(self, piece: str, purpose: str, plan: Plan, at: Moment) -> Upload:
        content = pieces.picture(piece)
        folder, name = f"uploads/{at:%Y/%m/%d}", f"{self.rng.getrandbits(128):032x}.jpg"
        by = self._author(plan)
        upload = Upload(
            original_name=pieces.FILE_NAMES[piece],
            content_type="image/jpeg",
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            file=default_storage.save(f"{folder}/{name}", ContentFile(content)),
            purpose=purpose,
            subject_kind=SUBJECT,
            subject_uuid=plan.made["request"].public_id,
            scan_state=ScanState.UNSCANNED,
            uploaded_by_uuid=by.uuid,
            uploaded_by_label=by.label,
            created_at=at,
            delete_after=local_date(at) + timedelta(days=KEEP_DAYS),
        )
        self.uploads.append(upload)
        self.past.note(
            at, "documents.upload_stored", subject=upload, actor=by, purpose=purpose, size=upload.size
        )
        return upload

    # -- trail and messages ----------------------------------------------------------

    def _intake(self, plan: Plan) -> None:
        request, author = plan.made["request"], self._author(plan)
        self.past.note(
            plan.created, "civil_acts.confirmed", subject=request, actor=author,
            channel=request.channel, fee_xof=request.fee_xof,
        )  # fmt: skip
        self.tell(plan.created, "confirmed", plan)
        if plan.submitted:
            self.tell(plan.submitted, "submitted", plan)
        if plan.closed:
            expired = plan.end == End.EXPIRED
            action = "civil_acts.expired" if expired else "civil_acts.withdrawn"
            self.past.note(plan.closed, action, subject=request, actor=SYSTEM if expired else author)

    def tell(self, at: Moment, name: str, plan: Plan, **more: Any) -> None:
        request = plan.made["request"]
        context = {
            "tracking_code": codes.pretty(request.tracking_code),
            "service": request.procedure_version.procedure.service.title,
            "fee_xof": request.fee_xof,
            "office": request.office.name,
        }
        self.past.tell(at, f"civil_acts.{name}", to=request.contact, subject=request, **(context | more))

    def _treatment(self, plan: Plan) -> None:
        request, clerk = plan.made["request"], self._clerk(plan)
        if plan.asked:
            self._asked(plan)
        if plan.claimed:
            self.past.note(plan.claimed, "civil_acts.claimed", subject=request, actor=clerk)
        if plan.checked:
            self.past.note(
                plan.checked, "civil_acts.entitlement_checked", subject=request, actor=clerk,
                rule=str(request.entitlement_rule.public_id),
            )  # fmt: skip
            if request.register_act:
                act = str(request.register_act.public_id)
                at = plan.checked + 2 * MINUTE
                self.past.note(at, "civil_acts.act_attached", subject=request, actor=clerk, act=act)
        if plan.searched:
            self._searched(plan)
        if plan.prepared:
            self.past.note(plan.prepared, "civil_acts.prepared", subject=request, actor=clerk)
        if plan.rejected:
            reason = request.rejection_reason
            self.past.note(plan.rejected, "civil_acts.rejected", subject=request, actor=clerk, reason=reason)
            self.tell(
                plan.rejected, "rejected", plan,
                text=request.rejection_text, reason=request.get_rejection_reason_display(),
            )  # fmt: skip

    def _asked(self, plan: Plan) -> None:
        request, clerk = plan.made["request"], self._clerk(plan)
        asked, answered = came(plan.asked), came(plan.answered)
        message = "La pièce jointe n’est pas lisible en entier. Envoyez une photo de tout le document."
        upload = self._upload("answer", "complement", plan, answered)
        complement = Complement(
            request=request,
            asked_by=clerk.person,
            asked_at=asked,
            message=message,
            answered_at=answered,
            answer_text="Voici le document entier.",
            upload_uuid=upload.public_id,
        )
        self.complements.append(complement)
        self.past.note(asked - 5 * MINUTE, "civil_acts.claimed", subject=request, actor=clerk)
        self.past.note(
            asked, "civil_acts.complement_asked", subject=request, actor=clerk,
            complement=str(complement.public_id),
        )  # fmt: skip
        self.tell(asked, "complement_asked", plan, message=message)
        waited = self.town.calendar.between(local_date(asked), local_date(answered))
        self.past.note(
            answered, "civil_acts.complement_answered", subject=request, actor=self._author(plan),
            waited_working_days=waited,
        )  # fmt: skip

    def _searched(self, plan: Plan) -> None:
        """The archive looked, and found nothing."""
        request, clerk = plan.made["request"], self._clerk(plan)
        archivist = self.staff.of(Role.ARCHIVIST, plan.number)
        asked = came(plan.checked) + 3 * MINUTE
        answered = came(plan.rejected) - timedelta(minutes=40)
        slip = SearchSlip(
            code=codes.new_code(8),
            request_uuid=request.public_id,
            request_label=codes.pretty(request.tracking_code),
            kind="BIRTH",
            office=request.office,
            names=request.subject_name,
            state="NOT_FOUND",
            assigned_to=archivist.person,
            answer="Registres et tables annuelles de cinq ans dépouillés : aucun acte à ce nom.",
            answered_by=archivist.person,
            answered_at=answered,
            created_by=clerk.person,
            created_at=asked,
        )
        self.slips.append(slip)
        self.past.note(
            asked, "civil_acts.slip_opened", subject=slip, actor=clerk, request=str(request.public_id)
        )
        self.past.note(
            asked, "civil_acts.archive_asked", subject=request, actor=clerk, slip=str(slip.public_id)
        )
        self.past.note(
            answered, "civil_acts.slip_answered", subject=slip, actor=archivist, state="NOT_FOUND",
            reason=slip.answer,
        )  # fmt: skip
        self.past.note(
            answered + SECOND, "civil_acts.archive_answered", subject=request, actor=SYSTEM,
            reason=slip.get_state_display(),
        )  # fmt: skip


class Relay:
    """Batches handed to the UCIP, and what it answered."""

    def __init__(self, past: Past, town: Town, requests: Requests) -> None:
        self.past, self.town, self.requests = past, town, requests
        self.agent = town.staff.of(Role.RELAY_AGENT, 0)
        self.rows: list[RelayBatch] = []

    def make(self, batches: list[Batch]) -> None:
        reference = 1000
        for number, batch in enumerate(batches, start=1):
            row = RelayBatch(number=number, created_by=self.agent.person, created_at=batch.at)
            batch.row = row
            self.rows.append(row)
        give_ids(self.rows)
        for batch in batches:
            for plan in batch.plans:
                self._transmitted(plan, batch.row)
                if plan.relay_answered:
                    reference += 1
                    self._answered(plan, reference)

    def _transmitted(self, plan: Plan, row: RelayBatch) -> None:
        request, at = plan.made["request"], came(plan.transmitted)
        request.relay_batch, request.transmitted_at = row, at
        self.past.note(at, "civil_acts.transmitted", subject=request, actor=self.agent, batch=str(row))
        self.requests.tell(at, "transmitted", plan)

    def _answered(self, plan: Plan, reference: int) -> None:
        request, at = plan.made["request"], came(plan.relay_answered)
        available = self.town.rng.random() < 0.94
        request.relay_available = available
        request.relay_reference, request.relay_answered_on = f"UCIP-{reference}", local_date(at)
        request.relay_answer = "Certificat disponible" if available else "NPI à régulariser à l’ANIP"
        request.ready_at = at
        self.past.note(
            at, "civil_acts.relay_answered", subject=request, actor=self.agent,
            reference=request.relay_reference, available=available,
        )  # fmt: skip
        self.requests.tell(
            at, "relay_answered", plan,
            answer=request.relay_answer, available=available, reference=request.relay_reference,
            place=ucip.in_a_line(),
        )  # fmt: skip

    def write(self) -> None:
        copy_rows(self.rows)
