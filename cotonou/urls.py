from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import AllowAny
from rest_framework.routers import APIRootView, DefaultRouter

from cotonou.catalogue.api import ServiceViewSet
from cotonou.portal.views.login import AddPasskeyView, AuthenticateView, ConfirmLoginCodeView


class Root(APIRootView):
    """What can be read and done by machines."""

    permission_classes = [AllowAny]
    access = "public"


class Router(DefaultRouter):
    APIRootView = Root
    include_format_suffixes = False


api = Router()
api.register("services", ServiceViewSet)

# Each room gives its pages whole addresses.
ROOMS = (
    "cotonou.portal",
    "cotonou.catalogue",
    "cotonou.notifications",
    "cotonou.documents",
    "cotonou.formbuilder",
    "cotonou.ledger",
    "cotonou.payments",
    "civil_acts",
)

handler400 = "cotonou.core.views.errors.bad_request"
handler404 = "cotonou.core.views.errors.not_found"
handler500 = "cotonou.core.views.errors.broken"
urlpatterns = [
    path("i18n/", include("django.conf.urls.i18n")),
    path("compte/login/code/confirm/", ConfirmLoginCodeView.as_view(), name="account_confirm_login_code"),
    path("compte/2fa/authenticate/", AuthenticateView.as_view(), name="mfa_authenticate"),
    path("compte/2fa/webauthn/add/", AddPasskeyView.as_view(), name="mfa_add_webauthn"),
    path("compte/", include("allauth.urls")),
    path("gestion-technique/", admin.site.urls),
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/v1/", include(api.urls)),
    *(path("", include(f"{room}.urls")) for room in ROOMS),
    path("agents/", include("civil_acts.urls_registers")),
]

if settings.DEMO:
    urlpatterns += [path("", include("cotonou.core.urls"))]
