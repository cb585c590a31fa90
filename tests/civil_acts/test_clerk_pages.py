"""The clerk's pages: the queue, and the request with everything beside it."""

import html
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from civil_acts.models import ActRequest, EntitlementRule, RegisterAct, SavedView
from civil_acts.services import treatment
from cotonou.accounts.permissions import Role
from cotonou.audit.models import Event
from cotonou.core import codes
from tests.civil_acts.pages import browser, checked, claimed, fresh, source, to, words
from tests.support import civil, people

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]
QUEUE = "/agents/demandes/"


@pytest.fixture
def clerk():
    return people.working(Role.CLERK)


def copies_of(item: ActRequest, count: int) -> list[ActRequest]:
    """As many requests like this one, each with a contact of its own."""
    made = []
    for number in range(count):
        contact = type(item.contact).objects.create(name=f"Usager {number}", phone=f"+22901961{number:05d}")
        copy = ActRequest.objects.get(pk=item.pk)
        copy.pk = copy.id = None
        copy._state.adding = True
        copy.public_id, copy.tracking_code = None, codes.new_code()
        copy.public_id = type(item)._meta.get_field("public_id").default()
        copy.contact, copy.subject_name = contact, f"HOUNGBÉDJI Sènan {number}"
        copy.save()
        made.append(copy)
    return made


# -- the queue -----------------------------------------------------------------


def test_the_queue_shows_the_oldest_due_first_and_only_this_office(run_jobs, clerk):
    item = civil.submitted(run_jobs)
    first, second = copies_of(item, 2)
    ActRequest.objects.filter(pk=first.pk).update(
        due_on=item.due_on - timedelta(days=1), subject_name="AVANT Tout"
    )
    ActRequest.objects.filter(pk=second.pk).update(office=civil.office(7), subject_name="AILLEURS Loin")
    page = words(clerk.get(QUEUE))
    assert page.index("AVANT Tout") < page.index("DOSSOU Afi Rose")
    assert "AILLEURS" not in page
    assert "2 dossiers" in page


@pytest.mark.parametrize(
    "typed",
    [
        "DOSSOU Afi",
        "afi dossou",
        "Dossöu",
        "rosé",
        "0197000001",
        "01 97 00 00 01",
        "97000001",
        "CODE",
        "code",
    ],
)
def test_a_request_is_found_by_code_phone_or_a_name_with_wrong_accents(run_jobs, clerk, typed):
    item = civil.submitted(run_jobs)
    copies_of(item, 1)
    pretty = codes.pretty(item.tracking_code)
    typed = {"CODE": pretty, "code": item.tracking_code.lower()}.get(typed, typed)
    page = words(clerk.get(QUEUE, {"q": typed}))
    assert "DOSSOU Afi Rose" in page
    assert "HOUNGBÉDJI" not in page


def test_an_accent_that_was_not_typed_is_forgiven(run_jobs, clerk):
    copies_of(civil.submitted(run_jobs), 1)
    assert "HOUNGBÉDJI" in words(clerk.get(QUEUE, {"q": "senan houngbedji"}))


def test_a_name_that_looks_like_a_code_is_still_a_name(run_jobs, clerk):
    item = civil.submitted(run_jobs)
    name = next(n for n in ("ABAD", *(f"AB{c}D" for c in codes.ALPHABET)) if codes.normalise(n))
    ActRequest.objects.filter(pk=item.pk).update(subject_name=f"{name} Koffi")
    assert f"{name} Koffi" in words(clerk.get(QUEUE, {"q": name}))


@pytest.mark.parametrize(
    "query",
    [
        {"q": "\x00"},
        {"q": "%_\\'\"<b>"},
        {"q": "x" * 500},
        {"page": "rien"},
        {"page": "-1"},
        {"page": "9" * 30},
        {"service": "rien"},
        {"state": "RIEN"},
        {"show": "tout"},
        {"rien": "1"},
    ],
)
def test_a_strange_address_still_shows_a_queue(run_jobs, clerk, query):
    civil.submitted(run_jobs)
    assert clerk.get(QUEUE, query).status_code == 200


def test_filters_narrow_the_queue(run_jobs):
    item, by = claimed(run_jobs)
    other = copies_of(fresh(item), 1)[0]
    ActRequest.objects.filter(pk=other.pk).update(
        claimed_by=None, claimed_until=None, due_on=timezone.localdate() - timedelta(days=3)
    )
    client = browser(by)

    def shown(**query):
        page = words(client.get(QUEUE, query))
        return "DOSSOU" in page, "HOUNGBÉDJI" in page

    assert shown() == (True, True)
    assert shown(show="mine") == (True, False)
    assert shown(show="free") == (False, True)
    assert shown(show="late") == (False, True)
    assert shown(service="certificat-de-residence") == (False, False)
    assert shown(state="IN_REVIEW") == (True, True)
    treatment.ask_complement(public_id=item.public_id, by=by, message="La carte", wants_file=True)
    assert shown(show="waiting") == (True, False)
    assert "pièce attendue" in words(client.get(QUEUE, {"show": "waiting"}))


@pytest.mark.parametrize("count", [1, 25])
def test_the_queue_asks_the_database_the_same_for_one_row_or_many(
    run_jobs, clerk, count, django_assert_num_queries
):
    item = civil.submitted(run_jobs)
    copies_of(item, count - 1)
    clerk.get(QUEUE)  # session and caches warm
    with django_assert_num_queries(QUEUE_QUERIES):
        page = clerk.get(QUEUE)
    assert page.content.count(b'data-label="\xc3\x89tat"') == count


QUEUE_QUERIES = 7  # session, user, memberships, services, saved views, count, rows


def test_pages_do_not_overlap_and_keep_the_filters(run_jobs, clerk):
    copies_of(civil.submitted(run_jobs), 29)
    first = clerk.get(QUEUE, {"q": "houngbedji"})
    second = clerk.get(QUEUE, {"q": "houngbedji", "page": 2})
    seen = [row["item"].pk for page in (first, second) for row in page.context["rows"]]
    assert len(seen) == len(set(seen)) == 29
    assert "?q=houngbedji&amp;page=2" in source(first)


def test_a_view_is_saved_under_a_name_and_deleted(run_jobs, clerk):
    civil.submitted(run_jobs)
    query = "q=Dossou+%26+fils&show=late"
    answer = clerk.post("/agents/demandes/vues/", {"name": "En retard", "query": query})
    assert answer.url == f"{QUEUE}?{query}"
    assert 'value="Dossou &amp; fils"' in source(clerk.get(answer.url))
    view = SavedView.objects.get()
    assert f'href="{QUEUE}?{query.replace("&", "&amp;")}"' in source(clerk.get(QUEUE))
    clerk.post("/agents/demandes/vues/", {"name": "En retard", "query": "show=mine"})
    assert SavedView.objects.get().query == "show=mine"
    clerk.post(reverse("civil_acts:delete-view", args=[view.pk]))
    assert not SavedView.objects.exists()


def test_a_view_without_a_name_keeps_the_filters_and_what_was_typed(run_jobs, clerk):
    civil.submitted(run_jobs)
    for name in ("", "x" * 61):
        answer = clerk.post("/agents/demandes/vues/", {"name": name, "query": "q=Dossou&show=late"})
        assert answer.status_code == 422
        page = source(answer)
        assert 'value="Dossou"' in page
        assert name in page
        assert f'action="{QUEUE}"' in page  # the filters lead back to the queue
    assert not SavedView.objects.exists()


def test_a_view_leads_nowhere_else(clerk):
    answer = clerk.post(
        "/agents/demandes/vues/",
        {"name": "x", "query": "q=a%0d%0aSet-Cookie:x\r\nLocation: //evil.example&next=//evil"},
    )
    assert answer.url.startswith(f"{QUEUE}?")
    assert "\n" not in answer.url
    assert "next" not in answer.url


def test_somebody_elses_view_cannot_be_deleted(clerk):
    view = SavedView.objects.create(user=people.agent(Role.CLERK), name="La mienne", query="show=late")
    assert clerk.post(reverse("civil_acts:delete-view", args=[view.pk])).status_code == 404
    assert SavedView.objects.exists()


# -- one request -----------------------------------------------------------------


def test_the_request_is_shown_with_answers_pieces_register_and_history(run_jobs):
    item, by = claimed(run_jobs)
    civil.birth_act()
    page = words(browser(by).get(to("request", item)))
    for text in (
        "DOSSOU Afi Rose",
        "27 mars 1984",
        "titulaire de l’acte",
        "piece.png",
        "aperçu seulement",
        "AHOUANSOU Reine",
        "Prise en charge",
        "Paiement reçu, demande déposée",
        "pris en charge par Awa Sossou",
    ):
        assert text in page, text


@pytest.mark.parametrize(
    "query",
    [{"annee": "²"}, {"annee": "99999999999"}, {"nom": "\x00"}, {"numero": "\x00' OR 1"}, {"nom": "(" * 300}],
)
def test_a_strange_search_in_the_register_finds_nothing(run_jobs, query):
    item, by = claimed(run_jobs)
    assert browser(by).get(to("request", item), query).status_code == 200


def test_the_whole_way_of_a_clerk_by_the_pages(run_jobs):
    item, by = civil.submitted(run_jobs), civil.staff(Role.CLERK)
    client, act = browser(by), civil.birth_act()
    assert client.post(to("claim", item)).status_code == 302
    assert "Cochez chaque justificatif" in words(client.post(to("check", item), {}))
    proofs = treatment.rule_for(item).proofs
    partly = client.post(to("check", item), {"proofs": proofs[:1]})
    assert partly.status_code == 422
    assert "Il manque" in words(partly)
    ticked = [box for box in re.findall(r"<input[^>]+>", source(partly)) if " checked" in box]
    assert [html.escape(proofs[0], quote=True) in box for box in ticked if "proofs" in box] == [True]
    assert client.post(to("check", item), {"proofs": proofs}).status_code == 302
    assert client.post(to("attach-act", item, act.public_id)).status_code == 302
    assert client.post(to("prepare", item)).status_code == 302
    assert fresh(item).state == "TO_SIGN"
    assert "à signer" in words(client.get(to("request", item)))


TYPED = {
    "ask": {"message": "Envoyez une photo plus nette"},
    "reject": {"reason": "WRONG_TOWN", "text": "Adressez-vous à Calavi"},
    "transfer": {"office": "A07", "reason": "Le registre est tenu au 7e"},
}
KEPT = {
    "ask": "photo plus nette",
    "reject": "Adressez-vous à Calavi",
    "transfer": "Le registre est tenu au 7e",
}


@pytest.mark.parametrize("action", TYPED)
def test_what_was_typed_stays_when_a_colleague_took_the_request_over(run_jobs, action):
    item, by = claimed(run_jobs)
    other = civil.staff(Role.CLERK, name="Bio Sanni")
    ActRequest.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    treatment.claim(public_id=item.public_id, by=other)
    answer = browser(by).post(to(action, item), TYPED[action])
    assert answer.status_code == 422
    assert "Prenez d’abord ce dossier en charge" in words(answer)
    assert "Bio Sanni" in words(answer)
    assert KEPT[action] in source(answer)
    assert fresh(item).state == "IN_REVIEW"


@pytest.mark.parametrize("action", TYPED)
def test_a_claim_that_lapsed_while_typing_is_renewed_when_nobody_took_it(run_jobs, action):
    item, by = claimed(run_jobs)
    ActRequest.objects.update(claimed_until=timezone.now() - timedelta(hours=1))
    assert browser(by).post(to(action, item), TYPED[action]).status_code == 302


@pytest.mark.parametrize(
    ("action", "data", "said"),
    [
        ("ask", {"message": "", "wants_file": "on"}, "Saisissez ce que l’usager doit envoyer"),
        ("ask", {"message": "à envoyer " * 100}, "600"),
        ("reject", {"text": "Une longue explication"}, "Choisissez la raison du refus"),
        ("reject", {"reason": "IDENTITY", "text": ""}, "une explication pour l’usager"),
        (
            "transfer",
            {"reason": "Registre tenu ailleurs"},
            "Choisissez le bureau qui doit traiter ce dossier",
        ),
        ("transfer", {"office": "A05", "reason": "Registre tenu ailleurs"}, "Choisissez"),
    ],
)
def test_a_form_that_is_not_complete_says_what_to_do_and_keeps_the_rest(run_jobs, action, data, said):
    item, by = claimed(run_jobs)
    answer = browser(by).post(to(action, item), data)
    assert answer.status_code == 422
    assert "<title>Erreur" in source(answer)
    assert said in words(answer)
    for typed in data.values():
        if " " in typed:
            assert typed.strip() in words(answer) + source(answer)


@pytest.mark.parametrize("action", ["release", "prepare", "ask-archive", "non-registration"])
def test_an_action_without_the_claim_is_refused_on_the_page(run_jobs, clerk, action):
    item = civil.submitted(run_jobs)
    answer = clerk.post(to(action, item))
    assert answer.status_code == 422
    assert "Prenez d’abord ce dossier en charge" in words(answer)


def test_preparing_before_the_check_or_without_an_act_says_what_is_missing(run_jobs):
    item, by = claimed(run_jobs)
    client = browser(by)
    assert "Vérifiez d’abord que cette personne" in words(client.post(to("prepare", item)))
    client.post(to("check", item), {"proofs": treatment.rule_for(item).proofs})
    answer = client.post(to("prepare", item))
    assert (answer.status_code, fresh(item).state) == (422, "IN_REVIEW")
    assert "Choisissez d’abord l’acte" in words(answer)


def test_a_cancelled_act_makes_no_copy(run_jobs):
    item, by = checked(run_jobs)
    act = civil.birth_act()
    client = browser(by)
    client.post(to("attach-act", item, act.public_id))
    RegisterAct.objects.filter(pk=act.pk).update(status="CANCELLED", cancelled_reason="Double")
    assert "n’est pas un acte de naissance valable" in words(client.post(to("prepare", item)))


def test_an_act_of_another_arrondissement_is_missing(run_jobs):
    item, by = claimed(run_jobs)
    act = civil.birth_act(office=civil.office(7))
    assert browser(by).post(to("attach-act", item, act.public_id)).status_code == 404


@pytest.mark.parametrize("action", ["claim", "release", "ask", "reject", "transfer", "prepare"])
def test_sending_a_form_twice_acts_once(run_jobs, action):
    item, by = checked(run_jobs)
    client = browser(by)
    client.post(to("attach-act", item, civil.birth_act().public_id))
    data = TYPED.get(action, {})
    before = events(item)
    first, second = client.post(to(action, item), data), client.post(to(action, item), data)
    assert first.status_code == 302
    # Once over, the second is told so; taking one's own request again only renews the claim.
    assert second.status_code in ({302} if action == "claim" else {404, 422})
    assert events(item) == before + (2 if action == "claim" else 1)
    assert fresh(item).complements.count() == (1 if action == "ask" else 0)


def events(item) -> int:
    return Event.objects.filter(subject_uuid=item.public_id).count()


def test_a_refused_request_is_reopened_with_a_reason(run_jobs):
    item, by = claimed(run_jobs)
    client = browser(by)
    client.post(to("reject", item), TYPED["reject"])
    empty = client.post(to("reopen", item), {"reason": ""})
    assert (empty.status_code, fresh(item).state) == (422, "REJECTED")
    assert "le motif" in words(empty)
    client.post(to("reopen", item), {"reason": "Le nom avait été mal lu"})
    page = words(client.get(to("request", item)))
    assert fresh(item).state == "IN_REVIEW"
    assert "Le nom avait été mal lu" in page


def test_a_request_handed_on_leaves_for_the_queue(run_jobs):
    item, by = claimed(run_jobs)
    client = browser(by)
    answer = client.post(to("transfer", item), TYPED["transfer"])
    assert answer.url == QUEUE
    assert client.get(to("request", item)).status_code == 404


def test_a_person_no_rule_allows_is_shown_as_such(run_jobs):
    item, by = claimed(run_jobs)
    EntitlementRule.objects.filter(relation="HOLDER").update(ends_on=timezone.localdate() - timedelta(days=1))
    page = words(browser(by).get(to("request", item)))
    assert "Personne non autorisée" in page
    assert "Le droit est vérifié" not in page
