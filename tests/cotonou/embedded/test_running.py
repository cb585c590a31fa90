"""bin/run: does only what is needed, starts once, restarts what dies, stops everything."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

import pytest

from cotonou.embedded import network, places, processes, running
from cotonou.embedded.postgres import OWNER
from cotonou.embedded.supervisor import Program, ProgramFailed, Supervisor, web
from tests.support.workers import test_database_environment


@pytest.fixture
def var(tmp_path, monkeypatch):
    monkeypatch.setattr(running, "VAR", tmp_path)
    monkeypatch.setattr(running, "DEMO_FILE", tmp_path / "demo.json")
    return tmp_path


@pytest.fixture
def managed(var, monkeypatch):
    """The management commands that a preparation called."""
    called: list[str] = []

    def manage(*arguments, environment):
        called.append(arguments[0])
        if arguments[0] == "demo_city":
            (var / "demo.json").write_text("{}")
        if arguments[0] == "collectstatic":
            (var / "static").mkdir(exist_ok=True)

    monkeypatch.setattr(running, "manage", manage)
    (var / "keys").mkdir()
    return called


ENVIRONMENT = {"DATABASE_URL": "postgres://app@h/p", "DATABASE_OWNER_URL": "postgres://owner@h/p"}


def prepare(var: Path, *, lasting: bool = True) -> None:
    running.prepare(ENVIRONMENT, running.Stamps(var / "stamps.json"), lasting=lasting)


def test_a_second_run_repeats_no_step(var, managed):
    prepare(var)
    assert {"migrate", "collectstatic", "demo_city"} <= set(managed)
    managed.clear()
    prepare(var)
    assert managed == []


def test_a_database_of_somebody_else_is_migrated_every_time(var, managed):
    prepare(var)
    managed.clear()
    prepare(var, lasting=False)
    assert managed == ["migrate"]


def test_stamps_that_are_lost_with_the_data_bring_every_step_back(var, managed):
    prepare(var)
    managed.clear()
    (var / "stamps.json").unlink()
    prepare(var)
    assert {"migrate", "demo_city"} <= set(managed)


def test_migrations_run_as_owner(var, managed, monkeypatch):
    users = {}
    real = running.manage

    def manage(*arguments, environment):
        users[arguments[0]] = environment["DATABASE_URL"]
        real(*arguments, environment=environment)

    monkeypatch.setattr(running, "manage", manage)
    prepare(var)
    assert users["migrate"] == ENVIRONMENT["DATABASE_OWNER_URL"]
    assert users["collectstatic"] == ENVIRONMENT["DATABASE_URL"]


def test_a_city_that_was_interrupted_is_made_again_in_an_empty_base(var, managed, new_cluster):
    cluster = new_cluster("half")
    stamps = running.Stamps(var / "stamps.json")
    stamps.keep("demo", "begun")
    with cluster.connect(OWNER, "portail") as owner:
        owner.execute("CREATE TABLE half_a_city (id int)")
    running.forget_half_a_city(cluster, stamps)
    with cluster.connect(OWNER, "portail") as owner:
        assert owner.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)
    prepare(var)
    assert {"migrate", "demo_city"} <= set(managed)


def test_a_finished_city_is_kept(var, managed, new_cluster):
    cluster = new_cluster("whole")
    prepare(var)
    with cluster.connect(OWNER, "portail") as owner:
        owner.execute("CREATE TABLE city (id int)")
    running.forget_half_a_city(cluster, running.Stamps(var / "stamps.json"))
    with cluster.connect(OWNER, "portail") as owner:
        owner.execute("SELECT FROM city")


CHILD = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
time.sleep(60)
"""


def test_ending_a_step_ends_what_it_started():
    leader = subprocess.Popen(
        [sys.executable, "-c", CHILD], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    with leader.stdout:
        child = int(leader.stdout.readline())
    processes.end_group(leader)
    assert processes.wait_until(lambda: not processes.alive(child), timeout_s=10)


def test_a_failing_step_says_which_and_why():
    with pytest.raises(running.Refused, match=r"no_such_command"):
        running.manage("no_such_command", environment=dict(os.environ))


def test_a_second_bin_run_in_the_same_folder_is_told_where_the_first_is(var):
    (var / "demo.json").write_text(json.dumps({"base_url": "http://127.0.0.1:8123"}))
    lock = running.one_run_at_a_time()
    with pytest.raises(running.Refused, match="8123"):
        running.one_run_at_a_time()
    os.close(lock)
    os.close(running.one_run_at_a_time())


def test_the_next_free_port_is_taken_but_a_wanted_port_is_not_replaced(monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setattr(running, "DEFAULT_PORT", port)
        monkeypatch.delenv("PORT", raising=False)
        assert running.choose_port("127.0.0.1") > port
        monkeypatch.setenv("PORT", str(port))
        with pytest.raises(running.Refused, match=str(port)):
            running.choose_port("127.0.0.1")


def test_the_demonstration_file_follows_the_port(var):
    (var / "demo.json").write_text(json.dumps({"base_url": "http://127.0.0.1:8000", "accounts": []}))
    running.write_address("http://127.0.0.1:8001")
    assert json.loads((var / "demo.json").read_text())["base_url"] == "http://127.0.0.1:8001"


EVERYWHERE = "0.0.0.0"  # noqa: S104


# -- the network -------------------------------------------------------------------------


def test_by_default_only_this_machine_reaches_the_portal():
    where = network.place("127.0.0.1", 8000)
    assert (where.host, where.probe, where.names) == ("127.0.0.1", "http://127.0.0.1:8000", ())
    assert not where.is_open
    assert where.environment({})["DEV_ALLOWED_HOSTS"] == ""


def test_what_the_environment_says_is_kept():
    where = network.place(EVERYWHERE, 8000, portal_url="https://essai.example.bj")
    said = where.environment({"DEV_ALLOWED_HOSTS": "cotonou.local"})
    assert said["PORTAL_URL"] == "https://essai.example.bj"
    assert {"cotonou.local", "essai.example.bj"} <= set(said["DEV_ALLOWED_HOSTS"].split(","))


def test_a_machine_without_a_network_still_has_an_address(monkeypatch):
    monkeypatch.setattr(network, "own_addresses", list)
    assert network.place(EVERYWHERE, 8000).base_url == "http://localhost:8000"


@pytest.mark.parametrize("asked", ["127.0.0.1", "localhost"])
def test_on_this_machine_alone_the_address_is_a_name_for_which_passkeys_work(asked):
    where = network.place(asked, 8000)
    assert where.base_url == where.environment({})["PORTAL_URL"] == "http://localhost:8000"
    assert not where.is_open
    assert where.names == ()  # settings dev accept both names without being told


@pytest.mark.parametrize("asked", [EVERYWHERE, "its address"])
@pytest.mark.django_db(transaction=True)
def test_a_phone_of_the_same_network_opens_pages_and_sends_forms(asked, monkeypatch, tmp_path):
    """The web server of bin/run, under settings dev, asked by this machine's address on the network."""
    own = network.own_addresses()
    if not own:  # a machine without a network: an address of its own that is not the usual one
        monkeypatch.setattr(network, "own_addresses", lambda: ["127.0.0.2"])
        monkeypatch.setattr(network, "_is_loopback", lambda name: False)
        own = ["127.0.0.2"]
    host, port = (own[0] if asked == "its address" else asked), processes.free_port()
    where = network.place(host, port)
    assert where.is_open
    assert where.base_url == f"http://{own[0]}:{port}"
    environment = test_database_environment() | where.environment({})
    environment |= {"DJANGO_SETTINGS_MODULE": "tests.support.dev_without_build"}
    program = Program("web", web(where.host, port), tmp_path / "log" / "web.log")
    supervisor = Supervisor([program], environment, places.CLONE)
    supervisor.start()
    try:
        running.wait_for_page(where.probe, supervisor)
        phone = build_opener(HTTPCookieProcessor())
        # Django compares the Origin of a form with the host it was sent to, here the address of the network.
        with phone.open(f"{where.base_url}/suivi/") as page:
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.read().decode())[1]
        form = urlencode({"csrfmiddlewaretoken": token, "language": "en", "next": "/suivi/"}).encode()
        request = Request(f"{where.base_url}/i18n/setlang/", form, {"Origin": where.base_url})  # noqa: S310
        with phone.open(request) as page:
            assert "Track a request" in page.read().decode()
        stranger = Request(f"{where.base_url}/sante/live", headers={"Host": "ailleurs.example"})  # noqa: S310
        with pytest.raises(HTTPError, match="400") as refused:
            phone.open(stranger)
        refused.value.close()
    finally:
        supervisor.stop(5)


# -- the supervisor ----------------------------------------------------------------------


@pytest.fixture
def module(tmp_path, monkeypatch):
    """module(source) -> a Program that runs it as `python -m`."""
    programs: list[Program] = []

    def make(source: str, name: str = "child") -> Program:
        (tmp_path / f"{name}_program.py").write_text(source)
        program = Program(name, [f"{name}_program"], tmp_path / "log" / f"{name}.log")
        programs.append(program)
        return program

    yield make
    for program in programs:
        program.stop(1)


def supervise(tmp_path: Path, *programs: Program) -> Supervisor:
    environment = os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{places.CLONE}"}
    supervisor = Supervisor(list(programs), environment, tmp_path)
    supervisor.start()
    return supervisor


SLEEPS = "import time\nprint('up', flush=True)\ntime.sleep(60)\n"
STUBBORN = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + SLEEPS


def up(program: Program) -> None:
    assert processes.wait_until(lambda: "up" in program.log.read_text(), timeout_s=20)


def test_a_program_that_dies_is_started_again(tmp_path, module, monkeypatch):
    monkeypatch.setattr("cotonou.embedded.supervisor.RESTART_AFTER_S", 0)
    program = module(SLEEPS)
    supervisor = supervise(tmp_path, program)
    up(program)
    first = program.process.pid
    os.kill(first, signal.SIGKILL)
    program.process.wait()
    for _ in range(3):
        supervisor._tend(program, time.monotonic())
    assert program.process.pid != first
    assert program.process.poll() is None
    supervisor.stop()


def test_a_program_that_cannot_stay_up_stops_everything_and_says_why(tmp_path, module, monkeypatch):
    monkeypatch.setattr("cotonou.embedded.supervisor.RESTART_AFTER_S", 0)
    supervisor = supervise(tmp_path, module("raise SystemExit('no port')\n"))
    with pytest.raises(ProgramFailed, match="no port"):
        supervisor.watch()


def test_stopping_ends_even_a_program_that_does_not_listen(tmp_path, module):
    polite, deaf = module(SLEEPS, "polite"), module(STUBBORN, "deaf")
    supervisor = supervise(tmp_path, polite, deaf)
    up(polite)
    up(deaf)
    supervisor.stop(timeout_s=0.5)
    assert polite.process.returncode == -signal.SIGTERM
    assert deaf.process.returncode == -signal.SIGKILL


def test_the_log_of_the_run_before_is_kept_once(tmp_path, module):
    program = module(SLEEPS)
    supervise(tmp_path, program)
    up(program)
    program.stop(5)
    supervise(tmp_path, program)
    up(program)
    assert "up" in program.log.with_suffix(".log.1").read_text()
