from django.urls import path

from cotonou.payments.views import citizen, fake, webhooks

app_name = "payments"
urlpatterns = [
    path("paiements/<uuid:public_id>/", citizen.status, name="status"),
    path("paiements/<uuid:public_id>/reessayer", citizen.retry, name="retry"),
    path("paiements/<uuid:public_id>/autrement", citizen.otherwise, name="otherwise"),
    path("paiements/<uuid:public_id>/abandonner", citizen.cancel, name="cancel"),
    path("paiements/<slug:provider>/evenements", webhooks.events, name="events"),
    path("recu/<str:code>/", citizen.receipt, name="receipt"),
    path("demo/operateur/<str:reference>/", fake.operator, name="fake_operator"),
]
