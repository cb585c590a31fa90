"""A million acts and half a million requests, by COPY in two processes, for measuring.

Registers and requests only: no money and no document, since what is measured
(queues, searches) reads neither. Nothing of it ever opens to the public.
"""

import datetime
import json
import random
import uuid
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from civil_acts.models import ActRequest, ProcedureVersion, RegisterAct, RelayBatch
from civil_acts.states import RequestState as S
from cotonou.accounts.actors import Actor, actor_for
from cotonou.accounts.models import Membership, Office
from cotonou.accounts.permissions import Role
from cotonou.core import codes
from cotonou.core.models import Contact
from cotonou.portal.demo import answers, registers
from cotonou.portal.demo.calendar import Calendar
from cotonou.portal.demo.city import rng_for
from cotonou.portal.demo.copying import copy_tuples, take_ids
from cotonou.portal.demo.names import People
from cotonou.portal.demo.past.press import start_process

ACTS, REQUESTS = 1_000_000, 500_000
PARTS = 20
# Per cent of requests: most are over, one in ten waits for a clerk.
STATES = {
    S.READY_ELSEWHERE: 46, S.REJECTED: 18, S.EXPIRED: 14, S.WITHDRAWN: 9, S.SUBMITTED: 6, S.IN_REVIEW: 4,
    S.TRANSMITTED: 2, S.TO_PAY: 1,
}  # fmt: skip
CONTACT = ("id", "public_id", "name", "phone", "email", "language", "created_at")
REQUEST = (
    "id", "public_id", "tracking_code", "procedure_version_id", "variant", "document_kind", "office_id",
    "contact_id", "channel", "answers", "copies", "fee_xof", "relation", "subject_name", "state",
    "created_at", "submitted_at", "due_on", "waiting_since", "proofs_seen", "returned_reason",
    "rejected_by_id", "rejected_at", "rejection_reason", "rejection_text", "closed_at", "relay_batch_id",
    "transmitted_at", "relay_reference", "relay_answered_on", "relay_answer", "relay_available",
)  # fmt: skip


@dataclass(frozen=True)
class Part:
    seed: int
    number: int
    acts: int
    requests: int


def grow(*, seed: int, acts: int = ACTS, requests: int = REQUESTS, processes: int = 2) -> None:
    """Add to a small city what is missing to ``acts`` and ``requests``; each part commits alone."""
    left_acts = max(acts - RegisterAct.objects.count(), 0)
    left_requests = max(requests - ActRequest.objects.count(), 0)
    parts = [
        Part(seed, number, _share(left_acts, number), _share(left_requests, number))
        for number in range(PARTS)
    ]
    if processes:
        setup = (settings.SETTINGS_MODULE, settings.PORTAL_URL)
        with ProcessPoolExecutor(processes, get_context("spawn"), start_process, setup) as pool:
            list(pool.map(fill, parts))
    else:
        for part in parts:
            fill(part)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")  # what autovacuum does to a city that grows day by day


def _share(total: int, number: int) -> int:
    return total // PARTS + (number < total % PARTS)


@transaction.atomic
def fill(part: Part) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL synchronous_commit = off")
    rng = rng_for(part.seed, f"big:{part.number}")
    people = People(rng)
    administrator = Membership.objects.filter(role=Role.ADMINISTRATOR).earliest("pk")
    by = actor_for(administrator.user, second_factor=True)
    if part.acts:
        registers.load(
            part.acts, people=people, rng=rng, by=by, imported_at=timezone.now(),
            first_number=20_000 * (part.number + 1),
        )  # fmt: skip
    if part.requests:
        _requests(part.requests, people, rng, by)


def _requests(count: int, people: People, rng: random.Random, by: Actor) -> None:
    contacts, requests = take_ids(Contact, count), take_ids(ActRequest, count)
    maker = RequestMaker(people, rng, by)
    rows = [maker.row(pk, contact) for pk, contact in zip(requests, contacts, strict=True)]
    copy_tuples(Contact, CONTACT, (contact for contact, _request in rows))
    copy_tuples(ActRequest, REQUEST, ([row[name] for name in REQUEST] for _contact, row in rows))


class RequestMaker:
    def __init__(self, people: People, rng: random.Random, by: Actor) -> None:
        self.people, self.rng, self.by = people, rng, by
        self.calendar = Calendar(rng)
        self.offices = list(Office.objects.arrondissements().values_list("pk", flat=True))
        self.versions = [ProcedureVersion.objects.in_force(s) for s in (answers.BIRTH, answers.RESIDENCE)]
        self.batch = RelayBatch.objects.order_by("-number").values_list("pk", flat=True).first()
        self.today = timezone.localdate()

    def row(self, pk: int, contact: int) -> tuple[tuple[Any, ...], dict[str, Any]]:
        rng = self.rng
        person, state = self.people.person(), rng.choices(list(STATES), list(STATES.values()))[0]
        closed = state in (S.READY_ELSEWHERE, S.REJECTED, S.EXPIRED, S.WITHDRAWN)
        day = self.today - datetime.timedelta(days=rng.randrange(20, 1000) if closed else rng.randrange(40))
        at = self.calendar.any_time(day)
        relay = state in (S.READY_ELSEWHERE, S.TRANSMITTED) or rng.random() < 0.4
        version = self.versions[relay]
        variant = version.variants[0]
        row = dict.fromkeys(REQUEST) | {
            "id": pk,
            "public_id": self._uuid(),
            "tracking_code": self._code(),
            "procedure_version_id": version.pk,
            "variant": variant["id"],
            "document_kind": variant["document_kind"],
            "office_id": rng.choices(self.offices, registers.WEIGHTS)[0],
            "contact_id": contact,
            "channel": rng.choice(("ONLINE", "ONLINE", "COUNTER")),
            "answers": json.dumps({"subject_surname": person.surname}),
            "copies": 1,
            "fee_xof": 2000 if relay else 500,
            "relation": "HOLDER",
            "subject_name": person.official_name,
            "state": state.value,
            "created_at": at,
            "proofs_seen": "[]",
        }
        row |= dict.fromkeys(
            ("returned_reason", "rejection_reason", "rejection_text", "relay_reference", "relay_answer"), ""
        )
        self._live(row, state, at)
        moment = at.isoformat()
        name, phone = f"{person.surname} {person.given_names}", self.people.phone()
        return (contact, self._uuid(), name, phone, "", "fr", moment), row

    def _live(self, row: dict[str, Any], state: str, at: datetime.datetime) -> None:
        day = datetime.timedelta(days=1)
        if state in (S.EXPIRED, S.WITHDRAWN):
            row["closed_at"] = at + 7 * day
        elif state != S.TO_PAY:
            row["submitted_at"], row["due_on"] = at, (at + 5 * day).date()
        if state == S.IN_REVIEW and self.rng.random() < 0.2:
            row["waiting_since"] = at + day
        if state == S.REJECTED:
            row["rejected_by_id"], row["rejected_at"] = self.by.person.pk, at + 2 * day
            row["rejection_reason"], row["rejection_text"] = (
                "IDENTITY",
                "La pièce ne concorde pas avec l’acte.",
            )
        if state in (S.READY_ELSEWHERE, S.TRANSMITTED):
            row["relay_batch_id"], row["transmitted_at"] = self.batch, at + 3 * day
        if state == S.READY_ELSEWHERE:
            row |= {
                "relay_reference": f"UCIP-{row['id']}",
                "relay_answered_on": (at + 15 * day).date(),
                "relay_answer": "Certificat disponible",
                "relay_available": True,
            }

    def _uuid(self) -> uuid.UUID:
        return uuid.UUID(int=self.rng.getrandbits(128), version=4)

    def _code(self) -> str:
        body = "".join(self.rng.choices(codes.ALPHABET, k=9))
        return body + codes.check_character(body)
