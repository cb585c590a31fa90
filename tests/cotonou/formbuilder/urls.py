"""The portal with one more service: the smallest that fills a form."""

from django.db import transaction
from django.http import HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from cotonou.accounts.permissions import public
from cotonou.formbuilder import journeys, services, views
from cotonou.formbuilder.models import Draft, FormVersion
from cotonou.urls import urlpatterns as portal

sent: list[dict] = []


def send(request, draft: Draft) -> str:
    with transaction.atomic():
        answers = services.submit(draft=draft, by=request.actor)
        sent.append(answers)
    return reverse("done", args=[draft.public_id])


JOURNEY = views.Journey(
    purpose="tests",
    address=lambda draft, step: reverse("page", args=[draft.public_id, step]),
    send=send,
    sent=lambda draft: reverse("done", args=[draft.public_id]),
    exit_url=lambda draft: "/demarches/",
)


@public
@require_POST
def start(request, version):
    form_version = FormVersion.objects.get(public_id=version)
    return views.begin(request, JOURNEY, form_version=form_version, subject_label="Fiche familiale")


@public
def page(request, public_id, step):
    return views.step(request, JOURNEY, public_id, step)


@public
def go_on(request, public_id):
    return views.go_on(request, JOURNEY, public_id)


@public
def done(request, public_id):
    # Without an icon of its own, a browser would ask for /favicon.ico.
    return HttpResponse('<!doctype html><title>Envoyée</title><link rel="icon" href="data:,">')


urlpatterns = [
    path("essai/<uuid:version>/commencer/", start, name="start"),
    path("essai/demande/<uuid:public_id>/", go_on, name="go-on"),
    path("essai/demande/<uuid:public_id>/<str:step>/", page, name="page"),
    path("essai/fin/<uuid:public_id>/", done, name="done"),
    *portal,
]
if JOURNEY.purpose not in journeys.purposes():
    journeys.register(JOURNEY.purpose, lambda draft: reverse("go-on", args=[draft.public_id]))
