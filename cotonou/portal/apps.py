from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from cotonou.accounts.permissions import Permission as Can

# url name, label, permissions (any of them), order
MENU = (
    ("portal:staff", _("Accueil"), tuple(Can), 0),
    ("payments:cash_home", _("Caisse"), (Can.CASH_DESK,), 50),
    ("payments:cash_journal", _("Journal de caisse"), (Can.CASH_SUPERVISE,), 51),
    ("payments:staff_index", _("Paiements"), (Can.PAYMENT_VIEW,), 52),
    ("ledger:trial_balance", _("Comptes"), (Can.LEDGER_VIEW,), 53),
    ("portal:catalogue", _("Démarches"), (Can.CATALOGUE_MANAGE, Can.GO_LIVE_VIEW), 800),
    ("portal:team", _("Équipe"), (Can.MEMBERSHIP_MANAGE,), 810),
    ("portal:holidays", _("Jours fériés"), (Can.TERRITORY_MANAGE,), 820),
    ("portal:jobs", _("Travaux"), (Can.JOB_VIEW,), 830),
    ("portal:journal", _("Journal"), (Can.AUDIT_VIEW,), 840),
    ("portal:golive", _("Mise en service"), (Can.GO_LIVE_VIEW,), 850),
)


class PortalConfig(AppConfig):
    name = "cotonou.portal"
    label = "portal"

    def ready(self):
        from cotonou.catalogue import cards as staff
        from cotonou.catalogue import navigation
        from cotonou.jobs import topics
        from cotonou.portal import cards, checks, money_cards, tracking, trail

        topics.register(
            "portal.purge_attempts", tracking.purge, label=_("Effacer les essais de suivi d’hier")
        )
        checks.register()
        trail.register()
        staff.register_staff("portal", cards.cards)
        staff.register_staff("portal.money", money_cards.cards)
        for url_name, label, permissions, order in MENU:
            navigation.register(url_name, label=label, permissions=permissions, order=order)
