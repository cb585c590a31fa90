"""The actions of this room, in words an auditor reads."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from cotonou.accounts.models import Membership, Office, Residence, User
from cotonou.accounts.permissions import Role
from cotonou.audit import actions, subjects
from cotonou.audit.actions import Detail
from cotonou.audit.formats import choice, day, named

PROFILE = {"full_name": _("nom complet"), "language": _("langue des messages")}


def register() -> None:
    _actions()
    subjects.register(User, label=_("compte"))
    subjects.register(Office, label=_("bureau"))
    subjects.register(Membership, label=_("rôle"), rows=_memberships)
    subjects.register(Residence, label=_("résidence"), rows=_residences)


def _memberships():
    return Membership.objects.select_related("office")


def _residences():
    return Residence.objects.select_related("user", "quartier__arrondissement")


def _actions() -> None:
    add = partial(actions.register, group=_("Comptes et équipe"))
    person = Detail(_("personne"), about="accounts.user")
    first, last = Detail(_("premier jour"), day), Detail(_("dernier jour"), day)
    role = Detail(_("rôle"), choice(Role))
    office = Detail(_("bureau"), about="accounts.office", by="code")
    add("accounts.contact_linked", _("Coordonnées rattachées à un compte"))
    add("accounts.membership_ended", _("Fin d’un rôle"), last_day=last)
    add(
        "accounts.membership_granted",
        _("Rôle donné"),
        person=person,
        role=role,
        office=office,
        starts_on=first,
        ends_on=last,
    )
    add("accounts.membership_withdrawn", _("Rôle retiré avant son premier jour"), role=role)
    add("accounts.phone_proved", _("Numéro de téléphone prouvé"))
    add("accounts.phone_released", _("Numéro de téléphone libéré"))
    add("accounts.profile_changed", _("Profil modifié"), fields=Detail(_("changé"), named(PROFILE)))
    add(
        "accounts.residence_granted",
        _("Résidence attestée"),
        person=person,
        proof=Detail(_("preuve"), choice(Residence.Proof)),
        ends_on=last,
    )
    add("accounts.residence_revoked", _("Résidence retirée"), reason=_("motif"))
    add("accounts.second_factor_locked", _("Double authentification bloquée après des codes faux"))
    add("accounts.staff_created", _("Compte d’agent créé"))
    add("accounts.staff_logged_in", _("Connexion d’un agent"))
