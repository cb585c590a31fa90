"""Documents of the past: really rendered and sealed, by processes beside the one that writes rows."""

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone

from civil_acts import snapshots
from cotonou.accounts.actors import SYSTEM, Actor
from cotonou.accounts.models import Office
from cotonou.accounts.permissions import Role
from cotonou.audit.models import Event
from cotonou.core import codes
from cotonou.documents import keys, kinds, qr, storage
from cotonou.documents import services as documents
from cotonou.documents.keys import registry
from cotonou.documents.models import DocumentHistory, DocumentPrint, IssuedDocument, SerialCounter
from cotonou.documents.services.issuing import CODE_LENGTH
from cotonou.documents.states import HistoryKind
from cotonou.portal.demo.calendar import Moment
from cotonou.portal.demo.copying import copy_rows, give_ids
from cotonou.portal.demo.past.plans import SECOND, Batch, Plan, came, in_order
from cotonou.portal.demo.past.press import Press, Sealed
from cotonou.portal.demo.past.rows import Past, numbered
from cotonou.portal.demo.town import GUEST, Town
from cotonou.territory.dates import local_date


@dataclass
class _Paper:
    document: IssuedDocument
    sealed_at: Moment
    result: Callable[[], Sealed]
    event: Event  # "documents.sealed", which says the digest


class Papers:
    def __init__(self, past: Past, town: Town, press: Press) -> None:
        self.past, self.town, self.press = past, town, press
        self.counters: Counter[tuple[int, str, int]] = Counter()
        self.offices: dict[int, Office] = {
            office.pk: office for office in Office.objects.select_related("arrondissement")
        }
        self.papers: list[_Paper] = []
        self.history: list[DocumentHistory] = []
        self.prints: list[DocumentPrint] = []

    def make(self, plans: list[Plan], batches: list[Batch]) -> None:
        """Numbers and contents now; the pages are being made when this returns."""
        signed = [(came(plan.signed), plan) for plan in in_order(plans, "signed")]
        sent = [(batch.at, batch) for batch in batches]
        ordered: list[tuple[Moment, Plan | Batch]] = sorted([*signed, *sent], key=lambda row: row[0])
        documents_of = [self._decide(at, item) for at, item in ordered]
        give_ids([document for document, _sealed_at in documents_of])
        for (at, item), (document, sealed_at) in zip(ordered, documents_of, strict=True):
            if isinstance(item, Plan):
                self._signed(item, document, at)
            self._issued(document, at, sealed_at)

    def write_counters(self) -> None:
        """Before any live document takes the next number."""
        numbered(
            [
                SerialCounter(office_id=office, series=series, year=year, last=last)
                for (office, series, year), last in self.counters.items()
            ]
        )

    def finish(self) -> None:
        """Wait for the pages, then write documents with their seals."""
        provider = keys.provider()
        seal = registry.fingerprint(provider.seal_key().certificate)
        for paper in self.papers:
            self._seal(paper, seal)
        copy_rows([paper.document for paper in self.papers])
        self.history.sort(key=lambda row: row.at)
        numbered(self.history)
        numbered(self.prints)
        copy_rows([paper.event for paper in self.papers])

    # -- rows --------------------------------------------------------------------------

    def _decide(self, at: Moment, item: Plan | Batch) -> tuple[IssuedDocument, Moment]:
        if isinstance(item, Plan):
            return self._of_request(at, item), came(item.ready) - 2 * SECOND
        return self._of_batch(at, item), at + 40 * SECOND

    def _of_request(self, at: Moment, plan: Plan) -> IssuedDocument:
        request, officer = plan.made["request"], self.town.staff.of(Role.OFFICER, plan.number)
        request.signed_by, request.signed_at = officer.person, at
        request.snapshot |= {
            "officer": {"name": str(officer.person), "title": officer.memberships[0].capacity},
            "signed_on": local_date(at).isoformat(),
        }
        request.document = self._document(
            at, kind=request.document_kind, subject=request, office=request.office_id,
            snapshot=request.snapshot, by=officer,
        )  # fmt: skip
        return request.document

    def _of_batch(self, at: Moment, batch: Batch) -> IssuedDocument:
        agent = self.town.staff.of(Role.RELAY_AGENT, 0)
        membership = agent.memberships[0]
        snapshot = snapshots.transmission_slip(
            batch.row,
            [plan.made["request"] for plan in batch.plans],
            sent_on=batch.on,
            officer={"name": str(agent.person), "title": membership.capacity},
        )
        return self._document(
            at, kind=snapshots.TRANSMISSION_SLIP, subject=batch.row, office=membership.office_id,
            snapshot=snapshot, by=agent,
        )  # fmt: skip

    def _document(
        self, at: Moment, *, kind: str, subject: Any, office: int, snapshot: dict[str, Any], by: Actor
    ) -> IssuedDocument:
        place, series, year = self.offices[office], kinds.get(kind).series, local_date(at).year
        self.counters[office, series, year] += 1
        number = self.counters[office, series, year]
        parts = [str(year), place.code.upper(), *([series] if series else []), f"{number:06d}"]
        return IssuedDocument(
            kind=kind,
            subject_kind=subject._meta.label_lower,
            subject_uuid=subject.public_id,
            office=place,
            template_version=self._template(kind),
            snapshot=snapshot,
            serial="/".join(parts),
            serial_series=series,
            serial_year=year,
            serial_number=number,
            code=codes.new_code(CODE_LENGTH),
            issued_at=at,
            issued_by_uuid=by.uuid,
            issued_by_label=by.label,
        )

    def _template(self, kind: str) -> Any:
        found = self.__dict__.setdefault("_templates", {})
        if kind not in found:
            found[kind] = documents.template_for(kind)
        return found[kind]

    def _signed(self, plan: Plan, document: IssuedDocument, at: Moment) -> None:
        request, officer = plan.made["request"], self.town.staff.of(Role.OFFICER, plan.number)
        self.past.note(
            at, "civil_acts.signed", subject=request, actor=officer, document=str(document.public_id)
        )
        ready = came(plan.ready)
        self.past.note(ready, "civil_acts.ready", subject=request, actor=SYSTEM, serial=document.serial)
        self.past.tell(
            ready, "civil_acts.ready", to=request.contact, subject=request,
            tracking_code=codes.pretty(request.tracking_code), office=request.office.name,
        )  # fmt: skip
        if plan.delivered:
            self._delivered(plan, document, plan.delivered)

    def _delivered(self, plan: Plan, document: IssuedDocument, at: Moment) -> None:
        request = plan.made["request"]
        if plan.downloaded:
            self.past.note(at, "civil_acts.downloaded", subject=request, actor=GUEST)
            return
        agent = self.town.staff.of(Role.COUNTER_AGENT, plan.number)
        self.prints.append(
            DocumentPrint(
                document=document, copy_number=1, at=at, by_uuid=agent.uuid, by_label=agent.label,
                office_uuid=agent.office_uuid,
            )
        )  # fmt: skip
        self.past.note(at, "documents.printed", subject=document, actor=agent, copy=1)
        self.past.note(at, "civil_acts.handed_over", subject=request, actor=agent)

    def _issued(self, document: IssuedDocument, at: Moment, sealed_at: Moment) -> None:
        self.history.append(
            DocumentHistory(
                document=document, event=HistoryKind.ISSUED, at=at,
                by_uuid=document.issued_by_uuid, by_label=document.issued_by_label,
            )
        )  # fmt: skip
        by = _Named(document.issued_by_uuid, document.issued_by_label, document.office.public_id)
        self.past.note(
            at, "documents.issued", subject=document, actor=by, kind=document.kind, serial=document.serial
        )
        event = self.past.note(sealed_at, "documents.sealed", subject=document, actor=SYSTEM)
        self.papers.append(_Paper(document, sealed_at, self.press.make(document), event))

    def _seal(self, paper: _Paper, seal: str) -> None:
        document, (pdf, payload) = paper.document, paper.result()
        digest = hashlib.sha256(pdf).hexdigest()
        self.town.city.clock.moment, kept = paper.sealed_at, timezone.now()
        try:
            document.pdf = storage.save_sealed(pdf, name=f"{document.pk}-{digest[:24]}")
        finally:
            self.town.city.clock.moment = kept
        document.pdf_sha256, document.pdf_size = digest, len(pdf)
        document.qr_payload, document.qr_key_id = payload, qr.read(payload).key_id
        document.seal_fingerprint, document.sealed_at = seal, paper.sealed_at
        paper.event.data = {"sha256": digest}
        self.history.append(
            DocumentHistory(
                document=document, event=HistoryKind.SEALED, at=paper.sealed_at, by_label=SYSTEM.label,
                pdf_sha256=digest,
            )
        )  # fmt: skip


@dataclass(frozen=True)
class _Named:
    """Who issued, as the document itself says it."""

    uuid: UUID | None
    label: str
    office_uuid: UUID | None
