"""python -m cotonou.embedded run | exec | backup | restore"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

from cotonou.embedded import backup, places, processes, restore, running, servers
from cotonou.embedded.postgres import PostgresError
from cotonou.embedded.supervisor import ProgramFailed
from cotonou.embedded.valkey import ValkeyError


def execute(command: list[str], *, throwaway: bool) -> int:
    """Run a command with the servers' addresses in its environment; its exit code."""
    command = command[1:] if command[:1] == ["--"] else command
    with servers.throwaway() if throwaway else servers.borrowed() as local:
        child = subprocess.Popen(
            command,
            cwd=places.CLONE,
            env=os.environ | local.environment(),
            start_new_session=True,
            preexec_fn=processes.end_with_parent(signal.SIGTERM),  # noqa: PLW1509
        )

        # To the whole group: a shell that is told to end leaves its own children behind.
        def pass_on(number: int, _: object) -> None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, number)

        signal.signal(signal.SIGINT, pass_on)
        signal.signal(signal.SIGTERM, pass_on)
        code = child.wait()
    return 128 - code if code < 0 else code


def bring_up(options: argparse.Namespace) -> int:
    """Run the portal; being up already is what was wanted."""
    try:
        return running.run(fresh=options.fresh)
    except running.AlreadyRunning as already:
        running.say(str(already))
        return 0


def make_backup(options: argparse.Namespace) -> int:
    """Copy the database, its log, the files and the keys; or only the log and the files, which is quick."""
    with servers.borrowed() as local:
        source = backup.source_of(local)
        if options.files:
            running.say(f"fichiers : {backup.copy_media(source)['copied']} nouveaux")
            for content in {backup.manifest(path)["system_identifier"] for path in backup.backups()}:
                running.say(f"journal : {backup.copy_wal(source, content)} segments nouveaux")
            running.say(f"têtes publiées : {backup.copy_heads(source)} jours nouveaux")
            return 0
        running.say("copie de la base, du journal, des fichiers et des clés")
        made = backup.make(source, keep=options.keep)
    content = backup.manifest(made)
    running.say(f"vérifiée : {made}")
    running.say(
        f"{content['base_bytes'] // 2**20} Mio de base, {content['files']['count']} fichiers, "
        f"{sum(content['facts_after']['tables'].values())} lignes"
    )
    running.say("copiez ce dossier en un autre lieu ; secrets.tar contient les clés : chiffrez-le")
    return 0


def do_restore(options: argparse.Namespace) -> int:
    """List, rehearse, lay out or replace."""
    if options.list:
        for path in backup.backups():
            print(path.name, backup.manifest(path)["finished_at"])
        return 0
    to = restore.parse_time(options.to) if options.to else None
    source = restore.choose(options.backup, to)
    running.say(f"sauvegarde {source.name}, " + (f"rejouée jusqu’à {to}" if to else "sans heure demandée"))
    if options.into:
        data = restore.into(source, to, Path(options.into))
        running.say(f"dossier prêt : démarrez PostgreSQL sur {data}, il rejoue le journal et s’ouvre")
        return 0
    if options.drill:
        found = restore.drill(source, to, documents=options.documents)
        running.say(f"exercice réussi en {found['recovered_s']} s de reprise, écrit dans {source}")
    else:
        lock = running.one_run_at_a_time()
        try:
            found, aside = restore.in_place(source, to, documents=options.documents)
        finally:
            os.close(lock)
        running.say(f"base remplacée ; l’ancienne est gardée dans {aside}")
    running.say(
        f"{found['rows']} lignes dans {found['tables']} tables, grand livre {found['ledger'] or 'vide'}, "
        f"{found['documents_read']} documents relus, chaînes vérifiées"
    )
    return 0


def parser() -> argparse.ArgumentParser:
    """The four commands and their options."""
    top = argparse.ArgumentParser(prog="python -m cotonou.embedded")
    commands = top.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="bring everything up and keep it up")
    run.add_argument("--fresh", action="store_true", help="forget the demonstration first")
    run.set_defaults(do=bring_up)
    with_servers = commands.add_parser("exec", help="run a command with the servers up")
    with_servers.add_argument("--throwaway", action="store_true", help="new, empty, unsafe and fast servers")
    with_servers.add_argument("words", nargs=argparse.REMAINDER, metavar="-- command")
    with_servers.set_defaults(do=lambda options: execute(options.words, throwaway=options.throwaway))
    copy = commands.add_parser("backup", prog="bin/backup", help="copy the database, the files and the keys")
    copy.add_argument("--keep", type=int, default=backup.KEEP, help="how many backups to keep")
    copy.add_argument("--files", action="store_true", help="only the new files and WAL, between two backups")
    copy.set_defaults(do=make_backup)
    back = commands.add_parser("restore", prog="bin/restore", help="come back to a chosen minute")
    back.add_argument("--to", help="date and time, Cotonou's if no offset is given: 2026-11-24T10:30")
    back.add_argument("--backup", help="name of a backup; else the latest that fits")
    back.add_argument("--drill", action="store_true", help="into a scratch cluster, compared, thrown away")
    back.add_argument("--into", help="only lay out a data folder for a real server")
    back.add_argument("--documents", type=int, default=20, help="how many sealed documents to read again")
    back.add_argument("--list", action="store_true", help="the backups there are")
    back.set_defaults(do=do_restore)
    return top


REFUSALS = (running.Refused, backup.BackupError, PostgresError, ValkeyError, ProgramFailed)


def main(arguments: list[str]) -> int:
    options = parser().parse_args(arguments)
    servers.read_env_file()
    # A polite kill cleans up as Ctrl-C does.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return options.do(options)
    except REFUSALS as refusal:
        print(f"✗ {refusal}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
