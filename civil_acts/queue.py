"""What a clerk's list shows for a set of filters; every path is one indexed query."""

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet, TextField, Value
from django.utils import timezone
from django.utils.functional import cached_property

from civil_acts.models import ActRequest
from cotonou.accounts.actors import Actor
from cotonou.core import codes, phones
from cotonou.core.database import NormalisedName
from cotonou.territory.dates import local_today

MAX_WORDS = 6
MOST = 1000  # nobody turns forty pages: filters find the rest


class QueuePaginator(Paginator):
    """Counts no further than MOST: counting a year of requests takes longer than showing a page of them."""

    object_list: QuerySet[ActRequest]

    @cached_property
    def _found(self) -> int:
        return self.object_list.order_by()[: MOST + 1].count()

    @property
    def count(self) -> int:
        return min(self._found, MOST)

    @property
    def has_more(self) -> bool:
        return self._found > MOST


def filtered(actor: Actor, chosen: dict) -> QuerySet[ActRequest]:
    """Requests of the actor's offices. chosen: cleaned data of QueueFilter."""
    rows = ActRequest.objects.visible_to(actor)
    if state := chosen.get("state"):
        rows = rows.filter(state=state).select_related(
            "contact", "office", "claimed_by", "procedure_version__procedure__service"
        )
        rows = rows.order_by("-pk")
    else:
        rows = rows.clerk_queue()
    if service := chosen.get("service"):
        rows = rows.filter(procedure_version__procedure__service=service)
    if text := (chosen.get("q") or "").strip():
        rows = rows.filter(matches(text))
    return _shown(rows, actor, chosen.get("show") or "")


def matches(text: str) -> Q:
    """Requests that ``text`` means: a tracking code, a whole phone number, or words of the person's name.

    A name may look like a code (one in thirty passes its check): both are looked for.
    """
    if phone := _phone(text):
        meant = Q(contact__phone=phone)
    else:
        meant = Q()
        for word in text.split()[:MAX_WORDS]:
            meant &= Q(subject_search__contains=NormalisedName(Value(word, output_field=TextField())))
    code = codes.normalise(text)
    return meant | Q(tracking_code=code) if code else meant


def _phone(text: str) -> str:
    """The number that was typed whole, as it is stored; "" for anything else."""
    try:
        return phones.to_e164(text, foreign=True)
    except phones.PhoneError:
        return ""


def _shown(rows: QuerySet[ActRequest], actor: Actor, show: str) -> QuerySet[ActRequest]:
    if show == "mine":
        return rows.filter(claimed_by=actor.user, claimed_until__gt=timezone.now())
    if show == "free":
        return rows.filter(Q(claimed_until=None) | Q(claimed_until__lt=timezone.now()), waiting_since=None)
    if show == "late":
        return rows.filter(due_on__lt=local_today(), waiting_since=None)
    if show == "waiting":
        return rows.filter(waiting_since__isnull=False)
    return rows
