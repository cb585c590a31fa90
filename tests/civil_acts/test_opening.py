"""Before the City opens the portal, the public begins nothing online; the counters work."""

import pytest
from django.urls import reverse

from civil_acts.models import ActRequest
from civil_acts.services import intake, paying
from cotonou.accounts.actors import SYSTEM
from cotonou.accounts.permissions import Role
from cotonou.catalogue.models import Opening
from cotonou.catalogue.services import PortalClosed
from cotonou.formbuilder.models import Draft
from cotonou.payments.models import Payment
from tests.civil_acts.pages import to, words
from tests.support import civil, people

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]
CLOSED = "Le portail n’est pas encore ouvert au public. Adressez-vous au guichet."
START = "/demarches/acte-de-naissance/demande/"


def address(draft: Draft) -> str:
    return reverse("civil_acts:page", args=["acte-de-naissance", draft.public_id, "verifier"])


def refused(response) -> None:
    assert response.status_code == 403
    assert CLOSED in words(response)


def test_nobody_starts_online_before_the_opening(client, settings):
    settings.DEMO = False
    refused(client.get(START))
    refused(client.post(START))
    assert not Draft.objects.exists()


def test_a_draft_is_neither_filled_nor_sent_before_the_opening(client, settings):
    draft = civil.draft()
    people.prove(client, draft.contact)
    settings.DEMO = False
    refused(client.get(address(draft)))
    refused(client.post(address(draft)))
    with pytest.raises(PortalClosed):
        intake.confirm(draft=draft, by=SYSTEM)
    assert not ActRequest.objects.exists()


def test_nobody_pays_online_before_the_opening(client, settings):
    item = intake.confirm(draft=civil.draft(), by=SYSTEM)
    people.prove(client, item.contact)
    settings.DEMO = False
    refused(client.get(to("pay", item)))
    with pytest.raises(PortalClosed):
        paying.pay_online(request=item, provider="fake", by=SYSTEM)
    assert not Payment.objects.exists()
    assert client.get(to("tracking", item)).status_code == 200


def test_the_counter_works_before_the_opening(settings):
    draft = civil.draft()
    settings.DEMO = False
    item = intake.confirm(draft=draft, by=SYSTEM, channel="COUNTER")
    assert item.channel == "COUNTER"


def test_once_opened_the_public_begins_and_sends(client, settings):
    settings.DEMO = False
    Opening.objects.create(opened_by=people.agent(Role.CATALOGUE, at=None))
    assert client.post(START).status_code == 302
    draft = civil.draft()
    people.prove(client, draft.contact)
    assert client.post(address(draft)).url == to("pay", ActRequest.objects.get())
