"""The local servers: made once, started once, stopped for good."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import pytest
import redis

from cotonou.embedded import places, processes, servers
from cotonou.embedded.postgres import APP, OWNER, READER, Cluster
from cotonou.embedded.valkey import Valkey

pytestmark = pytest.mark.chaos


@pytest.fixture(scope="module")
def cluster():
    """One for the module: every test leaves it running."""
    folder = Path(tempfile.mkdtemp(prefix="portail-servers-"))
    folder.chmod(0o755)
    cluster = Cluster(folder / "safe", processes.free_port(), settings={"fsync": "off"})
    cluster.up()
    yield cluster
    cluster.stop(immediate=True)
    shutil.rmtree(folder)


def test_starting_twice_keeps_the_same_server(cluster):
    pid = cluster.pid()
    again = Cluster(cluster.root)
    again.up()
    assert again.pid() == pid
    assert again.port == cluster.port


def test_data_survives_stop_and_start_and_stop_is_repeatable(cluster):
    with cluster.connect(OWNER, "portail") as connection:
        connection.execute("CREATE TABLE kept (id int)")
    cluster.stop()
    cluster.stop()
    assert cluster.pid() is None
    cluster.start()
    with cluster.connect(APP, "portail") as connection:
        connection.execute("INSERT INTO kept VALUES (1)")
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1,)


def test_each_role_has_a_password_of_its_own_and_none_is_trusted(cluster):
    passwords = cluster.passwords()
    assert len(set(passwords.values())) == 4
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(host="127.0.0.1", port=cluster.port, user=APP, dbname="portail", password="guess")


def test_the_app_may_write_rows_but_no_tables_and_the_reader_only_reads(cluster):
    with cluster.connect(OWNER, "portail") as owner:
        owner.execute("CREATE TABLE things (id bigserial, label text)")
    with cluster.connect(APP, "portail") as app:
        app.execute("INSERT INTO things (label) VALUES ('x')")
        for refused in ("CREATE TABLE mine (id int)", "TRUNCATE things", "DROP TABLE things"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(refused)
    with cluster.connect(READER, "portail") as reader:
        assert reader.execute("SELECT label FROM things").fetchall() == [("x",)]
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            reader.execute("INSERT INTO things (label) VALUES ('y')")


@pytest.mark.parametrize(
    ("role", "limits"), [(APP, ("15s", "3s", "30s")), (OWNER, ("0", "0", "0"))], ids=["app", "owner"]
)
def test_time_limits_belong_to_the_role(cluster, role, limits):
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
    with cluster.connect(role, "portail") as connection:
        assert tuple(connection.execute(f"SHOW {name}").fetchone()[0] for name in names) == limits


def test_the_database_speaks_utf8_and_has_the_extensions(cluster):
    with cluster.connect(OWNER, "portail") as connection:
        for extension in ("pg_trgm", "unaccent", "btree_gist", "fuzzystrmatch"):
            connection.execute(f"CREATE EXTENSION {extension}")
        assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)
        assert connection.execute("SELECT lower('ÉƉƐƆ')").fetchone() == ("éɖɛɔ",)


def test_nobody_else_can_read_the_data_or_the_passwords(cluster):
    for path in (cluster.root, cluster.data, cluster.secrets_file):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


def test_postgresql_runs_as_an_ordinary_user(cluster):
    assert Path(f"/proc/{cluster.pid()}").stat().st_uid != 0


def test_no_parent_folder_is_opened_to_reach_the_servers(cluster):
    """As root the binaries are copied to where the account may go; the clone keeps its modes."""
    if os.geteuid() == 0:
        assert places.SYSTEM_ROOT in places.postgres_bin().parents
        assert places.SYSTEM_ROOT in places.valkey_server().parents
    else:
        assert places.CLONE in places.servers_root().parents


def test_a_pid_file_left_by_a_dead_server_is_not_believed(cluster):
    cluster.stop()
    (cluster.data / "postmaster.pid").write_text(f"{os.getpid()}\n{cluster.data}\n0\n5432\n")
    assert cluster.pid() is None
    cluster.start()


def test_valkey_asks_for_its_password_and_keeps_the_queue(new_valkey):
    server = new_valkey("locked", trust=False)
    with pytest.raises(redis.exceptions.AuthenticationError):
        redis.Redis(port=server.port).ping()
    with redis.Redis.from_url(server.url()) as client:
        client.lpush("queue", "work")
    server.stop()
    server.start()
    with redis.Redis.from_url(server.url()) as client:
        assert client.lrange("queue", 0, -1) == [b"work"]
    assert Valkey(server.root).pid() == server.pid()


def at_a_terminal() -> None:
    """A command that runs in the background ignores Ctrl-C, and its children inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


SCRIPT = """
import os, sys, time
from cotonou.embedded import servers
with servers.throwaway() as local:
    print(local.cluster.pid(), local.valkey.pid(), local.cluster.root.parent, flush=True)
    time.sleep(120)
"""


@pytest.mark.parametrize("sig", [signal.SIGKILL, signal.SIGINT], ids=lambda sig: sig.name)
def test_the_servers_end_with_the_command_that_started_them(sig):
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT], cwd=places.CLONE, stdout=subprocess.PIPE, text=True,
        stderr=subprocess.DEVNULL, preexec_fn=at_a_terminal,  # noqa: PLW1509
    )  # fmt: skip
    with process.stdout:
        postgres, valkey, folder = process.stdout.readline().split()
    process.send_signal(sig)
    process.wait(timeout=30)
    gone = processes.wait_until(
        lambda: not processes.alive(int(postgres)) and not processes.alive(int(valkey)), timeout_s=30
    )
    assert gone
    if sig == signal.SIGKILL:
        shutil.rmtree(folder)
    else:
        assert not Path(folder).exists()


def test_what_the_environment_names_is_not_started(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://portail_app@db.example/portail")
    monkeypatch.setenv("REDIS_URL", "redis://broker.example/0")
    local = servers.local()
    local.start()
    assert (local.cluster, local.valkey, local.environment()) == (None, None, {})


def test_a_free_port_is_found_after_a_taken_one(cluster):
    assert not processes.port_is_free(cluster.port)
    assert processes.free_port(cluster.port) > cluster.port


def test_waiting_ends_on_time():
    started = time.monotonic()
    assert not processes.wait_until(lambda: False, timeout_s=0.2)
    assert time.monotonic() - started < 2


WAITS = """
import os, time
print(os.getpid(), os.environ["DATABASE_URL"], flush=True)
time.sleep(300)
"""


@pytest.mark.parametrize("sig", [signal.SIGINT, signal.SIGTERM], ids=lambda sig: sig.name)
def test_ending_a_command_ends_its_children_and_its_servers(sig):
    """bin/test is a shell that waits for pytest: told to end, both go, then PostgreSQL and Valkey."""
    words = ["sh", "-c", '"$0" -c "$1"; true', sys.executable, WAITS]
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    process = subprocess.Popen(
        [sys.executable, "-m", "cotonou.embedded", "exec", "--throwaway", "--", *words],
        cwd=places.CLONE,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        preexec_fn=at_a_terminal,  # noqa: PLW1509
    )
    with process.stdout:
        child, url = process.stdout.readline().split()
        process.send_signal(sig)
        process.wait(timeout=60)
    assert process.returncode in {128 + sig, 0}  # the shell's own affair
    assert processes.wait_until(lambda: not processes.alive(int(child)), timeout_s=10)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
