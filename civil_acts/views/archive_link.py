"""From a request to the archive and back: ask for the search, certify that nothing was found."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from civil_acts import forms
from civil_acts.models import ActRequest
from civil_acts.services import archive_answers, treatment
from civil_acts.views.clerk import WORK, act_on
from cotonou.accounts.permissions import require_permission


@require_POST
@require_permission(*WORK)
def ask_archive(request: HttpRequest, public_id) -> HttpResponse:
    done = _("Recherche demandée aux archives.")
    item = get_object_or_404(ActRequest.objects.visible_to(request.actor), public_id=public_id)
    # What is known stands where the form says nothing; a field that was emptied stays empty.
    form = forms.ArchiveForm(archive_answers.known_details(item) | request.POST.dict())
    return act_on(request, public_id, "archive", form, archive_answers.ask_archive, done)


@require_POST
@require_permission(*WORK)
def non_registration(request: HttpRequest, public_id) -> HttpResponse:
    done = _("Certificat de non-inscription préparé : il attend la signature.")
    item = get_object_or_404(ActRequest.objects.visible_to(request.actor), public_id=public_id)
    found = treatment.lookalikes(item, request.actor)
    form = forms.NonRegistrationForm(request.POST, found=bool(found), auto_id="absent_%s")

    def use_case(*, public_id, by, not_these=False):
        dismissed = [act.public_id for act in found] if not_these else []
        return treatment.prepare_non_registration(public_id=public_id, by=by, dismissed=dismissed)

    return act_on(request, public_id, "non_registration", form, use_case, done)
