"""The demonstration city: the same for the same seed, whole, and open to those it lists."""

import collections
import contextlib
import datetime
import hashlib
import io
import json
import stat
from types import SimpleNamespace
from unittest import mock

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction
from django.test import override_settings
from django.urls import reverse

from civil_acts.models import ActRequest, RegisterAct
from civil_acts.states import RequestState
from cotonou.accounts.models import User
from cotonou.accounts.permissions import Role
from cotonou.audit import checks, sealing
from cotonou.audit.chains import all_chains
from cotonou.audit.models import Event
from cotonou.documents import keys, storage, verification
from cotonou.documents.models import IssuedDocument
from cotonou.jobs.models import Job
from cotonou.ledger.balances import balance
from cotonou.ledger.chart import AccountCode
from cotonou.notifications.models import Message
from cotonou.payments.models import CashSession, MoneyCase, Payment, Receipt, Refund
from cotonou.portal.demo import listing, making, names
from cotonou.portal.demo.city import rng_for
from cotonou.portal.demo.names import People
from cotonou.portal.demo.present import Amounts
from cotonou.portal.demo.staff import password_of
from cotonou.portal.models import OperationRecord
from cotonou.territory.dates import COTONOU
from tests.support import people

pytestmark = pytest.mark.django_db

_TODAY = datetime.datetime.now(COTONOU)
# The last Wednesday, late in the morning: not later than the clock of the database.
NOW = (_TODAY - datetime.timedelta(days=(_TODAY.weekday() - 3) % 7 + 1)).replace(hour=11, minute=30)
TINY = making.Size(acts=1500, past=60, sealed=6, present=Amounts(to_sign=1, new=1, ready=1))
# Drawn by OpenSSL, told by the database's own clock, or holding the id of a row: never alike twice.
UNLIKE = {
    "id", "pdf", "pdf_sha256", "pdf_size", "qr_payload", "qr_key_id", "seal_fingerprint", "xid", "material",
    "key_id", "pgh_created_at", "password", "valid_from", "valid_until", "key", "payload", "context",
    "headers", "subject_label", "before",
}  # fmt: skip
APART = {"django_migrations", "core_cache", "mfa_authenticator"}


class _Undone(Exception):
    pass


@pytest.fixture(scope="module")
def tiny_city(django_db_setup, django_db_blocker, keys_folder, tmp_path_factory):
    """One city for all these tests, in a transaction around theirs.

    before, now: what two cities of the same seed held, the second one still there.
    """
    with django_db_blocker.unblock(), files(tmp_path_factory.mktemp("first"), keys_folder):
        before = undone(lambda: contents(7))
    with django_db_blocker.unblock(), files(tmp_path_factory.mktemp("second"), keys_folder):
        try:
            with transaction.atomic():
                yield SimpleNamespace(before=before, now=contents(7))
                raise _Undone
        except _Undone:
            pass


@contextlib.contextmanager
def files(folder, keys_folder):
    """A storage of its own: a file that is there already would change the next one's name."""
    place = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(folder)},
    }
    changed = {
        "DOCUMENT_KEYS_DIR": str(keys_folder),
        "STORAGES": settings.STORAGES | {"default": place},
    }
    with override_settings(**changed):
        keys.reset()
        yield
    keys.reset()


def undone(act):
    """What ``act`` gives; nothing of what it wrote stays."""
    try:
        with transaction.atomic():
            found = act()
            raise _Undone
    except _Undone:
        return found


def contents(seed: int) -> dict[str, str]:
    """Build a city; table -> digest of its rows, without what cannot be alike."""
    making.build(size=TINY, seed=seed, say=lambda line: None, now=NOW, processes=0)
    with connection.cursor() as cursor:
        tables = [t for t in connection.introspection.table_names(cursor) if t not in APART]
        return {table: _digest(cursor, table) for table in tables} | {"listed": listed()}


def _digest(cursor, table: str) -> str:
    described = connection.introspection.get_table_description(cursor, table)
    columns = [column.name for column in described if not _unlike(column.name)]
    listed = ", ".join(f't."{name}"' for name in columns)
    cursor.execute(f"SELECT jsonb_build_array({listed})::text AS line FROM {table} t ORDER BY line")
    # The trail holds the digest of each sealed PDF.
    lines = [line for (line,) in cursor.fetchall() if '"sha256"' not in line]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _unlike(column: str) -> bool:
    return column in UNLIKE or (column.endswith("_id") and column not in {"public_id", "provider_id"})


def listed() -> str:
    content = listing.content(7)
    for paper in content["verification_codes"]:
        del paper["payload"]  # signed with this run's key
    return json.dumps(content)


def test_the_same_seed_gives_the_same_city(tiny_city):
    assert {table for table in tiny_city.now if tiny_city.now[table] != tiny_city.before[table]} == set()


def test_another_seed_gives_other_people():
    assert password_of(7) != password_of(8)
    drawn = [People(rng_for(seed, "people")) for seed in (7, 8)]
    first, second = ([one.person() for _ in range(5)] for one in drawn)
    assert first != second


def test_every_state_is_there(tiny_city):
    found = collections.Counter(ActRequest.objects.values_list("state", flat=True))
    assert set(found) == set(RequestState.values)
    assert RegisterAct.objects.filter(kind="BIRTH").exclude(event_date_precision="DAY").exists()


def test_chains_documents_and_books_agree(tiny_city):
    sealing.seal_all()
    assert [row for chain in all_chains() for row in sealing.verify(chain)] == []
    assert [finding for _name, check in checks.all_checks() for finding in check()] == []
    held = balance(AccountCode.HELD_FOR_OTHERS, auxiliary="ANIP")
    paid = Payment.objects.settled().filter(amount_xof=2000).count()
    assert held == 1000 * paid > 0


def test_documents_are_really_sealed(tiny_city):
    papers = IssuedDocument.objects.sealed()
    assert papers.count() >= TINY.sealed
    assert set(papers.values_list("state", flat=True)) == {"VALID", "REPLACED", "REVOKED"}
    for paper in papers:
        assert verification.verify_pdf(storage.read(paper.pdf.name)).status == paper.state, paper
        assert verification.verify_payload(paper.qr_payload).status == paper.state, paper
    ready = ActRequest.objects.filter(state__in=["READY", "DELIVERED"])
    assert not ready.filter(document__sealed_at=None).exists()


def test_receipts_have_no_gap_and_follow_time(tiny_city):
    series = collections.defaultdict(list)
    for receipt in Receipt.objects.select_related("series").order_by("series", "number"):
        series[receipt.series].append(receipt)
    for counter, receipts in series.items():
        assert [receipt.number for receipt in receipts] == list(range(1, counter.last_number + 1))
        assert receipts == sorted(receipts, key=lambda receipt: receipt.issued_at)


def test_the_past_is_written_as_the_services_write(tiny_city):
    """The same shapes in the bulk rows as in the rows that services made."""
    live = Event.objects.filter(action="civil_acts.claimed", data={}).latest("pk").at - datetime.timedelta(
        days=11
    )
    papers = Receipt.objects.order_by("issued_at").values_list("paper", "issued_at")
    assert len({tuple(sorted(paper)) for paper, _at in papers}) == 1
    for action in ("civil_acts.confirmed", "payments.settled", "civil_acts.transmitted", "documents.issued"):
        events = Event.objects.filter(action=action)
        shapes = {(tuple(sorted(event.data)), event.subject_kind) for event in events}
        assert len(shapes) == 1, (action, shapes)
        assert events.filter(at__lt=live).exists() and events.filter(at__gte=live).exists(), action
    templates = Message.objects.filter(created_at__lt=live).values_list("template", flat=True)
    assert set(templates) <= set(Message.objects.values_list("template", flat=True))
    assert not Message.objects.exclude(state="SENT").exists()


def test_the_trail_tells_each_story_in_order(tiny_city):
    for request in ActRequest.objects.all():
        moments = list(
            Event.objects.filter(subject_uuid=request.public_id).order_by("pk").values_list("at", flat=True)
        )
        assert moments and moments == sorted(moments), request
        assert moments[0] >= request.created_at
    assert not ActRequest.objects.filter(created_at__gt=NOW).exists()
    assert not Event.objects.filter(at__gt=NOW).exists()


def test_drawers_are_open_and_closed(tiny_city):
    assert CashSession.objects.filter(closed_at=None).count() == 2
    closed = CashSession.objects.exclude(closed_at=None)
    assert closed.filter(gap_xof=0).exists() and closed.exclude(gap_xof=0).exists()
    for session in closed:
        takings = sum(session.payments.values_list("amount_xof", flat=True))
        assert session.expected_xof == session.float_xof + takings, session


def test_finance_has_something_to_decide(tiny_city):
    assert set(Refund.objects.values_list("state", flat=True)) == {"PAID", "PROPOSED"}
    assert MoneyCase.objects.filter(treated_at=None).values_list("kind", flat=True).get() == "WRONG_AMOUNT"


def test_only_what_a_person_must_decide_is_left_to_do(tiny_city):
    left = Job.objects.filter(done_at=None)
    assert sorted(left.values_list("topic", flat=True)) == ["civil_acts.fee_settled", "documents.seal"]
    assert left.exclude(parked_at=None).get().topic == "civil_acts.fee_settled"


def test_whoever_is_listed_can_log_in(tiny_city, client):
    content = listing.content(7)
    assert {account["role"] for account in content["accounts"]} == set(Role.values)
    clerks = [account for account in content["accounts"] if account["role"] == Role.CLERK]
    assert sorted(account["arrondissement"] for account in clerks) == [1, 5, 12]
    account = next(account for account in clerks if account["arrondissement"] == 5)
    answer = client.post(
        reverse("account_login"), {"login": account["login"], "password": account["password"]}
    )
    assert answer.status_code == 302, answer.content.decode()
    # Not the step of the moment: another may have served already.
    with mock.patch("time.time", return_value=NOW.timestamp()):
        code = format_hotp_value(hotp_value(account["totp_secret"], int(NOW.timestamp()) // 30))
        answer = client.post(answer.headers["Location"], {"code": code})
        assert answer.status_code == 302
        assert client.get(reverse("civil_acts:queue")).status_code == 200


def test_officers_find_cancelled_and_replaced_documents_and_some_being_made_again(tiny_city, client):
    by_login = {account["login"] for account in listing.content(7)["accounts"]}
    for login, least in (("officier.a05", 1), ("officier", 3)):
        address = f"{login}@demo.cotonou.example"
        assert address in by_login
        people.log_in(client, User.objects.get(email=address))
        page = client.get(reverse("civil_acts:documents")).content.decode()
        assert page.count("annulé</span>") >= least
        assert page.count("remplacé</span>") >= least
        assert "En cours de remplacement" in page


def test_staff_pages_show_the_city(tiny_city, client):
    by_role = {account["role"]: account["login"] for account in listing.content(7)["accounts"]}
    for role, page in (
        (Role.CLERK, "civil_acts:queue"),
        (Role.OFFICER, "civil_acts:to-sign"),
        (Role.COUNTER_AGENT, "civil_acts:counter"),
        (Role.RELAY_AGENT, "civil_acts:relay"),
        (Role.ARCHIVIST, "registers:slips"),
        (Role.AUDITOR, "portal:journal"),
        (Role.ADMINISTRATOR, "portal:jobs"),
    ):
        people.log_in(client, User.objects.get(email=by_role[role]))
        assert client.get(reverse(page)).status_code == 200, page


def test_the_pages_of_one_request_read_well_in_every_state(tiny_city, client):
    people.log_in(client, User.objects.get(email="officier@demo.cotonou.example"))
    for state in RequestState.values:
        for request in (
            ActRequest.objects.filter(state=state).earliest("created_at"),
            ActRequest.objects.filter(state=state).latest("created_at"),
        ):
            page = client.get(reverse("civil_acts:request", args=[request.public_id]))
            assert page.status_code == 200
            assert request.contact.name in page.content.decode()


def test_nobody_real_is_named():
    for person in ("Patrice Talon", "Angélique Kidjo", "Lionel Zinsou", "Djimon Hounsou"):
        given, surname = person.split()
        assert not (surname in names.FAMILIES and given in names.GIVEN["M"] + names.GIVEN["F"]), person
    assert {"Ɖ", "Ɛ", "ɔ"} & set("".join(names.FAMILIES))


# -- the command ----------------------------------------------------------------------


@pytest.fixture
def demo_file(tmp_path, monkeypatch):
    monkeypatch.setenv("DEMO_FILE", str(tmp_path / "demo.json"))
    return tmp_path / "demo.json"


def demo_city(**options) -> str:
    out = io.StringIO()
    call_command("demo_city", stdout=out, **options)
    return out.getvalue()


def test_a_second_run_only_writes_the_file_again(tiny_city, demo_file):
    assert "existe déjà" in demo_city()
    first = demo_file.read_text(encoding="utf-8")
    assert json.loads(first)["base_url"] == "http://localhost:8000"
    assert stat.S_IMODE(demo_file.stat().st_mode) == 0o600
    demo_file.unlink()
    before = Event.objects.count()
    demo_city()
    assert demo_file.read_text(encoding="utf-8") == first
    assert Event.objects.count() == before


def test_the_city_can_never_open_to_the_public(tiny_city):
    assert OperationRecord.objects.filter(kind=OperationRecord.Kind.DEMONSTRATION).count() == 1


def test_real_settings_refuse():
    with override_settings(DEMO=False), pytest.raises(CommandError, match="développement"):
        demo_city()


def test_a_database_in_use_is_refused(demo_file, monkeypatch):
    people.citizen()
    monkeypatch.setattr(making, "made", lambda: None)  # the city of these tests does not count
    with pytest.raises(CommandError, match="base vide"):
        demo_city()
    assert not demo_file.exists()
