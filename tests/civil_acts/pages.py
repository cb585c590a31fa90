"""People in front of the pages of civil acts, and what they read there."""

import html
import re

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from civil_acts.models import ActRequest
from civil_acts.services import treatment
from cotonou.accounts import second_factor
from cotonou.accounts.actors import Actor
from cotonou.accounts.permissions import Role
from cotonou.notifications.models import Message
from tests.support import civil, people


def browser(actor: Actor) -> Client:
    """A browser in which this agent is logged in, second factor used."""
    return people.log_in(Client(), actor.user)


def holder(item: ActRequest) -> Client:
    """A browser that proved code and phone of this request."""
    return people.prove(Client(), item.contact)


def words(response: HttpResponse) -> str:
    """What is written on the page, as one line with plain spaces; no markup."""
    text = re.sub(r"<(script|style)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    text = html.unescape(re.sub(r"<[^>]+>", " ", text))
    return re.sub(r"\s+", " ", text.replace("\u00a0", " ").replace("\u202f", " "))


def source(response: HttpResponse) -> str:
    return response.content.decode()


def to(name: str, item: ActRequest, *more) -> str:
    """The address of a page about this request: by code for citizens, by uuid for agents."""
    by_code = name in ("tracking", "pay", "answer", "withdraw", "document")
    return reverse(f"civil_acts:{name}", args=[item.tracking_code if by_code else item.public_id, *more])


def fresh(item: ActRequest) -> ActRequest:
    return ActRequest.objects.get(pk=item.pk)


def claimed(run_jobs, slug: str = "acte-de-naissance", **answers) -> tuple[ActRequest, Actor]:
    """A paid request in a clerk's hands."""
    item = civil.submitted(run_jobs, slug, **answers)
    clerk = civil.staff(Role.CLERK, name="Awa Sossou")
    return treatment.claim(public_id=item.public_id, by=clerk), clerk


def checked(run_jobs, slug: str = "acte-de-naissance", **answers) -> tuple[ActRequest, Actor]:
    """In a clerk's hands, the right to have the document checked."""
    item, clerk = claimed(run_jobs, slug, **answers)
    proofs = treatment.rule_for(item).proofs
    return treatment.check_entitlement(public_id=item.public_id, by=clerk, proofs_seen=proofs), clerk


def ready(run_jobs, **answers) -> ActRequest:
    """Signed, sealed, and the citizen told."""
    item = civil.prepared(run_jobs, **answers)
    civil.sign(item, civil.staff(Role.OFFICER, name="Pierre Gbaguidi"))
    run_jobs()
    return fresh(item)


def officer(**where) -> tuple[Client, str, Actor]:
    """An officer's browser, the secret of their application, and who they are."""
    by = civil.staff(Role.OFFICER, name="Pierre Gbaguidi", **where)
    return browser(by), second_factor.enrol(by.user), by


def last_code() -> str:
    """The six digits of the last one-time code sent."""
    return re.search(r"\d{6}", Message.objects.filter(template="codes.code").latest("pk").body)[0]
