"""Run as a script: seals one document and dies, without any farewell, at a chosen point.

Arguments: the point, the job's id. Exit code 9 means that it died there.
"""

import os
import sys

import django


def die(*args, **kwargs):
    os._exit(9)


def after(function):
    def wrapper(*args, **kwargs):
        function(*args, **kwargs)
        die()

    return wrapper


def prepare(point: str) -> None:
    from cotonou.documents import rendering, sealing, signing, storage
    from cotonou.jobs import services as jobs
    from cotonou.jobs.models import Job

    if point == "before":
        rendering.to_pdf = die
    elif point == "rendered":
        signing.sign = die
    elif point == "signed":
        sealing.store = die
    elif point == "file":
        storage.save_sealed = after(storage.save_sealed)
    elif point == "finished":
        Job.finish = after(Job.finish)
    elif point == "stored":
        jobs.enqueue = die
    elif point == "told":
        jobs.enqueue = after(jobs.enqueue)
    elif point == "committed":
        sealing.store = after(sealing.store)
    else:
        raise ValueError(point)


def main() -> None:
    point, job_id = sys.argv[1], int(sys.argv[2])
    django.setup()
    from cotonou.jobs import runner
    from tests.cotonou.documents import papers

    papers.register()
    prepare(point)
    runner.run_job(job_id)


if __name__ == "__main__":
    main()
