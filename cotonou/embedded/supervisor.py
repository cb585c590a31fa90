"""Web, workers and beat as children of one process: started together, restarted, stopped together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from cotonou.embedded import processes

RESTART_AFTER_S = 2.0
# A program that ends this often within a minute is broken: stop all and show why.
RESTARTS_PER_MINUTE = 5


class ProgramFailed(RuntimeError):
    pass


def web(host: str, port: int) -> list[str]:
    return [
        *("gunicorn", "cotonou.wsgi", f"--bind={host}:{port}", "--workers=2", "--threads=4"),
        *("--timeout=60", "--graceful-timeout=15", "--max-requests=5000", "--max-requests-jitter=500"),
        # It would lie in the home folder, one for every portal of this account.
        "--no-control-socket",
    ]


def worker(name: str, queues: str, concurrency: int) -> list[str]:
    return [
        *("celery", "-A", "cotonou.celery", "worker", f"--hostname={name}@%h", f"--queues={queues}"),
        *(f"--concurrency={concurrency}", "--loglevel=INFO", "--without-gossip", "--without-mingle"),
    ]


def beat(schedule: Path) -> list[str]:
    return [
        *("celery", "-A", "cotonou.celery", "beat", f"--schedule={schedule}", "--pidfile="),
        "--loglevel=INFO",
    ]


@dataclass
class Program:
    """One child. arguments: what follows `python -m`."""

    name: str
    arguments: list[str]
    log: Path
    process: subprocess.Popen | None = None
    deaths: list[float] = field(default_factory=list)
    restart_at: float | None = None

    def start(self, environment: dict[str, str], cwd: Path) -> None:
        self.restart_at = None
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *self.arguments],
                cwd=cwd,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C reaches the supervisor only, which stops in order
                preexec_fn=processes.end_with_parent(signal.SIGTERM),  # noqa: PLW1509
            )

    def stop(self, timeout_s: float) -> None:
        """Ask, wait, then kill the child and whatever it started."""
        if self.process is None or self.process.poll() is not None:
            return
        # To the leader alone: it decides in which order its own children end.
        self.process.terminate()
        try:
            self.process.wait(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(timeout=5)

    def tail(self, lines: int = 20) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


class Supervisor:
    """Runs programs until it is told to stop or one of them cannot stay up."""

    def __init__(self, programs: list[Program], environment: dict[str, str], cwd: Path) -> None:
        self.programs, self.environment, self.cwd = programs, environment, cwd
        self.stopping = False

    def start(self) -> None:
        for program in self.programs:
            program.log.parent.mkdir(parents=True, exist_ok=True)
            if program.log.exists():
                program.log.replace(program.log.with_suffix(".log.1"))
            program.start(self.environment, self.cwd)

    def ask_to_stop(self, *_: object) -> None:
        self.stopping = True

    def watch(self) -> None:
        """Restart what dies, until asked to stop. Raises ProgramFailed when that does not help."""
        while not self.stopping:
            for program in self.programs:
                self._tend(program, time.monotonic())
            time.sleep(0.2)

    def _tend(self, program: Program, now: float) -> None:
        if program.restart_at is not None:
            if now >= program.restart_at:
                program.start(self.environment, self.cwd)
            return
        if program.process is None or program.process.poll() is None:
            return
        program.deaths = [moment for moment in program.deaths if now - moment < 60] + [now]
        if len(program.deaths) > RESTARTS_PER_MINUTE:
            raise ProgramFailed(f"{program.name} : s’arrête sans cesse.\n{program.tail()}")
        print(f"• {program.name} s’est arrêté (code {program.process.returncode}), on le relance", flush=True)
        program.restart_at = now + RESTART_AFTER_S

    def stop(self, timeout_s: float = 20) -> None:
        # Who makes work stops first, then who does it.
        for program in reversed(self.programs):
            program.stop(timeout_s)
