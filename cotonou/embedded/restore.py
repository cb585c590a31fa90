"""Come back to a chosen minute: in a scratch cluster (drill), in place, or in a folder for a real server."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from cotonou.embedded import backup, facts, heads, places, processes, running, servers
from cotonou.embedded.backup import BackupError
from cotonou.embedded.postgres import APP, OWNER, READER, Cluster, PostgresError

COTONOU = ZoneInfo("Africa/Porto-Novo")
TRUST_HBA = "host all all 127.0.0.1/32 trust\n"
RECOVERY_TIMEOUT_S = 4 * 3600
# What the server says when the log ends before the minute that was asked for.
TOO_SHORT = "recovery ended before configured recovery target was reached"


class LogTooShort(BackupError):
    pass


@dataclass(frozen=True)
class Wanted:
    """to: aware time, or None. at_once: stop where the copy became consistent (drills)."""

    to: datetime | None = None
    at_once: bool = False


def parse_time(text: str) -> datetime:
    """ISO date and time; without an offset it is Cotonou's. Raises BackupError."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BackupError(
            f"« {text} » n’est pas une date et une heure, par exemple 2026-11-24T10:30"
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=COTONOU)


def choose(name: str | None, to: datetime | None) -> Path:
    """The named backup, or the latest that was finished at that time. Raises BackupError."""
    known = backup.backups()
    if name is not None:
        known = [path for path in known if path.name == name]
    elif to is not None:
        known = [p for p in known if datetime.fromisoformat(backup.manifest(p)["finished_at"]) <= to]
    if not known:
        raise BackupError(f"aucune sauvegarde ne convient dans {backup.folder()}")
    return known[-1]


def wal_sources(content: dict[str, Any]) -> list[Path]:
    """Folders that may hold the archived WAL of that system, the copy first."""
    found = [backup.folder() / f"wal-{content['system_identifier']}"]
    if os.environ.get("WAL_ARCHIVE"):
        found.append(Path(os.environ["WAL_ARCHIVE"]))
    elif content["kind"] == "embedded":
        found.append(servers.wal_folder())
    return found


def lay_out(source: Path, root: Path, wanted: Wanted, *, unarchived: Path | None = None) -> Cluster:
    """Copy the base and its WAL under `root`, ready to recover at the next start.

    unarchived: pg_wal of the cluster being replaced; its last segments are in no archive yet.
    """
    content = backup.manifest(source)
    user = places.server_user()
    user.folder(root)
    data = root / "data"
    shutil.copytree(source / "base", data, symlinks=True)
    wal = user.folder(root / "wal-to-replay")
    for folder in wal_sources(content):
        for path in backup.archived(folder):
            _take(path, wal, content["first_wal"])
    for path in sorted(unarchived.iterdir()) if unarchived else ():
        if backup.SEGMENT.fullmatch(path.name) and not (wal / f"{path.name}.gz").exists():
            _take(path, wal, content["first_wal"])
    with (data / "postgresql.auto.conf").open("a") as configuration:
        configuration.write(_recovery(wal, wanted))
    (data / "recovery.signal").touch()
    _give_away(root, user)
    return Cluster(root, processes.free_port(), patience_s=RECOVERY_TIMEOUT_S)


def _take(path: Path, wal: Path, first: str) -> None:
    """Copy a segment that recovery may need: not older than `first`."""
    if backup.SEGMENT.match(path.name) and backup.position(path.name) < backup.position(first):
        return
    if not (wal / path.name).exists():
        shutil.copy2(path, wal / path.name)


def _recovery(wal: Path, wanted: Wanted) -> str:
    place = str(wal).replace("%", "%%").replace("'", "''")
    fetch = f'if [ -f "{place}/%f.gz" ]; then gzip -dc "{place}/%f.gz" >"%p"; else cp "{place}/%f" "%p"; fi'
    lines = ["", "# bin/restore", f"restore_command = '{fetch}'", "recovery_target_action = 'promote'"]
    if wanted.to is not None:
        lines.append(f"recovery_target_time = '{wanted.to.astimezone(UTC).isoformat(sep=' ')}'")
    elif wanted.at_once:
        lines.append("recovery_target = 'immediate'")
    return "\n".join(lines) + "\n"


def _give_away(root: Path, user: places.ServerUser) -> None:
    for path in [root, *root.rglob("*")]:
        user.own(path)
        if not path.is_symlink():
            path.chmod(0o700 if path.is_dir() else 0o600)


def recover(cluster: Cluster) -> datetime | None:
    """Start, replay, and wait until the cluster takes writes; time of the last transaction it holds.

    Raises BackupError when the log does not reach the wanted time.
    """
    try:
        cluster.start()
        _wait_promoted(cluster)
    except (PostgresError, psycopg.Error) as error:
        with suppress(PostgresError):
            cluster.stop()
        if TOO_SHORT in cluster.log.read_text(errors="replace"):
            raise LogTooShort("le journal archivé s’arrête avant l’heure demandée") from error
        raise BackupError(f"PostgreSQL n’a pas pu rejouer le journal :\n{cluster.log_tail()}") from error
    with closing(cluster.connect(database="portail")) as connection:
        row = connection.execute("SELECT pg_last_xact_replay_timestamp()").fetchone()
    return row[0] if row else None


def _wait_promoted(cluster: Cluster) -> None:
    deadline = time.monotonic() + RECOVERY_TIMEOUT_S
    while time.monotonic() < deadline:
        with closing(cluster.connect()) as connection:
            row = connection.execute("SELECT pg_is_in_recovery()").fetchone()
        if row == (False,):
            return
        time.sleep(0.1)
    raise PostgresError("recovery takes too long")


# -- checks ---------------------------------------------------------------------------


def integrity(cluster: Cluster, media: Path, as_of: datetime) -> str:
    """Output of verify_integrity on that cluster; raises BackupError naming the broken rows.

    as_of: what was published later is not expected in it.
    """
    environment = os.environ | {
        "DATABASE_URL": cluster.url(APP),
        "DATABASE_OWNER_URL": cluster.url(OWNER),
        "DATABASE_READER_URL": cluster.url(READER),
        "MEDIA_ROOT": str(media),
        "LOG_LEVEL": "WARNING",
    }
    environment.setdefault("DJANGO_SETTINGS_MODULE", "cotonou.settings.dev")
    done = subprocess.run(
        [sys.executable, "manage.py", "verify_integrity", f"--as-of={as_of.isoformat()}"],
        cwd=places.CLONE,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BackupError(f"les chaînes ne se vérifient pas :\n{done.stdout}{done.stderr[-2000:]}")
    return done.stdout


def check(
    cluster: Cluster,
    content: dict[str, Any],
    media: Path,
    *,
    last: datetime | None,
    exact: bool,
    documents: int,
) -> dict[str, Any]:
    """Compare with the manifest, read documents again, verify the chains; what was found.

    last: time of the last transaction that was replayed, None when there was none.
    exact: the counts must be those of the backup; else only what is true at any moment is required.
    Raises BackupError with every difference.
    """
    url = cluster.url(OWNER)
    restored = facts.read(url)
    if exact:
        wrong = facts.differences(content["facts_before"], content["facts_after"], restored)
    else:
        wrong = facts.differences(restored, restored, restored)
    read, bad = facts.bad_documents(url, media, number=documents)
    if wrong + bad:
        raise BackupError("la restauration diffère :\n  " + "\n  ".join(wrong + bad))
    return {
        "tables": len(restored["tables"]),
        "rows": sum(restored["tables"].values()),
        "ledger": restored["ledger"],
        "documents_read": read,
        "chains": integrity(
            cluster, media, last or datetime.fromisoformat(content["started_at"])
        ).splitlines(),
    }


# -- the three uses -----------------------------------------------------------------------


def drill(source: Path, to: datetime | None, *, documents: int = 20) -> dict[str, Any]:
    """Restore into a scratch cluster, compare, throw it away; writes and returns the result."""
    started = time.monotonic()
    content = backup.manifest(source)
    root = Path(tempfile.mkdtemp(prefix="portail-drill-"))
    root.chmod(0o755)
    cluster = lay_out(source, root / "cluster", Wanted(to=to, at_once=to is None))
    hba = cluster.root / "pg_hba.drill"
    hba.write_text(TRUST_HBA)
    cluster.user.own(hba)
    cluster.trust = True
    # Nothing of a drill may reach the archive.
    cluster.settings = {"hba_file": str(hba), "archive_mode": "off", "fsync": "off"}
    try:
        last = recover(cluster)
        recovered_s = time.monotonic() - started
        found = check(
            cluster,
            content,
            backup.folder() / "media",
            last=last,
            exact=to is None,
            documents=documents,
        )
    finally:
        cluster.stop()
        shutil.rmtree(root)
    result = found | {
        "backup": source.name,
        "to": to.isoformat() if to else None,
        "last_transaction": last.isoformat() if last else None,
        "recovered_s": round(recovered_s, 1),
        "done_at": datetime.now(UTC).isoformat(),
    }
    name = datetime.now(UTC).strftime(f"drill-{backup.STAMP}.json")
    (source / name).write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n")
    return result


def in_place(source: Path, to: datetime | None, *, documents: int = 20) -> tuple[dict[str, Any], Path]:
    """Replace the embedded cluster; (what was found, where the former data is kept).

    The portal must be stopped. The former data is moved aside, never removed.
    Raises BackupError when the log does not reach `to`; then nothing is replaced.
    """
    current = backup.embedded_cluster(servers.local())
    if current.pid() is not None:
        raise BackupError("arrêtez d’abord bin/run")
    try:
        return _replace(current.root, source, Wanted(to=to), documents=documents)
    except LogTooShort:
        stopped = clean_stop(current)
        if to is None or stopped is None or to > stopped:
            raise
        # It was idle from its last transaction to its clean stop: the whole log is what was wanted.
        return _replace(current.root, source, Wanted(), documents=documents)


def clean_stop(cluster: Cluster) -> datetime | None:
    """When that cluster was shut down in good order; None if it was not, or is gone."""
    if not (cluster.data / "global" / "pg_control").exists():
        return None
    control = cluster.tool("pg_controldata", str(cluster.data), env={"TZ": "UTC"})
    found = re.search(r"^pg_control last modified:\s+(.+)$", control, re.MULTILINE)
    if found is None or not re.search(r"^Database cluster state:\s+shut down$", control, re.MULTILINE):
        return None
    return datetime.strptime(found[1], "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC)


def _replace(root: Path, source: Path, wanted: Wanted, *, documents: int) -> tuple[dict[str, Any], Path]:
    fresh = root.with_name(root.name + ".restored")
    if fresh.exists():
        shutil.rmtree(fresh)
    unarchived = root / "data" / "pg_wal"
    cluster = lay_out(source, fresh, wanted, unarchived=unarchived if unarchived.is_dir() else None)
    _secrets_back(source, cluster)
    cluster.settings = {"archive_mode": "off"}
    _media_back(backup.media_folder())
    try:
        last = recover(cluster)
        content = backup.manifest(source)
        media = backup.media_folder()
        found = check(cluster, content, media, last=last, exact=False, documents=documents)
        published = set(heads.published(cluster.url(OWNER)))
    except BaseException:
        cluster.stop()
        shutil.rmtree(fresh)
        raise
    cluster.stop()
    shutil.rmtree(fresh / "wal-to-replay")
    aside = root.with_name(f"{root.name}.before-{datetime.now(UTC).strftime(backup.STAMP)}")
    if root.exists():
        root.rename(aside)
    fresh.rename(root)
    # What was published after the chosen moment is kept aside: the chains go on without it.
    heads.set_aside(backup.folder(), keep=[x for x in heads.read(backup.folder()) if x in published])
    # The schema may be older than the code: the next bin/run looks again.
    running.Stamps(places.servers_root() / "stamps.json").drop("schema")
    return found, aside


def _secrets_back(source: Path, cluster: Cluster) -> None:
    """Passwords belong to the restored data. Keys come back only where there are none."""
    keys = backup.keys_folder()
    with tempfile.TemporaryDirectory() as scratch, tarfile.open(source / "secrets.tar") as archive:
        archive.extractall(scratch, filter="data")
        passwords = Path(scratch) / "passwords.json"
        if passwords.exists():
            cluster.secrets_file.touch(mode=0o600)
            cluster.secrets_file.write_text(passwords.read_text())
        if (Path(scratch) / "keys").is_dir() and not keys.exists():
            shutil.copytree(Path(scratch) / "keys", keys)


def _media_back(media: Path) -> None:
    mirror = backup.folder() / "media"
    for path in sorted(mirror.rglob("*")) if mirror.is_dir() else ():
        if path.is_file() and not (media / path.relative_to(mirror)).exists():
            backup.copy_whole(path, media / path.relative_to(mirror))


def into(source: Path, to: datetime | None, target: Path) -> Path:
    """Lay out a data folder that a real server recovers from at its next start; that folder.

    Raises BackupError when `target` holds something.
    """
    if target.exists() and any(target.iterdir()):
        raise BackupError(f"{target} n’est pas vide")
    target.mkdir(parents=True, exist_ok=True)
    target.rmdir()
    return lay_out(source, target.resolve(), Wanted(to=to)).data
