"""Even somebody who owns the database cannot rewrite a chain whose head was published."""

import datetime
import io
import json
import shutil
import time

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, ProgrammingError, connections, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override

from cotonou.accounts.actors import SYSTEM
from cotonou.accounts.models import Office
from cotonou.audit import chains, publishing, sealing, services
from cotonou.audit.models import ChainLink, Event, PublishedHeads
from cotonou.documents.keys import file, provider, reset
from cotonou.documents.models import PublicKey
from cotonou.jobs import runner
from cotonou.jobs import services as jobs
from cotonou.jobs.models import Job
from tests.support.threads import together

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
# Within the life of the test keys, and not yet of tomorrow for the clock of the database.
FIRST = datetime.datetime.now(datetime.UTC).replace(hour=8, minute=0) - datetime.timedelta(days=40)


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path, sealing_keys):
    settings.BACKUP_DIR = str(tmp_path / "backups")


@pytest.fixture
def days(time_machine):
    """days(n): three events and their heads published on each of ``n`` days."""

    def publish(count: int, first: int = 0) -> list[publishing.Published]:
        for number in range(first, first + count):
            time_machine.move_to(FIRST + datetime.timedelta(days=number), tick=True)
            record(3)
            publish_now()
        return publishing.in_table()

    return publish


def record(count: int) -> None:
    office = Office.objects.get(code="MAIRIE")
    for number in range(count):
        services.record("tests.done", subject=office, actor=SYSTEM, n=number)


def publish_now() -> None:
    wait_until_sealable()
    job = jobs.enqueue("audit.publish_heads", key=f"tests:{timezone.now().isoformat()}")
    assert runner.run_job(job.pk)
    job.refresh_from_db()
    assert job.done_at, job.last_error


def wait_until_sealable() -> None:
    """Transaction numbers are the whole server's: another test's transaction holds the seal back."""
    linked = ChainLink.objects.filter(chain="audit").values("row_id")
    deadline = time.monotonic() + 60
    while Event.objects.exclude(pk__in=linked).exists() and time.monotonic() < deadline:
        sealing.seal_all()
        time.sleep(0.02)


def as_owner(*statements: tuple[str, list]) -> None:
    """What somebody with the owner's password can do; the triggers are back afterwards."""
    tables = ("audit_event", "audit_chainlink", "audit_publishedheads")
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement, parameters in statements:
            cursor.execute(statement, parameters)
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def rewrite(event: Event) -> None:
    """Alter a row, then compute its whole chain again as the sealer would have."""
    as_owner(("UPDATE audit_event SET actor_label = 'quelqu’un d’autre' WHERE id = %s", [event.pk]))
    chain = next(chain for chain in chains.all_chains() if chain.name == "audit")
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            f"SELECT l.id, {sealing._text(chain)} FROM audit_chainlink l"
            " JOIN audit_event t ON t.id = l.row_id WHERE l.chain = 'audit' ORDER BY l.position"
        )
        rows = cursor.fetchall()
    previous, statements = sealing.GENESIS, []
    for link, text in rows:
        current = sealing.row_hash(text)
        previous = sealing.link_hash(previous, current)
        sql = "UPDATE audit_chainlink SET row_hash = %s, link_hash = %s WHERE id = %s"
        statements.append((sql, [current, previous, link]))
    as_owner(*statements)
    assert list(sealing.verify(chain)) == [], "the rewritten chain agrees with itself"


def day(number: int) -> datetime.date:
    return (FIRST + datetime.timedelta(days=number)).date()


def said(number: int) -> str:
    with override("fr"):
        return date_format(day(number), "j F Y")


def in_french(found) -> list[str]:
    with override("fr"):
        return list(found)


def test_todays_heads_are_published_once_and_say_what_is_sealed(days):
    published = days(1)
    publish_now()
    assert publishing.in_table() == published
    content = published[0].content
    assert content["day"] == day(0).isoformat()
    assert content["heads"]["audit"] == dict(zip(("rows", "hash"), sealing.heads()["audit"], strict=True))
    assert content["heads"].keys() == {chain.name for chain in chains.all_chains()}
    assert content["previous"] == sealing.GENESIS


def test_each_publication_names_the_one_before_and_is_signed_by_our_key(days):
    first, second = days(2)
    assert second.content["previous"] == first.digest
    assert first.signed()
    assert second.signed()
    assert first.key_id == provider().qr_key().key_id
    assert in_french(publishing.broken([first, second])) == []


def test_four_workers_publish_one_day_once(time_machine):
    time_machine.move_to(FIRST, tick=True)
    record(1)
    made = [jobs.enqueue("audit.publish_heads", key=f"race:{n}").pk for n in range(4)]
    assert together(4, lambda n: runner.run_job(made[n])) == [True] * 4
    assert PublishedHeads.objects.count() == 1
    # Who came second tries again, and finds the day published.
    Job.objects.filter(pk__in=made).update(due_at=timezone.now())
    runner.run_due()
    assert Job.objects.filter(pk__in=made, done_at=None).count() == 0
    assert PublishedHeads.objects.count() == 1


def test_the_portal_may_not_change_what_was_published(days):
    days(1)
    for write in (lambda: PublishedHeads.objects.update(text="x"), PublishedHeads.objects.all().delete):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            write()
    with pytest.raises(IntegrityError, match="append-only"), connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE audit_publishedheads SET text = 'x'")


def test_a_rewritten_chain_is_named_with_its_day_and_its_rows(days):
    days(3)
    altered = Event.objects.filter(action="tests.done").order_by("pk")[4]
    rewrite(altered)
    linked = ChainLink.objects.get(chain="audit", row_id=altered.pk).position
    first, second, _third = (one.content["heads"]["audit"]["rows"] for one in publishing.in_table())
    assert first < linked <= second
    (found,) = in_french(publishing.broken())
    assert found == (
        f"audit : la tête publiée le {said(1)} n’est plus celle de la chaîne. Ce qui a été réécrit "
        f"est entre les lignes scellées n° {first + 1} et n° {second}."
    )


def test_without_the_published_heads_the_same_rewriting_is_not_seen(days):
    """The twin: the chains agree with themselves, only what was published tells."""
    days(2)
    rewrite(Event.objects.filter(action="tests.done").first())
    as_owner(("DELETE FROM audit_publishedheads", []))
    assert in_french(publishing.broken()) == []


def test_rows_erased_from_the_end_of_a_chain_are_named(days):
    days(2)
    last = ChainLink.objects.filter(chain="audit").order_by("position").last()
    as_owner(
        ("DELETE FROM audit_chainlink WHERE id = %s", [last.pk]),
        ("DELETE FROM audit_event WHERE id = %s", [last.row_id]),
    )
    (found,) = in_french(publishing.broken())
    assert found.startswith(f"audit : la tête publiée le {said(1)} n’est plus")


def test_who_rewrites_the_published_heads_too_lacks_the_key_and_the_copies(days, tmp_path):
    kept = days(2)
    rewrite(Event.objects.filter(action="tests.done").first())
    table = PublishedHeads.objects.order_by("pk")
    statements, previous = [], sealing.GENESIS
    for row in table:
        content = json.loads(row.text)
        rows = content["heads"]["audit"]["rows"]
        content["heads"]["audit"]["hash"] = ChainLink.objects.get(chain="audit", position=rows).link_hash
        content["previous"] = previous
        text = json.dumps(content, separators=(",", ":"))
        previous = publishing.Published(text, "", "").digest
        statements.append(("UPDATE audit_publishedheads SET text = %s WHERE id = %s", [text, row.pk]))
    as_owner(*statements)

    alone = in_french(publishing.broken())
    assert alone == [f"Publication du {said(number)} : sa signature n’est pas la nôtre." for number in (0, 1)]
    with_copies = in_french(publishing.broken(kept))
    assert f"Publication du {said(0)} : la copie la garde, la base ne l’a plus." in with_copies
    assert any(found.startswith(f"audit : la tête publiée le {said(0)}") for found in with_copies)


def test_a_publication_signed_with_a_revoked_key_does_not_count_from_then_on(days):
    days(2)
    revoked_at = FIRST + datetime.timedelta(hours=12)
    PublicKey.objects.filter(key_id=provider().qr_key().key_id).update(
        revoked_at=revoked_at, revocation_reason="volée"
    )
    assert in_french(publishing.broken()) == [f"Publication du {said(1)} : sa signature n’est pas la nôtre."]


def test_older_publications_outlive_their_key(days, keys_folder, settings, tmp_path):
    own = tmp_path / "keys"
    shutil.copytree(keys_folder, own)
    settings.DOCUMENT_KEYS_DIR = str(own)
    reset()
    days(1)
    file.make(own, rotate_qr=True)
    first, second = days(1, first=1)
    assert first.key_id != second.key_id
    assert in_french(publishing.broken()) == []


# -- the command -----------------------------------------------------------------


def verify(*arguments: str) -> tuple[int, str]:
    out = io.StringIO()
    with override("fr"):
        try:
            call_command("verify_integrity", *arguments, stdout=out)
        except SystemExit as ended:
            return ended.code, out.getvalue()
    return 0, out.getvalue()


def test_verify_integrity_compares_with_the_copy_of_bin_backup(days, settings, tmp_path):
    kept = days(2)
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "integrite.jsonl").write_text("".join(json.dumps(publishing.as_json(p)) + "\n" for p in kept))
    assert verify()[0] == 0
    rewrite(Event.objects.filter(action="tests.done").first())
    as_owner(("DELETE FROM audit_publishedheads", []))
    code, output = verify()
    assert code == 1
    assert f"audit : la tête publiée le {said(0)} n’est plus celle de la chaîne" in output


def test_verify_integrity_compares_with_a_file_that_somebody_downloaded(days, client, tmp_path):
    days(2)
    downloaded = tmp_path / "integrite.json"
    downloaded.write_bytes(client.get("/integrite.json").content)
    assert verify(f"--published={downloaded}")[0] == 0
    as_owner(("DELETE FROM audit_publishedheads WHERE day = %s", [day(0)]))
    code, output = verify(f"--published={downloaded}")
    assert code == 1
    assert f"Publication du {said(0)} : la copie la garde, la base ne l’a plus." in output


def test_what_was_published_after_the_moment_of_a_restoration_does_not_count(days, tmp_path):
    kept = days(2)
    copy = tmp_path / "copy.jsonl"
    copy.write_text("".join(json.dumps(publishing.as_json(p)) + "\n" for p in kept))
    as_owner(("DELETE FROM audit_publishedheads WHERE day = %s", [day(1)]))
    assert verify(f"--published={copy}")[0] == 1
    assert verify(f"--published={copy}", f"--as-of={day(1)}T07:00:00+00:00")[0] == 0


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"text": "{}", "key": "", "signature": ""}', "rien"])
def test_a_copy_that_is_none_is_refused(tmp_path, content):
    path = tmp_path / "copy.json"
    path.write_text(content or "\x00")
    with pytest.raises(CommandError, match=r"copy\.json"):
        call_command("verify_integrity", f"--published={path}")
