from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cotonou.core import trial

NAVIGATION = (
    ("/demarches/", _("Démarches")),
    ("/suivi/", _("Suivre une demande")),
    ("/v", _("Vérifier un document")),
    ("/espace/", _("Mon espace")),
)
FOOTER = (
    ("/accessibilite/", _("Accessibilité")),
    ("/donnees-personnelles/", _("Données personnelles")),
    ("/contact/", _("Contact et aide")),
)
OTHER_LANGUAGE = {"fr": ("en", "English"), "en": ("fr", "Français")}


def portal(request: HttpRequest) -> dict:
    """What the layout needs on every page, without a query."""
    path = request.path
    language, language_name = OTHER_LANGUAGE.get(get_language() or "fr", OTHER_LANGUAGE["en"])
    return {
        "DEMO": settings.DEMO,
        "TRIAL": trial.mark(),
        "PORTAL_URL": settings.PORTAL_URL,
        "PORTAL_HOST": settings.PORTAL_URL.split("://", 1)[-1],
        "is_staff_area": path.startswith("/agents/"),
        "navigation": [
            {"href": href, "label": label, "current": path == href or path.startswith(href.rstrip("/") + "/")}
            for href, label in NAVIGATION
        ],
        "footer_links": [{"href": href, "label": label} for href, label in FOOTER],
        "other_language": {"code": language, "name": language_name},
        "current_path": request.get_full_path(),
    }
