from django.conf import settings
from django.urls import include, path

urlpatterns = [
    path("i18n/", include("django.conf.urls.i18n")),
    path("compte/", include("allauth.urls")),
]

if settings.DEMO:
    urlpatterns += [path("", include("cotonou.core.urls"))]
