"""What a clerk's list shows for a set of filters; every path is one indexed query."""

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet, TextField, Value
from django.utils import timezone
from django.utils.functional import cached_property

from civil_acts.models import ActRequest
from civil_acts.states import CLERK_STATES
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
    """Requests of the actor's offices. chosen: cleaned data of QueueFilter.

    A whole tracking code finds its request whatever the other filters say: whoever
    types one wants that request, and must not read that it does not exist.
    """
    state, text = chosen.get("state"), (chosen.get("q") or "").strip()
    wanted = Q(state=state) if state else Q(state__in=CLERK_STATES)
    if service := chosen.get("service"):
        wanted &= Q(procedure_version__procedure__service=service)
    wanted &= _shown(actor, chosen.get("show") or "")
    if text:
        wanted &= _named(text)
    if code := codes.normalise(text):
        wanted |= Q(tracking_code=code)
    rows = ActRequest.objects.visible_to(actor).filter(wanted).with_row()
    return rows.order_by("-pk") if state else rows.order_by("due_on", "pk")


def matches(text: str) -> Q:
    """Requests that ``text`` means: a tracking code, a whole phone number, or words of a name.

    A name may look like a code (one in thirty passes its check): both are looked for.
    """
    code = codes.normalise(text)
    return _named(text) | Q(tracking_code=code) if code else _named(text)


def _named(text: str) -> Q:
    """By the applicant's phone, or by words of the applicant's name and of the person's named in the act."""
    if phone := _phone(text):
        return Q(contact__phone=phone)
    meant = Q()
    for word in text.split()[:MAX_WORDS]:
        meant &= Q(search_names__contains=NormalisedName(Value(word, output_field=TextField())))
    return meant


def _phone(text: str) -> str:
    """The number that was typed whole, as it is stored; "" for anything else."""
    try:
        return phones.to_e164(text, foreign=True)
    except phones.PhoneError:
        return ""


def _shown(actor: Actor, show: str) -> Q:
    if show == "mine":
        return Q(claimed_by=actor.user, claimed_until__gt=timezone.now())
    if show == "free":
        return Q(Q(claimed_until=None) | Q(claimed_until__lt=timezone.now()), waiting_since=None)
    if show == "late":
        return Q(due_on__lt=local_today(), waiting_since=None)
    if show == "waiting":
        return Q(waiting_since__isnull=False)
    if show == "answered":
        return Q(reply_received_at__isnull=False)
    return Q()
