import datetime
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from civil_acts.models import ImportBatch, RegisterAct
from civil_acts.services import archive, registers
from civil_acts.specimens import make_births_dirty as specimen
from tests.civil_acts.registers.factories import make_act
from tests.civil_acts.registers.test_archive import DATA, ask, page_photo
from tests.support.threads import together

FOLDER = Path(specimen.__file__).parent


def upload_file(name="births_dirty.csv", content=None):
    return SimpleUploadedFile(name, content if content is not None else (FOLDER / name).read_bytes())


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [1, 40])
def test_the_search_page_costs_the_same_for_one_act_or_many(
    people, browse, rows, django_assert_max_num_queries
):
    for _ in range(rows):
        make_act()
    client = browse(people["clerk"])
    with django_assert_max_num_queries(14):  # session, user, memberships, then the search
        response = client.get(reverse("registers:index"), {"kind": "BIRTH", "name": "adjovy kosi"})
    assert response.content.decode().count("ADJOVI Kossi") == rows


@pytest.mark.django_db
def test_a_register_of_another_arrondissement_answers_404(people, browse):
    act = make_act(office="A06")
    client = browse(people["officer"])
    for name in ("act", "mention", "correct"):
        assert client.get(reverse(f"registers:{name}", args=[act.public_id])).status_code == 404
    assert client.post(reverse("registers:cancel", args=[act.public_id]), {"reason": "x"}).status_code == 404


@pytest.mark.django_db
def test_a_slip_or_page_of_another_arrondissement_answers_404(people, browse, office):
    slip = ask(people, office)
    archive.answer_found(public_id=slip.public_id, by=people["archivist"], photo=page_photo())
    client = browse(people["foreign_archivist"])
    for name in ("slip", "printed-slip", "type-page"):
        assert client.get(reverse(f"registers:{name}", args=[slip.public_id])).status_code == 404
    typed = archive.transcribe(slip_id=slip.public_id, by=people["clerk"], data=DATA)
    assert client.get(reverse("registers:verify", args=[typed.public_id])).status_code == 404


@pytest.mark.django_db
def test_a_clerk_neither_imports_nor_corrects(people, browse):
    act = make_act()
    client = browse(people["clerk"])
    assert client.get(reverse("registers:imports")).status_code == 403
    assert client.get(reverse("registers:correct", args=[act.public_id])).status_code == 403


@pytest.mark.django_db
def test_an_act_page_shows_mentions_and_history_without_running_what_names_hold(people, browse):
    act = make_act("<img src=x>", "Kossi", father_name="<script>1</script>")
    client = browse(people["officer"])
    answer = client.post(
        reverse("registers:mention", args=[act.public_id]),
        {
            "kind": "MARRIAGE",
            "text": "Mariée",
            "source_reference": "2012/45",
            "dated_on_day": "20",
            "dated_on_month": "5",
            "dated_on_year": "2012",
        },
    )
    assert answer.status_code == 302
    page = client.get(reverse("registers:act", args=[act.public_id])).content.decode()
    assert "Mariée" in page
    assert "2012/45" in page
    assert "<img src=x" not in page
    assert "<script>1" not in page


@pytest.mark.django_db(transaction=True)
def test_two_clicks_write_a_mention_once(people):
    act = make_act()
    note = {
        "kind": "MARRIAGE",
        "text": "Mariée à Cotonou",
        "source_reference": "2012/45",
        "dated_on": datetime.date(2012, 5, 20),
    }
    by = people["officer"]
    made = together(3, lambda _n: registers.record_mention(public_id=act.public_id, by=by, **note))
    assert {mention.pk for mention in made} == {act.mentions.get().pk}
    registers.record_mention(public_id=act.public_id, by=by, **note | {"source_reference": "2012/46"})
    assert act.mentions.count() == 2


@pytest.mark.django_db
def test_a_refused_mention_keeps_what_was_typed(people, browse):
    act = make_act()
    url = reverse("registers:mention", args=[act.public_id])
    answer = browse(people["officer"]).post(url, {"kind": "OTHER", "text": "Long texte"})
    assert answer.status_code == 422
    assert "Long texte" in answer.content.decode()


@pytest.mark.django_db
def test_an_officer_corrects_from_the_page(people, browse):
    act = make_act("ADJOVI", "Kosi")
    url = reverse("registers:correct", args=[act.public_id])
    client = browse(people["officer"])
    typed = {
        "year": "1987",
        "act_number": act.act_number_text,
        "surname": "ADJOVI",
        "given_names": "Kossi",
        "sex": "M",
        "event_date": "03/07/1987",
        "reason": "d’après le registre",
    }
    assert client.post(url, typed | {"event_date": "31/02/1987"}).status_code == 422
    assert client.post(url, typed).status_code == 302
    act.refresh_from_db()
    assert (act.given_names, str(act.event_date), act.verified) == ("Kossi", "1987-07-03", True)
    page = client.get(reverse("registers:act", args=[act.public_id])).content.decode()
    assert "« Kosi » devient « Kossi »" in page
    assert "d’après le registre" in page


@pytest.mark.django_db(transaction=True)
def test_a_file_sent_by_an_archivist_is_read_by_a_job(people, browse, run_jobs):
    client = browse(people["archivist"])
    answer = client.post(
        reverse("registers:imports"),
        {"file": upload_file(), "kind": "BIRTH", "office": "A05", "year": "", "centre": ""},
    )
    assert answer.status_code == 302
    batch = ImportBatch.objects.get()
    waiting = client.get(answer.url).content.decode()
    assert "Lignes lues" in waiting
    progress = reverse("registers:import-progress", args=[batch.public_id])
    assert "HX-Refresh" not in client.get(progress).headers
    run_jobs()
    batch.refresh_from_db()
    assert (batch.rows_added, batch.rows_rejected) == (270, 57)
    assert client.get(progress).headers["HX-Refresh"] == "true"
    assert "Sexe non reconnu" in client.get(answer.url).content.decode()
    back = client.get(reverse("registers:rejected-rows", args=[batch.public_id]))
    assert b"".join(back.streaming_content).startswith(b"PK")
    assert "attachment" in back["Content-Disposition"]
    stranger = browse(people["foreign_archivist"])
    for name in ("import", "import-progress", "rejected-rows"):
        assert stranger.get(reverse(f"registers:{name}", args=[batch.public_id])).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_table_without_its_columns_ends_as_a_refused_file(people, browse, run_jobs):
    client = browse(people["archivist"])
    content = b"a;b\n1;2\n"
    data = {"file": upload_file("x.csv", content), "kind": "BIRTH", "office": "A05"}
    answer = client.post(reverse("registers:imports"), data)
    run_jobs()
    assert "Colonnes introuvables" in client.get(answer.url).content.decode()
    assert not RegisterAct.objects.exists()


@pytest.mark.django_db
@pytest.mark.hostile
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("r.csv", b""),
        ("r.xlsx", b"PK\x03\x04 not a workbook"),
        ("r.csv", b"%PDF-1.7"),
        ("r.xls", b"\xd0\xcf\x11\xe0"),
        ("r.csv", b"\x00\x01\x02" * 100),
    ],
)
def test_a_file_that_cannot_be_a_table_is_refused_on_the_form(people, browse, name, content):
    data = {"file": upload_file(name, content), "kind": "BIRTH", "office": "A05"}
    answer = browse(people["archivist"]).post(reverse("registers:imports"), data)
    assert answer.status_code == 422
    assert not ImportBatch.objects.exists()


@pytest.mark.django_db
def test_a_file_that_arrived_cut_is_refused_and_not_imported_in_part(people, browse, settings):
    """What is beyond the limit is dropped while it arrives: those rows would be lost in silence."""
    rows = b"12;1987;DOSSOU;Afi;F;03/07/1987\n" * (settings.UPLOAD_MAX_BYTES // 30)
    assert len(rows) > settings.UPLOAD_MAX_BYTES
    file = upload_file("register.csv", "N° acte;Année;Nom;Prénoms;Sexe;Date de naissance\n".encode() + rows)
    data = {"file": file, "kind": "BIRTH", "office": "A05"}
    answer = browse(people["archivist"]).post(reverse("registers:imports"), data)
    assert answer.status_code == 422
    assert "dépasse 8" in answer.content.decode().replace("\xa0", " ")
    assert not ImportBatch.objects.exists()


@pytest.mark.django_db
def test_nobody_imports_into_another_arrondissement(people, browse):
    data = {"file": upload_file(), "kind": "BIRTH", "office": "A06"}
    assert browse(people["archivist"]).post(reverse("registers:imports"), data).status_code == 422
    assert not ImportBatch.objects.exists()


@pytest.mark.django_db
def test_the_whole_chain_by_its_pages(people, browse):
    client = browse(people["clerk"])
    answer = client.post(
        reverse("registers:new-slip"),
        {"kind": "BIRTH", "office": "A05", "names": "HOUNGBÉDJI Sènan", "year": "1987"},
    )
    slip_url = answer.url
    client = browse(people["archivist"])
    assert "HOUNGBÉDJI Sènan" in client.get(reverse("registers:slips")).content.decode()
    assert client.post(f"{slip_url}prendre/").status_code == 302
    assert client.post(f"{slip_url}trouve/", {}).status_code == 422
    assert client.post(f"{slip_url}absent/", {}).status_code == 422
    assert client.post(f"{slip_url}trouve/", {"photo": page_photo()}).status_code == 302
    slip_id = slip_url.rstrip("/").rsplit("/", 1)[1]
    assert client.get(f"{slip_url}fiche/").status_code == 200

    client = browse(people["clerk"])
    type_url = reverse("registers:type-page", args=[slip_id])
    assert type_url in client.get(reverse("registers:transcriptions")).content.decode()
    assert client.get(type_url).status_code == 200
    refused = client.post(type_url, DATA | {"surname": ""})
    assert refused.status_code == 422
    assert "ABLO Tèni" in refused.content.decode()
    assert client.post(type_url, DATA).status_code == 302

    client = browse(people["second"])
    listed = client.get(reverse("registers:transcriptions")).content.decode()
    verify_url = listed.split('/verifier/"')[0].rsplit('"', 1)[1] + "/verifier/"
    blind = client.get(verify_url).content.decode()
    assert "maçon" in blind
    assert "ABLO Tèni" not in blind
    second = DATA | {"given_names": "Sènon"}
    differing = client.post(verify_url, second)
    assert differing.status_code == 422
    assert "Sènan</label>" in differing.content.decode()  # the first reading, now shown
    undecided = client.post(verify_url, second | {"settle": "1"})
    assert "Choisissez ce que dit la photo" in undecided.content.decode()
    done = client.post(verify_url, second | {"settle": "1", "keep_given_names": "first"})
    assert done.status_code == 302
    assert RegisterAct.objects.get().given_names == "Sènan"
    assert client.get(done.url).status_code == 200
    assert client.get(slip_url).status_code == 200


@pytest.mark.django_db
def test_a_page_can_be_sent_back(people, browse, office):
    slip = ask(people, office)
    archive.answer_found(public_id=slip.public_id, by=people["archivist"], photo=page_photo())
    typed = archive.transcribe(slip_id=slip.public_id, by=people["clerk"], data=DATA)
    client = browse(people["second"])
    back = reverse("registers:send-back", args=[typed.public_id])
    assert client.post(back, {}).status_code == 422
    assert client.post(back, {"reason": "mauvaise page"}).status_code == 302
    client = browse(people["clerk"])
    assert "mauvaise page" in client.get(reverse("registers:transcriptions")).content.decode()
    assert (
        "mauvaise page" in client.get(reverse("registers:type-page", args=[slip.public_id])).content.decode()
    )


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [1, 20])
def test_the_lists_of_the_archive_cost_the_same(people, browse, office, rows, django_assert_max_num_queries):
    for _ in range(rows):
        ask(people, office)
    client = browse(people["archivist"])
    with django_assert_max_num_queries(6):
        assert client.get(reverse("registers:slips")).content.decode().count("HOUNGBÉDJI") == rows
