"""A worker process that dies, without any farewell, at a chosen point of sealing.

A child of this very process: it has the same database, keys and files, and
what it changes in memory dies with it.
"""

import os
import sys
import traceback

from django.db import connections

KILLED = 9


def _die(*args, **kwargs):
    os._exit(KILLED)


def _after(function):
    def wrapper(*args, **kwargs):
        function(*args, **kwargs)
        _die()

    return wrapper


def _forget_connections() -> None:
    """A forked child leaves its parent’s event loop, and would see the connections opened before it."""
    for alias in connections:
        if hasattr(connections._connections, alias):
            del connections[alias]


def _prepare(point: str) -> None:
    from cotonou.documents import rendering, sealing, signing, storage
    from cotonou.jobs import services as jobs
    from cotonou.jobs.models import Job

    if point == "before":
        rendering.to_pdf = _die
    elif point == "rendered":
        signing.sign = _die
    elif point == "signed":
        sealing.store = _die
    elif point == "file":
        storage.save_sealed = _after(storage.save_sealed)
    elif point == "finished":
        Job.finish = _after(Job.finish)
    elif point == "stored":
        jobs.enqueue = _die
    elif point == "told":
        jobs.enqueue = _after(jobs.enqueue)
    elif point == "committed":
        sealing.store = _after(sealing.store)
    else:
        raise ValueError(point)


def seal_and_die(point: str, job_id: int) -> None:
    """Run the job in a child that must die at ``point``; fails when it did not."""
    connections.close_all()  # a socket shared with the child would be closed by it
    child = os.fork()
    if child == 0:
        try:
            _forget_connections()
            _prepare(point)
            from cotonou.jobs import runner

            runner.run_job(job_id)
        except BaseException:
            traceback.print_exc(file=sys.__stderr__)
        finally:
            os._exit(1)
    _pid, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == KILLED, point
