from django.urls import path

from cotonou.documents.views import files, verification

app_name = "documents"
urlpatterns = [
    path("sw.js", verification.service_worker, name="service_worker"),
    path("v", verification.start, name="verify"),
    path("v/cles.json", verification.published_keys, name="published_keys"),
    path("v/revocations.json", verification.revocations, name="revocations"),
    path("v/fichier", verification.by_file, name="verify_file"),
    path("v/<str:code>", verification.by_code, name="verify_code"),
    path("v/<str:code>/etat.json", verification.state, name="verify_state"),
    path("documents/<uuid:public_id>/", files.document, name="document"),
    path("agents/fichiers/<uuid:public_id>/", files.upload, name="upload"),
    path("agents/fichiers/<uuid:public_id>/apercu/<int:page>/", files.preview, name="preview"),
]
