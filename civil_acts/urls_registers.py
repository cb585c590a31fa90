from django.urls import include, path

from civil_acts.views import archive, registers

app_name = "registers"
acts = [
    path("", registers.index, name="index"),
    path("import/", registers.imports, name="imports"),
    path("import/<uuid:public_id>/", registers.import_batch, name="import"),
    path("import/<uuid:public_id>/avancement/", registers.import_progress, name="import-progress"),
    path("import/<uuid:public_id>/a-corriger/", registers.rejected_rows, name="rejected-rows"),
    path("<uuid:public_id>/", registers.act, name="act"),
    path("<uuid:public_id>/mention/", registers.mention, name="mention"),
    path("<uuid:public_id>/corriger/", registers.correct, name="correct"),
    path("<uuid:public_id>/annuler/", registers.cancel, name="cancel"),
]
slips = [
    path("", archive.slips, name="slips"),
    path("nouvelle/", archive.new_slip, name="new-slip"),
    path("<uuid:public_id>/", archive.slip, name="slip"),
    path("<uuid:public_id>/fiche/", archive.printed, name="printed-slip"),
    path("<uuid:public_id>/prendre/", archive.take, name="take-slip"),
    path("<uuid:public_id>/trouve/", archive.found, name="slip-found"),
    path("<uuid:public_id>/absent/", archive.absent, name="slip-absent"),
    path("<uuid:public_id>/rouvrir/", archive.reopen, name="reopen-slip"),
]
transcriptions = [
    path("", archive.transcriptions, name="transcriptions"),
    path("pages/<uuid:public_id>/", archive.type_page, name="type-page"),
    path("<uuid:public_id>/verifier/", archive.verify, name="verify"),
    path("<uuid:public_id>/renvoyer/", archive.send_back, name="send-back"),
]
urlpatterns = [
    path("registres/", include(acts)),
    path("archives/", include(slips)),
    path("transcriptions/", include(transcriptions)),
]
