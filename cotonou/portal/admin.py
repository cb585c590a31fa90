from urllib.parse import urlencode

from django.contrib.admin import AdminSite
from django.shortcuts import redirect
from django.urls import reverse


class TechnicalSite(AdminSite):
    """Raw tables for superusers with a second factor; everyday work has real pages."""

    site_header = site_title = "Gestion technique"
    index_title = "Tables"
    site_url = "/agents/"

    def has_permission(self, request) -> bool:
        user = request.user
        return bool(user.is_active and user.is_superuser and request.actor.second_factor)

    def login(self, request, extra_context=None):
        """The portal's own log-in asks for the second factor; the admin's would not."""
        if request.user.is_authenticated:
            return redirect("mfa_index" if request.user.is_superuser else "portal:home")
        query = urlencode({"next": request.get_full_path()})
        return redirect(f"{reverse('account_login')}?{query}")
