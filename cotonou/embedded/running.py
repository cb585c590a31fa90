"""`bin/run`: bring the portal up on this machine, then keep it up until Ctrl-C."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from pathlib import Path

from cotonou.embedded import heads, network, places, processes, servers
from cotonou.embedded.postgres import Cluster
from cotonou.embedded.supervisor import Program, Supervisor, beat, web, worker

VAR = places.CLONE / "var"
DEMO_FILE = VAR / "demo.json"
DEFAULT_PORT = 8000


class Refused(RuntimeError):
    """Why the portal was not started, in French, for the person at the keyboard."""


class AlreadyRunning(Refused):
    pass


def say(line: str) -> None:
    print(f"• {line}", flush=True)


# -- set-up steps, skipped when nothing they depend on has changed ------------------


class Stamps:
    """Remembers what a step last worked on. It lies beside the data: new data, no stamps."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.known: dict[str, str] = json.loads(path.read_text())
        except (FileNotFoundError, ValueError):
            self.known = {}

    def fresh(self, step: str, digest: str) -> bool:
        return self.known.get(step) == digest

    def keep(self, step: str, digest: str) -> None:
        self.known[step] = digest
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps(self.known))

    def drop(self, step: str) -> None:
        if self.known.pop(step, None) is not None:
            self.path.write_text(json.dumps(self.known))

    def forget(self) -> None:
        self.known = {}
        self.path.unlink(missing_ok=True)


def digest_of(paths: Iterable[Path]) -> str:
    """Digest of the names and contents of these files."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(str(path.relative_to(places.CLONE)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _files(*patterns: str) -> list[Path]:
    found = [path for pattern in patterns for path in places.CLONE.glob(pattern)]
    skipped = {".venv", "var", "build", "node_modules"}
    return [p for p in found if p.is_file() and p.relative_to(places.CLONE).parts[0] not in skipped]


def manage(*arguments: str, environment: dict[str, str]) -> None:
    """Run a management command; its output is shown only if it fails."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=places.CLONE,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=processes.end_with_parent(signal.SIGTERM),  # noqa: PLW1509
    )
    try:
        output, _ = process.communicate()
    finally:
        # Interrupted: its children too, some commands have several.
        processes.end_group(process)
    if process.returncode:
        raise Refused(f"manage.py {' '.join(arguments)} a échoué :\n{output[-4000:]}")


def prepare(environment: dict[str, str], stamps: Stamps, *, lasting: bool) -> None:
    """Migrate, load reference data and the demonstration, collect static files: only what is needed.

    lasting: the database is our own, so that its stamps can be trusted.
    """
    as_owner = environment | {
        "DATABASE_URL": environment.get("DATABASE_OWNER_URL") or environment["DATABASE_URL"]
    }
    schema = digest_of(_files("**/migrations/*.py", "**/migrations/**/*.sql", "requirements.lock"))
    if not (lasting and stamps.fresh("schema", schema)):
        say("base de données : mise à jour du schéma et des données de référence")
        manage("migrate", "--verbosity=0", "--no-input", environment=as_owner)
        stamps.keep("schema", schema)
    assets = digest_of(_files("static/**/*", "*/static/**/*", "cotonou/*/static/**/*", "requirements.lock"))
    collected = VAR / "static"
    if not (stamps.fresh("static", assets) and collected.exists()):
        say("fichiers statiques : copie et compression")
        manage("collectstatic", "--no-input", "--clear", "--verbosity=0", environment=environment)
        stamps.keep("static", assets)
    keys = Path(environment.get("DOCUMENT_KEYS_DIR") or VAR / "keys")
    if environment.get("DOCUMENT_KEYS_PROVIDER", "file") == "file" and not keys.exists():
        say("clés de développement pour le cachet et les QR codes")
        manage("make_dev_keys", environment=environment)
    if not (DEMO_FILE.exists() and stamps.fresh("demo", "made")):
        say("ville de démonstration : création des comptes, des actes et des demandes")
        stamps.keep("demo", "begun")
        manage("demo_city", environment=as_owner)
        stamps.keep("demo", "made")


def forget_half_a_city(cluster: Cluster, stamps: Stamps) -> None:
    """A demonstration that was interrupted is neither a city nor an empty base: start again."""
    if stamps.fresh("demo", "begun"):
        say("ville de démonstration restée inachevée : on la recommence")
        cluster.empty()
        if (VAR / "media").exists():
            shutil.rmtree(VAR / "media")
        stamps.forget()


# -- bringing it up -------------------------------------------------------------------


def choose_port(host: str) -> int:
    wanted = os.environ.get("PORT", "")
    if not wanted:
        return processes.free_port(DEFAULT_PORT, host)
    if not processes.port_is_free(int(wanted), host):
        raise Refused(f"le port {wanted}, demandé par PORT, est déjà pris")
    return int(wanted)


def wait_for_page(address: str, supervisor: Supervisor, timeout_s: float = 60) -> None:
    """Until the portal answers; raises Refused with the log when it does not."""
    deadline = time.monotonic() + timeout_s
    site = supervisor.programs[0]
    while time.monotonic() < deadline and not supervisor.stopping:
        try:
            with urllib.request.urlopen(f"{address}/sante/live", timeout=2):  # noqa: S310 - our own address
                return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            if site.process is not None and site.process.poll() is not None:
                break
        time.sleep(0.1)
    if not supervisor.stopping:
        raise Refused(f"le portail ne répond pas sur {address} :\n{site.tail()}")


def one_run_at_a_time() -> int:
    """A lock that ends with this process; raises AlreadyRunning when another bin/run holds it."""
    VAR.mkdir(exist_ok=True)
    handle = os.open(VAR / "run.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise AlreadyRunning("bin/run tourne déjà dans ce dossier : " + address_of_last_run()) from None
    return handle


def address_of_last_run() -> str:
    try:
        return json.loads(DEMO_FILE.read_text())["base_url"]
    except (FileNotFoundError, ValueError, KeyError):
        return "voir var/log/"


def write_address(address: str) -> dict:
    """Keep var/demo.json true when the port is another than last time; returns its content."""
    content = json.loads(DEMO_FILE.read_text())
    if content.get("base_url") != address:
        content["base_url"] = address
        DEMO_FILE.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n")
    return content


def programs(host: str, port: int) -> list[Program]:
    logs = VAR / "log"
    schedule = VAR / "beat" / "schedule"
    schedule.parent.mkdir(parents=True, exist_ok=True)
    return [
        Program("web", web(host, port), logs / "web.log"),
        Program("worker", worker("rapide", "codes,default", 2), logs / "worker.log"),
        Program("worker-documents", worker("documents", "documents,bulk", 1), logs / "worker-documents.log"),
        Program("beat", beat(schedule), logs / "beat.log"),
    ]


def show(content: dict, seconds: float) -> None:
    address = content["base_url"]
    print(
        f"\nLe portail est prêt ({seconds:.0f} s) : {address}/\n"
        f"  Agents        {address}/agents/\n"
        f"  Vérification  {address}/v\n"
        f"  SMS et mails  {address}/demo/messages/\n"
        f"  Journaux      var/log/\n\nComptes de démonstration (tout est dans var/demo.json) :"
    )
    rows = [
        [
            str(account.get(key) or "")
            for key in ("role", "login", "password", "totp_secret", "arrondissement")
        ]
        for account in content.get("accounts", [])
    ]
    header = ["rôle", "identifiant", "mot de passe", "secret TOTP", "arrondissement"]
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]
    for row in [header, *rows]:
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    print("\nCtrl-C arrête tout.", flush=True)


def forget() -> None:
    """Remove the data of the embedded servers and everything derived from it."""
    for path in (places.servers_root(), VAR / "media", VAR / "demo.json", VAR / "beat"):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    # The next city has heads of its own; those of this one stay readable.
    heads.set_aside(places.backup_folder(), keep=[])


def run(*, fresh: bool = False) -> int:
    started = time.monotonic()
    os.umask(0o022)
    lock = one_run_at_a_time()
    host = os.environ.get("HOST", "127.0.0.1")
    local = servers.local()
    supervisor: Supervisor | None = None
    try:
        if fresh:
            say("effacement des données de démonstration")
            local.stop()
            forget()
        port = choose_port(host)
        where = network.place(host, port, portal_url=os.environ.get("PORTAL_URL", ""))
        if os.geteuid() == 0:
            say("lancé par root, donc le site aussi : un compte ordinaire vaut mieux, sauf pour un essai")
        say(_servers_line(local))
        local.start()
        environment = os.environ | {"LOG_FORMAT": "console"} | where.environment(os.environ)
        environment |= local.environment()
        environment.setdefault("DJANGO_SETTINGS_MODULE", "cotonou.settings.dev")
        stamps = Stamps(places.servers_root() / "stamps.json")
        if local.cluster is not None:
            forget_half_a_city(local.cluster, stamps)
        prepare(environment, stamps, lasting=local.cluster is not None)
        say("démarrage du site, des traitements et de l’horloge")
        if where.is_open:
            say(f"ouvert à tout le réseau, comptes de démonstration compris : {', '.join(where.names)}")
        supervisor = Supervisor(programs(where.host, port), environment, places.CLONE)
        for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sig, supervisor.ask_to_stop)
        supervisor.start()
        wait_for_page(where.probe, supervisor)
        if not supervisor.stopping:
            show(write_address(where.base_url), time.monotonic() - started)
        supervisor.watch()
    finally:
        say("arrêt")
        if supervisor is not None:
            supervisor.stop()
        local.stop()
        os.close(lock)
    return 0


def _servers_line(local: servers.Servers) -> str:
    names = []
    if local.cluster is not None:
        names.append("PostgreSQL")
    if local.valkey is not None:
        names.append("Valkey")
    if not names:
        return "serveurs : ceux de DATABASE_URL et REDIS_URL"
    return f"serveurs locaux : {' et '.join(names)}, données dans {places.servers_root()}"
