"""The service can be restored to a chosen minute: counts, ledger, chains and twenty documents."""

import datetime
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
import time
from pathlib import Path

import psycopg
import pytest
import time_machine
from django.conf import settings as conf
from django.db import connections
from django.test import override_settings
from django.utils import timezone

from cotonou.accounts.actors import SYSTEM
from cotonou.audit import sealing
from cotonou.audit.models import Event, PublishedHeads
from cotonou.documents import keys
from cotonou.embedded import backup, heads, places, processes, restore, running, servers
from cotonou.embedded.postgres import APP, OWNER, Cluster
from cotonou.jobs import runner
from cotonou.jobs import services as jobs
from cotonou.ledger import services as ledger
from tests.cotonou.documents import papers
from tests.support.clusters import portal_on

pytestmark = [pytest.mark.restored, pytest.mark.chaos]
DOCUMENTS = 20


def post(key: str, amount_xof: int = 2000):
    day = datetime.date(2026, 11, 24)
    lines = [ledger.debit("201", amount_xof), ledger.credit("308", amount_xof)]
    return ledger.post(key=key, journal="CASH", date=day, label="essai", lines=lines, by=SYSTEM)


def count(cluster: Cluster, table: str) -> int:
    with psycopg.connect(cluster.url(OWNER)) as connection:
        return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def stored_in(media: Path) -> dict:
    options = {"location": str(media)}
    backend = "django.core.files.storage.FileSystemStorage"
    return conf.STORAGES | {"default": {"BACKEND": backend, "OPTIONS": options}}


@pytest.fixture(scope="module")
def built(tmp_path_factory, django_db_setup, django_db_blocker, keys_folder):
    """A small city, made once and stopped: sealed documents, entries, a sealed trail. Each test copies it."""
    folder = Path(tempfile.mkdtemp(prefix="portail-city-"))
    folder.chmod(0o755)
    media = tmp_path_factory.mktemp("city") / "media"
    cluster = Cluster(folder / "postgres", processes.free_port())
    cluster.up()
    papers.register()
    changed = override_settings(STORAGES=stored_in(media), DOCUMENT_KEYS_DIR=str(keys_folder))
    with django_db_blocker.unblock(), changed, portal_on(cluster):
        keys.reset()
        template = papers.template()
        for number in range(DOCUMENTS):
            papers.seal(papers.issue(template_version=template))
            post(f"entry:{number}")
        sealing.seal_all()
    keys.reset()
    cluster.stop()
    yield cluster.root, media
    shutil.rmtree(folder)


@pytest.fixture
def clone(monkeypatch, scratch_servers, tmp_path, settings, keys_folder, built):
    """This clone's lasting servers, files and backups, in folders of their own: a copy of the city."""
    monkeypatch.setattr(places, "servers_root", lambda clone=places.CLONE: scratch_servers)
    monkeypatch.setattr(running, "VAR", tmp_path)
    cluster, files = built
    media = tmp_path / "media"
    subprocess.run(["cp", "-a", str(cluster), str(scratch_servers / "postgres")], check=True)
    subprocess.run(["cp", "-a", str(files), str(media)], check=True)
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_READER_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MEDIA_ROOT", str(media))
    monkeypatch.setenv("BACKUP_DIR", str(tmp_path / "backups"))
    monkeypatch.setenv("DOCUMENT_KEYS_DIR", str(keys_folder))
    settings.DOCUMENT_KEYS_DIR = str(keys_folder)
    settings.STORAGES = stored_in(media)
    keys.reset()
    yield tmp_path
    keys.reset()


@pytest.fixture
def city(clone, django_db_blocker):
    """The city on the lasting cluster, running; the portal's connections lead to it."""
    local = servers.local()
    local.valkey = None
    local.start()
    with django_db_blocker.unblock(), portal_on(local.cluster, migrate=False) as cluster:
        yield cluster
        for alias in ("default", "owner"):
            connections[alias].close()
        local.stop()


def started_again() -> Cluster:
    cluster = servers.local().cluster
    cluster.port = processes.free_port()
    cluster.start()
    return cluster


def make_backup(cluster: Cluster, **options) -> Path:
    local = servers.Servers(cluster, None)
    return backup.make(backup.source_of(local), **options)


def test_a_drill_finds_every_row_the_ledger_the_chains_and_twenty_documents(city):
    made = make_backup(city)
    content = backup.manifest(made)
    assert content["verified"]
    assert content["facts_before"] == content["facts_after"]
    result = restore.drill(made, None, documents=DOCUMENTS)
    assert result["documents_read"] == DOCUMENTS
    assert result["rows"] == sum(content["facts_after"]["tables"].values())
    assert result["ledger"] == {"debit_xof": 2000 * DOCUMENTS, "credit_xof": 2000 * DOCUMENTS}
    assert any(line.startswith("audit") for line in result["chains"])
    assert json.loads(next(made.glob("drill-*.json")).read_text()) == result


def test_a_drill_names_the_document_whose_file_was_altered(city):
    made = make_backup(city)
    sealed = next(path for path in (backup.folder() / "media").rglob("*.pdf"))
    sealed.write_bytes(sealed.read_bytes() + b" ")
    with pytest.raises(backup.BackupError, match="fichier différent"):
        restore.drill(made, None, documents=DOCUMENTS)


def test_a_drill_names_the_row_that_an_owner_altered_before_the_backup(city):
    event = Event.objects.order_by("pk").first()
    with city.connect(OWNER, "portail") as owner:
        owner.execute("ALTER TABLE audit_event DISABLE TRIGGER USER")
        owner.execute("UPDATE audit_event SET actor_label = 'quelqu’un d’autre' WHERE id = %s", [event.pk])
        owner.execute("ALTER TABLE audit_event ENABLE TRIGGER USER")
    with pytest.raises(backup.BackupError, match=f"ligne {event.pk}"):
        restore.drill(make_backup(city), None)


def test_the_city_comes_back_to_the_minute_before_the_mistake(city):
    """Rows written after the backup are there, what happened after the chosen moment is not."""
    make_backup(city)
    post("after the backup")
    late = papers.seal(papers.issue())
    time.sleep(0.1)
    moment = timezone.now()
    time.sleep(0.1)
    with city.connect(OWNER, "portail") as owner:
        owner.execute("TRUNCATE ledger_entry, ledger_line CASCADE")
    mistake = count(city, "ledger_entry")
    assert mistake == 0
    passwords = city.passwords()
    for alias in ("default", "owner"):
        connections[alias].close()
    city.stop()

    source = restore.choose(None, moment)
    found, aside = restore.in_place(source, moment, documents=DOCUMENTS + 1)

    assert found["documents_read"] == DOCUMENTS + 1
    assert aside.is_dir()
    again = started_again()
    try:
        assert again.passwords() == passwords
        assert count(again, "ledger_entry") == DOCUMENTS + 1
        with again.connect(APP, "portail") as app:
            serials = app.execute("SELECT serial FROM documents_issueddocument ORDER BY id DESC").fetchone()
            assert serials == (late.serial,)
            app.execute("INSERT INTO django_session VALUES ('alive', '', now())")
    finally:
        again.stop()


def test_a_moment_beyond_the_log_is_refused_and_nothing_is_replaced(city):
    made = make_backup(city)
    for alias in ("default", "owner"):
        connections[alias].close()
    city.stop()
    before = sorted(path.name for path in city.data.iterdir())
    with pytest.raises(backup.BackupError, match="avant l’heure demandée"):
        restore.in_place(made, timezone.now() + datetime.timedelta(hours=1))
    assert sorted(path.name for path in city.data.iterdir()) == before
    assert not city.root.with_name("postgres.restored").exists()


def test_an_idle_moment_before_the_clean_stop_is_reached_by_the_whole_log(city):
    """No transaction came after that moment to prove it passed; the clean stop does."""
    made = make_backup(city)
    post("the last one")
    moment = timezone.now()
    for alias in ("default", "owner"):
        connections[alias].close()
    time.sleep(1.1)  # the stop is known to the second
    city.stop()
    restore.in_place(made, moment)
    again = started_again()
    try:
        assert count(again, "ledger_entry") == DOCUMENTS + 1
    finally:
        again.stop()


def publish(days_ago: int) -> str:
    """Today's heads, as the clock of ``days_ago`` days ago has them published; the day."""
    with time_machine.travel(timezone.now() - datetime.timedelta(days=days_ago)):
        job = jobs.enqueue("audit.publish_heads", key=f"publish:{days_ago}")
        assert runner.run_job(job.pk)
    job.refresh_from_db()
    assert job.done_at, job.last_error
    return PublishedHeads.objects.order_by("pk").last().day.isoformat()


def kept_days() -> list[str]:
    return [heads.day_of(line) for line in heads.read(backup.folder())]


def test_the_published_heads_are_kept_beside_the_backups_and_only_added_to(city):
    source = backup.source_of(servers.Servers(city, None))
    first = publish(2)
    make_backup(city)
    assert kept_days() == [first]
    second = publish(0)
    assert backup.copy_heads(source) == 1
    assert backup.copy_heads(source) == 0
    assert kept_days() == [first, second]
    assert restore.drill(backup.backups()[0], None)["chains"][-1].startswith("têtes publiées : 1 jours")


def test_a_backup_says_that_a_published_head_is_gone_and_is_made_all_the_same(city):
    first = publish(2)
    make_backup(city)
    with city.connect(OWNER, "portail") as owner:
        owner.execute("ALTER TABLE audit_publishedheads DISABLE TRIGGER USER")
        owner.execute("UPDATE audit_publishedheads SET text = replace(text, '\"rows\":', '\"rows\":1')")
    time.sleep(1.1)  # backups are named to the second
    with pytest.raises(backup.BackupError, match=f"publication du {first}"):
        make_backup(city)
    assert len(backup.backups()) == 2
    with pytest.raises(backup.BackupError, match="la copie la garde, la base ne l’a plus"):
        restore.drill(backup.backups()[1], None)


def test_after_a_return_the_heads_of_the_time_that_is_gone_are_kept_aside(city):
    make_backup(city)
    early = publish(2)
    time.sleep(0.1)
    moment = timezone.now()
    time.sleep(0.1)
    late = publish(0)
    backup.copy_heads(backup.source_of(servers.Servers(city, None)))
    assert kept_days() == [early, late]
    for alias in ("default", "owner"):
        connections[alias].close()
    city.stop()
    restore.in_place(backup.backups()[0], moment)
    assert kept_days() == [early]
    (aside,) = backup.folder().glob("integrite.before-*.jsonl")
    assert [heads.day_of(line) for line in aside.read_text().splitlines()] == [early, late]


def test_a_city_begun_anew_has_heads_of_its_own(clone, scratch_servers):
    backup.folder().mkdir()
    (backup.folder() / heads.NAME).write_text("{}\n")
    running.forget()
    scratch_servers.mkdir()  # its fixture removes it
    assert heads.read(backup.folder()) == []
    assert len(list(backup.folder().glob("integrite.before-*.jsonl"))) == 1


def test_a_running_database_is_never_replaced(city):
    with pytest.raises(backup.BackupError, match="bin/run"):
        restore.in_place(make_backup(city), None)


def test_a_real_server_is_copied_by_its_own_addresses_and_laid_out_for_the_next_start(city, monkeypatch):
    """The same through DATABASE_URL, BACKUP_DATABASE_URL and WAL_ARCHIVE, as on a real server."""
    servers.archive_from_now_on()
    with city.connect() as superuser:
        superuser.execute("CREATE ROLE portail_backup LOGIN REPLICATION PASSWORD 'copy'")
    monkeypatch.setenv("DATABASE_URL", city.url(APP))
    monkeypatch.setenv("DATABASE_OWNER_URL", city.url(OWNER))
    local = servers.local()
    assert local.cluster is None
    with pytest.raises(backup.BackupError, match="BACKUP_DATABASE_URL et WAL_ARCHIVE"):
        backup.source_of(local)
    monkeypatch.setenv(
        "BACKUP_DATABASE_URL", f"postgres://portail_backup:copy@127.0.0.1:{city.port}/postgres"
    )
    monkeypatch.setenv("WAL_ARCHIVE", str(servers.wal_folder()))
    made = backup.make(backup.source_of(local))
    post("after the backup")
    moment = timezone.now()
    post("too late")
    with city.connect() as superuser:
        superuser.execute("SELECT pg_switch_wal()")
    archived = len(backup.archived(servers.wal_folder()))
    while len(backup.archived(servers.wal_folder())) == archived:
        time.sleep(0.1)

    data = restore.into(made, moment, servers.wal_folder().with_name("new"))
    replacement = Cluster(data.parent, settings={"archive_mode": "off"})
    shutil.copy(city.secrets_file, replacement.secrets_file)
    try:
        restore.recover(replacement)
        assert count(replacement, "ledger_entry") == DOCUMENTS + 1
    finally:
        replacement.stop()


def test_keys_and_passwords_are_copied_where_only_we_can_read(city):
    secrets = make_backup(city) / "secrets.tar"
    assert secrets.stat().st_mode & 0o077 == 0
    with tarfile.open(secrets) as archive:
        names = archive.getnames()
    assert "passwords.json" in names
    assert any(name.startswith("keys/") for name in names)


def test_old_backups_go_and_take_along_only_the_log_that_nothing_needs(city):
    first = make_backup(city, keep=2)
    time.sleep(1.1)  # backups are named to the second
    second = make_backup(city, keep=2)
    time.sleep(1.1)
    third = make_backup(city, keep=2)
    assert backup.backups() == [second, third]
    assert not first.exists()
    needed = backup.manifest(second)["first_wal"]
    kept = backup.archived(next(backup.folder().glob("wal-*")))
    assert all(backup.position(path.name) >= backup.position(needed) for path in kept)
    assert restore.drill(second, None)["documents_read"] == DOCUMENTS


def test_an_unfinished_backup_leaves_nothing_behind(city, monkeypatch):
    monkeypatch.setattr(backup, "_secrets", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        make_backup(city)
    assert list(backup.folder().iterdir()) == []


def test_the_commands_say_what_to_do_when_there_is_nothing(tmp_path):
    done = subprocess.run(
        [places.CLONE / "bin" / "restore", "--drill"],
        env=os.environ | {"BACKUP_DIR": str(tmp_path / "none")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "aucune sauvegarde" in done.stderr


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-11-24T10:30", "2026-11-24T09:30:00+00:00"),
        ("2026-11-24 10:30:15", "2026-11-24T09:30:15+00:00"),
        ("2026-11-24T10:30+00:00", "2026-11-24T10:30:00+00:00"),
    ],
)
def test_a_time_without_offset_is_cotonous(text, utc):
    assert restore.parse_time(text).astimezone(datetime.UTC).isoformat() == utc


def test_a_time_that_is_none_is_refused_with_an_example():
    with pytest.raises(backup.BackupError, match="par exemple"):
        restore.parse_time("hier")
