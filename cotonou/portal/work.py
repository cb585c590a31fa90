"""Jobs as staff read them: what each one does, and for what."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cotonou.accounts.actors import Actor
from cotonou.audit import subjects
from cotonou.jobs import topics
from cotonou.jobs.models import Job


@dataclass(frozen=True)
class Told:
    job: Job
    label: str
    kind: str  # "paiement"; "" when the job is about nothing in particular
    subject: str
    href: str  # "" when this actor may not open it


def told(jobs: Iterable[Job], actor: Actor) -> list[Told]:
    """Each job in the reader's language; a few queries per kind of thing, however many jobs."""
    jobs = list(jobs)
    wanted: dict[str, set[Any]] = {}
    for job in jobs:
        if about := _about(job):
            wanted.setdefault(about[0], set()).add(about[1])
    names = {kind: subjects.names(kind, pks, by="pk") for kind, pks in wanted.items()}
    ids = {
        (kind, pk): found
        for kind, pks in wanted.items()
        for pk, found in subjects.public_ids(kind, pks).items()
    }
    pages = subjects.pages({(kind, public_id) for (kind, _pk), public_id in ids.items()}, actor)
    return [_told(job, names, ids, pages) for job in jobs]


def _about(job: Job) -> tuple[str, Any] | None:
    topic = topics.find(job.topic)
    if topic is None or topic.about is None:
        return None
    kind, key = topic.about
    return (kind, job.payload[key]) if key in job.payload else None


def _told(job: Job, names: dict, ids: dict[tuple[str, Any], UUID], pages: dict) -> Told:
    label, about = topics.label_of(job.topic), _about(job)
    if about is None:
        return Told(job, label, "", "", "")
    kind, pk = about
    subject = names[kind].get(str(pk), "")
    return Told(job, label, subjects.label_of(kind), subject, pages.get((kind, ids.get(about)), ""))
