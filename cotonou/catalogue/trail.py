"""The actions of this room, in words an auditor reads."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from cotonou.audit import actions, subjects
from cotonou.audit.actions import Detail
from cotonou.audit.formats import day, fields
from cotonou.catalogue.models import Opening, Service, ServiceFact


def register() -> None:
    _actions()
    subjects.register(Service, label=_("démarche"))
    subjects.register(ServiceFact, label=_("renseignement"))
    # Its name is a moment, which the trail already says.
    subjects.register(Opening, label=_("ouverture du portail"), wording=lambda label: "")


def _actions() -> None:
    add = partial(actions.register, group=_("Démarches du catalogue"))
    fact = Detail(_("renseignement"), about="catalogue.servicefact")
    columns = fields(Service)
    add("catalogue.fact_added", _("Renseignement ajouté à une démarche"), fact=fact, text=_("texte"))
    add("catalogue.fact_ended", _("Fin d’un renseignement"), fact=fact, until=Detail(_("dernier jour"), day))
    add(
        "catalogue.level_set",
        _("Niveau d’une démarche fixé"),
        level=_("niveau"),
        from_date=Detail(_("premier jour"), day),
        why=_("preuve"),
    )
    add("catalogue.service_given", _("Démarche confiée à un service du portail"), owner=_("service"))
    add(
        "catalogue.service_edited",
        _("Page d’une démarche modifiée"),
        before=Detail(_("avant"), columns),
        after=Detail(_("après"), columns),
    )
    add = partial(actions.register, group=_("Portail"))
    add("portal.opened", _("Portail ouvert au public"))
    add("portal.closed", _("Portail fermé au public"), reason=_("motif"))
