from django.urls import path

from cotonou.catalogue.views import public

app_name = "catalogue"
urlpatterns = [
    path("demarches/", public.services, name="services"),
    path("demarches/<slug:slug>/", public.service, name="service"),
]
