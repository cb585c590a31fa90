"""The actions of this room, in words an auditor reads."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from cotonou.audit import actions, subjects
from cotonou.audit.actions import Detail
from cotonou.audit.formats import choice
from cotonou.core import codes
from cotonou.formbuilder.models import Draft, FormVersion
from cotonou.formbuilder.states import DraftState


def register() -> None:
    add = partial(actions.register, group=_("Formulaires"))
    add("formbuilder.drafted", _("Formulaire préparé"), form=_("formulaire"), number=_("version"))
    add("formbuilder.published", _("Formulaire publié"), form=_("formulaire"), number=_("version"))
    add("formbuilder.left", _("Saisie interrompue, à reprendre plus tard"))
    add("formbuilder.resumed", _("Saisie reprise avec le code et le téléphone"))
    add("formbuilder.submitted", _("Saisie envoyée"))
    add("formbuilder.wiped", _("Saisie effacée"), state=Detail(_("état"), choice(DraftState)))
    # The slug and the number of a form are said by the details.
    subjects.register(FormVersion, label=_("formulaire"), wording=lambda label: "")
    subjects.register(Draft, label=_("saisie"), by_code=_by_code)


def _by_code(typed: str):
    return Draft.objects.filter(code=codes.normalise(typed) or "?")
