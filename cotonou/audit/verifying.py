"""The registers read again from the first row, every day, in pieces that a worker can hold.

``verify_integrity`` does more: it also opens every document and compares with copies kept elsewhere.
"""

import time
from dataclasses import asdict, dataclass, field, replace

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from cotonou.audit import checks, publishing, sealing
from cotonou.audit.chains import all_chains
from cotonou.audit.models import IntegrityCheck
from cotonou.audit.sealing import Broken, Place
from cotonou.jobs import services as jobs
from cotonou.jobs.models import Job

TOPIC = "audit.verify"
PIECE_SECONDS = 45


@dataclass(frozen=True)
class Progress:
    """Where the day's check stands; what a piece hands to the next one."""

    day: str
    chain: int = 0  # in the order of all_chains()
    position: int = 0
    link: str = sealing.GENESIS
    rows: int = 0
    found: int = 0
    findings: list[str] = field(default_factory=list)

    def adding(self, sentences: list[str]) -> "Progress":
        kept = [*self.findings, *sentences][: IntegrityCheck.SHOWN]
        return replace(self, found=self.found + len(sentences), findings=kept)


def verify_job(job: Job) -> None:
    """Asked every hour with an empty payload, so that a stopped clock costs no day; begins once a day."""
    if not job.payload:
        day = timezone.localdate().isoformat()
        with transaction.atomic():
            job.finish()
            jobs.enqueue(TOPIC, key=f"verify:{day}", payload=asdict(Progress(day)))
        return
    progress = Progress(**job.payload)
    if progress == Progress(progress.day):
        sealing.seal_all()
    with override("fr"):  # what is found is kept
        progress, finished = _read(progress, time.monotonic() + PIECE_SECONDS)
        if finished:
            progress = progress.adding(_elsewhere())
    with transaction.atomic():
        job.finish()
        if finished:
            IntegrityCheck.objects.create(
                rows=progress.rows, found=progress.found, findings=progress.findings
            )
        else:
            key = f"verify:{progress.day}:{progress.chain}:{progress.position}"
            jobs.enqueue(TOPIC, key=key, payload=asdict(progress))


def _read(progress: Progress, until: float) -> tuple[Progress, bool]:
    """Read on, chain after chain; False when the time was over first."""
    for number, chain in enumerate(all_chains()):
        if number < progress.chain:
            continue
        if number > progress.chain:
            progress = replace(progress, chain=number, position=0, link=sealing.GENESIS)
        for broken, place in sealing.read_on(chain, Place(progress.position, progress.link)):
            rows = progress.rows + place.position - progress.position
            progress = replace(progress, position=place.position, link=place.link, rows=rows)
            progress = progress.adding([said(one) for one in broken])
            if time.monotonic() > until:
                return progress, False
        progress = progress.adding([said(one) for one in sealing.slipped_in(chain)])
    return progress, True


def said(broken: Broken) -> str:
    what = {
        "altered": _("modifiée après son sceau"),
        "missing": _("effacée"),
        "link": _("maillon de la chaîne rompu"),
        "unsealed": _("glissée derrière le sceau"),
    }
    return _("%(chain)s, ligne %(row)d : %(what)s") % {
        "chain": broken.chain,
        "row": broken.row_id,
        "what": what[broken.reason],
    }


def _elsewhere() -> list[str]:
    """What the heads already published and the quick checks of the rooms say."""
    found = list(publishing.broken())
    for name, check in checks.all_checks(quick=True):
        found += [f"{name} : {finding}" for finding in check()]
    return found
