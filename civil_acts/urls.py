from django.urls import include, path

from civil_acts.views import (
    archive_link,
    citizen,
    clerk,
    counter,
    issued,
    officer,
    preview,
    procedures,
    relay,
    tracking,
)

app_name = "civil_acts"
citizens = [
    path("demarches/<slug:slug>/demande/", citizen.start, name="start"),
    path("demarches/<slug:slug>/demande/<uuid:public_id>/<str:step>/", citizen.page, name="page"),
    path("demandes/<uuid:public_id>/reprendre/", citizen.resume, name="resume"),
    path("suivi/<str:code>/", tracking.show, name="tracking"),
    path("suivi/<str:code>/payer/", citizen.pay, name="pay"),
    path("suivi/<str:code>/reponse/", tracking.answer, name="answer"),
    path("suivi/<str:code>/retirer/", tracking.withdraw, name="withdraw"),
    path("suivi/<str:code>/document/", tracking.document, name="document"),
]
requests = [
    path("", clerk.request_queue, name="queue"),
    path("vues/", clerk.save_view, name="save-view"),
    path("vues/<int:pk>/supprimer/", clerk.delete_view, name="delete-view"),
    path("<uuid:public_id>/", clerk.detail, name="request"),
    path("<uuid:public_id>/prendre/", clerk.claim, name="claim"),
    path("<uuid:public_id>/rendre/", clerk.release, name="release"),
    path("<uuid:public_id>/droit/", clerk.check, name="check"),
    path("<uuid:public_id>/acte/<uuid:act_id>/", clerk.attach_act, name="attach-act"),
    path("<uuid:public_id>/archives/", archive_link.ask_archive, name="ask-archive"),
    path("<uuid:public_id>/non-inscription/", archive_link.non_registration, name="non-registration"),
    path("<uuid:public_id>/preparer/", clerk.prepare, name="prepare"),
    path("<uuid:public_id>/projet/", preview.project, name="project"),
    path("<uuid:public_id>/demander/", clerk.ask, name="ask"),
    path("<uuid:public_id>/refuser/", clerk.reject, name="reject"),
    path("<uuid:public_id>/rouvrir/", clerk.reopen, name="reopen"),
    path("<uuid:public_id>/confier/", clerk.transfer, name="transfer"),
]
signatures = [
    path("", officer.to_sign, name="to-sign"),
    path("signer/", officer.sign, name="sign"),
    path("<uuid:public_id>/", officer.review, name="review"),
    path("<uuid:public_id>/renvoyer/", officer.send_back, name="send-back"),
]
papers = [
    path("", issued.documents, name="documents"),
    path("<uuid:public_id>/", issued.document, name="issued"),
    path("<uuid:public_id>/annuler/", issued.revoke, name="revoke"),
    path("<uuid:public_id>/remplacer/", issued.replace, name="replace"),
    path("<uuid:public_id>/renoncer/", issued.give_up, name="give-up"),
]
counters = [
    path("", counter.home, name="counter"),
    path("nouvelle/<slug:slug>/", counter.start, name="counter-start"),
    path("saisie/<uuid:public_id>/", counter.resume, name="counter-resume"),
    path("saisie/<uuid:public_id>/<str:step>/", counter.page, name="counter-page"),
    path("<uuid:public_id>/", counter.show, name="counter-request"),
    path("<uuid:public_id>/especes/", counter.cash, name="counter-cash"),
    path("<uuid:public_id>/remettre/", counter.hand_over, name="hand-over"),
    path("<uuid:public_id>/piece/", counter.answer, name="counter-answer"),
]
relays = [
    path("", relay.home, name="relay"),
    path("bordereaux/", relay.create_batch, name="relay-create"),
    path("bordereaux/<uuid:public_id>/", relay.batch, name="relay-batch"),
    path("bordereaux/<uuid:public_id>/fichier/", relay.batch_file, name="relay-file"),
    path("dossiers/<uuid:public_id>/fiche/", relay.slip, name="relay-slip"),
    path("reponses/", relay.answers, name="relay-answers"),
]
versions = [
    path("", procedures.show, name="procedure"),
    path("nouvelle/", procedures.new_draft, name="procedure-new"),
    path("brouillon/", procedures.edit_draft, name="procedure-draft"),
    path("<int:number>/publier/", procedures.publish, name="procedure-publish"),
    path("regles/", procedures.add_rule, name="rule-add"),
    path("regles/<uuid:public_id>/fin/", procedures.end_rule, name="rule-end"),
    path("regles/<uuid:public_id>/remplacer/", procedures.replace_rule, name="rule-replace"),
    path("modeles/<str:kind>/", procedures.confirm_model, name="model-confirm"),
    path("modeles/<str:kind>/specimen/", procedures.specimen, name="model-specimen"),
]
urlpatterns = [
    *citizens,
    path("agents/demandes/", include(requests)),
    path("agents/signatures/", include(signatures)),
    path("agents/documents/", include(papers)),
    path("agents/guichet/", include(counters)),
    path("agents/ucip/", include(relays)),
    path("agents/demarches/<slug:slug>/version/", include(versions)),
]
