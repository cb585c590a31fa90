from django.urls import path

from cotonou.payments.views import citizen, desk, fake, staff, webhooks

app_name = "payments"
urlpatterns = [
    path("paiements/<uuid:public_id>/", citizen.status, name="status"),
    path("paiements/<uuid:public_id>/reessayer", citizen.retry, name="retry"),
    path("paiements/<uuid:public_id>/autrement", citizen.otherwise, name="otherwise"),
    path("paiements/<uuid:public_id>/abandonner", citizen.cancel, name="cancel"),
    path("paiements/<slug:provider>/evenements", webhooks.events, name="events"),
    path("recu/<str:code>/", citizen.receipt, name="receipt"),
    path("demo/operateur/<str:reference>/", fake.operator, name="fake_operator"),
    path("agents/caisse/", desk.home, name="cash_home"),
    path("agents/caisse/journal/", desk.journal, name="cash_journal"),
    path("agents/caisse/postes/", desk.all_desks, name="cash_desks"),
    path("agents/caisse/<uuid:public_id>/", desk.session, name="cash_session"),
    path("agents/caisse/<uuid:public_id>/fermer", desk.close, name="cash_close"),
    path("agents/paiements/", staff.index, name="staff_index"),
    path("agents/paiements/non-appliques/", staff.unapplied, name="unapplied"),
    path("agents/paiements/cas/", staff.cases, name="cases"),
    path("agents/paiements/cas/<uuid:public_id>/", staff.case, name="case"),
    path("agents/paiements/<uuid:public_id>/", staff.detail, name="staff_detail"),
    path("agents/paiements/<uuid:public_id>/rembourser", staff.propose_refund, name="propose_refund"),
    path("agents/paiements/<uuid:public_id>/reprendre", staff.reapply, name="reapply"),
    path("agents/remboursements/", staff.refund_list, name="refunds"),
    path("agents/remboursements/<uuid:public_id>/", staff.refund, name="refund"),
    path("agents/remboursements/<uuid:public_id>/decider", staff.decide_refund, name="decide_refund"),
    path(
        "agents/remboursements/<uuid:public_id>/especes", staff.pay_refund_in_cash, name="pay_refund_in_cash"
    ),
    path(
        "agents/remboursements/<uuid:public_id>/operateur",
        staff.pay_refund_by_operator,
        name="pay_refund_by_operator",
    ),
]
