from django.contrib.admin.apps import AdminConfig


class TechnicalAdminConfig(AdminConfig):
    """Django's admin behind the portal's own log-in; apart from apps.py, which has its own config."""

    default_site = "cotonou.portal.admin.TechnicalSite"
