from django.urls import path

from cotonou.ledger.views import books

app_name = "ledger"
urlpatterns = [
    path("agents/comptes/", books.trial_balance, name="trial_balance"),
    path("agents/comptes/journal/", books.journal, name="journal"),
    path("agents/comptes/ecritures/<uuid:public_id>/", books.entry, name="entry"),
    path("agents/comptes/<str:code>/", books.account, name="account"),
]
