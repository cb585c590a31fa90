"""Base backup, archived WAL, files and keys: enough to come back to any minute.

In the backup folder (BACKUP_DIR, var/backups by default):

    <UTC time>/base/            checked by pg_verifybackup
    <UTC time>/secrets.tar      keys and passwords, mode 600
    <UTC time>/manifest.json    what was copied, and the facts a restore is compared by
    wal-<system>/               every archived WAL segment since the oldest base
    media/                      uploads and sealed documents; files are only ever added
    integrite.jsonl             published heads of the sealed chains; lines are only ever added
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from cotonou.embedded import facts, heads, places, servers
from cotonou.embedded.postgres import OWNER, SUPERUSER, Cluster

STAMP = "%Y-%m-%dT%H%M%SZ"
SEGMENT = re.compile(r"[0-9A-F]{24}")
KEEP = 7


class BackupError(RuntimeError):
    """What went wrong, in French, for the person at the keyboard."""


@dataclass(frozen=True)
class Source:
    """What is copied. url may start replication; facts_url may read every table."""

    kind: str  # embedded | server
    url: str
    facts_url: str
    wal: Path
    media: Path
    keys: Path
    passwords: Path | None


def folder() -> Path:
    return places.backup_folder()


def media_folder() -> Path:
    return Path(os.environ.get("MEDIA_ROOT") or places.CLONE / "var" / "media")


def keys_folder() -> Path:
    return Path(os.environ.get("DOCUMENT_KEYS_DIR") or places.CLONE / "var" / "keys")


def source_of(local: servers.Servers) -> Source:
    """The embedded cluster, or the server that DATABASE_URL and BACKUP_DATABASE_URL name.

    Raises BackupError when a real server is named without the right to copy it.
    """
    common: dict[str, Any] = {"media": media_folder(), "keys": keys_folder()}
    if local.cluster is not None:
        cluster = local.cluster
        return Source(
            "embedded",
            cluster.url(SUPERUSER, "postgres"),
            cluster.url(OWNER),
            servers.wal_folder(),
            passwords=cluster.secrets_file,
            **common,
        )
    missing = [name for name in ("BACKUP_DATABASE_URL", "WAL_ARCHIVE") if not os.environ.get(name)]
    if missing:
        raise BackupError(
            "pour sauvegarder le serveur de DATABASE_URL, il faut aussi " + " et ".join(missing)
        )
    return Source(
        "server",
        os.environ["BACKUP_DATABASE_URL"],
        os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"],
        Path(os.environ["WAL_ARCHIVE"]),
        passwords=None,
        **common,
    )


def run_tool(name: str, *arguments: str, password: str = "") -> str:
    """Run one of PostgreSQL's client programs as ourselves; raises BackupError with what it said."""
    done = subprocess.run(
        [str(places.client_bin() / name), *arguments],
        env=os.environ | {"LC_ALL": "C.UTF-8", "PGPASSWORD": password},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BackupError(f"{name} : {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def make(source: Source, *, keep: int = KEEP) -> Path:
    """Make one backup and return its folder; forgets those beyond the `keep` latest. keep: >= 1.

    Raises BackupError; about the published heads, only once the backup is whole.
    """
    started = datetime.now(UTC)
    root = folder()
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = root / started.strftime(STAMP)
    unfinished = root / f".unfinished-{target.name}"
    unfinished.mkdir(mode=0o700)
    try:
        if source.kind == "embedded":
            servers.archive_from_now_on()
        before = facts.read(source.facts_url)
        system = _base(source, unfinished / "base")
        after = facts.read(source.facts_url)
        _secrets(source, unfinished / "secrets.tar")
        content = {
            "kind": source.kind,
            "started_at": started.isoformat(),
            "finished_at": datetime.now(UTC).isoformat(),
            "system_identifier": system,
            "postgres": (unfinished / "base" / "PG_VERSION").read_text().strip(),
            "first_wal": first_segment(unfinished / "base"),
            "base_bytes": sum(
                path.stat().st_size for path in (unfinished / "base").rglob("*") if path.is_file()
            ),
            "verified": True,
            "files": copy_media(source),
            "facts_before": before,
            "facts_after": after,
        }
        (unfinished / "manifest.json").write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n")
        unfinished.rename(target)
    finally:
        if unfinished.exists():
            shutil.rmtree(unfinished)
    copy_wal(source, system)
    forget_old(root, keep=keep)
    copy_heads(source)
    return target


def _base(source: Source, target: Path) -> str:
    """pg_basebackup, then pg_verifybackup; returns the system identifier."""
    parts = urlsplit(source.url)
    run_tool(
        "pg_basebackup",
        f"--pgdata={target}",
        f"--host={parts.hostname}",
        f"--port={parts.port or 5432}",
        f"--username={unquote(parts.username or SUPERUSER)}",
        "--no-password",
        "--wal-method=stream",
        "--checkpoint=fast",
        "--manifest-checksums=SHA256",
        password=unquote(parts.password or ""),
    )
    run_tool("pg_verifybackup", "--quiet", str(target))
    control = run_tool("pg_controldata", str(target))
    found = re.search(r"system identifier:\s+(\d+)", control)
    if found is None:
        raise BackupError("pg_controldata ne donne pas l’identifiant de la base")
    return found[1]


def first_segment(base: Path) -> str:
    """Name of the first WAL segment that this base needs."""
    label = (base / "backup_label").read_text()
    found = re.search(r"START WAL LOCATION: \S+ \(file ([0-9A-F]{24})\)", label)
    if found is None:
        raise BackupError(f"{base}/backup_label est illisible")
    return found[1]


def _secrets(source: Source, target: Path) -> None:
    target.touch(mode=0o600)
    with tarfile.open(target, "w") as archive:
        if source.keys.is_dir():
            archive.add(source.keys, arcname="keys")
        if source.passwords is not None:
            archive.add(source.passwords, arcname="passwords.json")


def copy_media(source: Source) -> dict[str, int]:
    """Add the new files to the copy. Files never change once written, so name and size decide."""
    mirror = folder() / "media"
    mirror.mkdir(parents=True, exist_ok=True, mode=0o700)
    count = size = copied = 0
    for path in sorted(source.media.rglob("*")) if source.media.is_dir() else ():
        if not path.is_file():
            continue
        length = path.stat().st_size
        count, size = count + 1, size + length
        kept = mirror / path.relative_to(source.media)
        if not kept.exists() or kept.stat().st_size != length:
            copy_whole(path, kept)
            copied += 1
    return {"count": count, "bytes": size, "copied": copied}


def copy_whole(origin: Path, target: Path) -> None:
    """A reader of `target` sees the whole file or none."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    shutil.copy2(origin, part)
    part.replace(target)


def copy_wal(source: Source, system: str) -> int:
    """Add the newly archived segments to the copy; returns how many."""
    mirror = folder() / f"wal-{system}"
    mirror.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = [path for path in archived(source.wal) if not (mirror / path.name).exists()]
    for path in new:
        copy_whole(path, mirror / path.name)
    return len(new)


def copy_heads(source: Source) -> int:
    """Add the heads published since the last copy; how many. Last of all: the backup is made in any case.

    Raises BackupError when what was published before has changed.
    """
    try:
        return heads.copy(source.facts_url, folder())
    except heads.HeadsDiffer as difference:
        raise BackupError(str(difference)) from difference


def archived(wal: Path) -> list[Path]:
    """Archived segments and timeline histories, without the half-written ones."""
    if not wal.is_dir():
        return []
    return sorted(path for path in wal.iterdir() if path.suffix not in {".tmp", ".part"})


def backups(root: Path | None = None) -> list[Path]:
    """Finished backups, oldest first."""
    root = root or folder()
    if not root.is_dir():
        return []
    return sorted(path for path in root.iterdir() if (path / "manifest.json").is_file())


def manifest(backup: Path) -> dict[str, Any]:
    return json.loads((backup / "manifest.json").read_text())


def forget_old(root: Path, *, keep: int) -> None:
    """Remove the backups beyond `keep`, and the WAL that only they needed."""
    if keep < 1:
        raise BackupError("il faut garder au moins une sauvegarde")
    for old in backups(root)[:-keep]:
        shutil.rmtree(old)
    needed: dict[str, str] = {}
    for backup in backups(root):
        content = manifest(backup)
        system, first = content["system_identifier"], content["first_wal"]
        needed[system] = min(needed.get(system, first), first, key=position)
    for mirror in root.glob("wal-*"):
        first = needed.get(mirror.name.removeprefix("wal-"), "")
        if not first:
            shutil.rmtree(mirror)
            continue
        for path in _segments(mirror):
            if position(path.name) < position(first):
                path.unlink()


def _segments(wal: Path) -> Iterable[Path]:
    return (path for path in archived(wal) if SEGMENT.match(path.name))


def position(segment: str) -> str:
    """Place in the log, whatever the timeline (the first eight digits)."""
    return segment[8:24]


def embedded_cluster(local: servers.Servers) -> Cluster:
    if local.cluster is None:
        raise BackupError("ceci concerne le PostgreSQL embarqué, or DATABASE_URL en nomme un autre")
    return local.cluster
