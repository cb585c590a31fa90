import time

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cotonou.jobs import services as jobs
from cotonou.portal.demo import big, listing, making


class Command(BaseCommand):
    help = (
        "Make the demonstration city in an empty database and write var/demo.json; "
        "where it exists already, only write var/demo.json again."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--size",
            choices=["small", "city"],
            default="small",
            help="city: also a million acts and half a million requests, to measure",
        )
        parser.add_argument("--acts", type=int, default=big.ACTS, help="of the size city")
        parser.add_argument("--requests", type=int, default=big.REQUESTS, help="of the size city")
        parser.add_argument("--seed", type=int, default=1, help="another seed gives another city")

    def handle(self, *, seed, size, acts, requests, **options):
        if not settings.DEMO:
            raise CommandError("La ville de démonstration ne se crée qu’avec les réglages de développement.")
        started = time.monotonic()
        record = making.made()
        if record is None:
            if not making.is_empty():
                raise CommandError(
                    "Cette base contient déjà des personnes, des actes ou des demandes : "
                    "la ville de démonstration se crée dans une base vide."
                )
            making.build(size=making.SMALL, seed=seed, say=self._say)
            # Not in an hour, when the clock comes round: until then the page of the heads would be empty.
            jobs.enqueue("audit.publish_heads", key="demo_city:publish_heads")
            jobs.enqueue("audit.verify", key="demo_city:verify")
            self.stdout.write(f"Ville de démonstration créée en {time.monotonic() - started:.0f} s.")
        else:
            seed = making.seed_of(record)
            self.stdout.write(f"La ville existe déjà ({record.reference}).")
        if size == "city":
            self._say(f"jusqu’à {acts} actes et {requests} demandes, pour mesurer")
            big.grow(seed=seed, acts=acts, requests=requests)
            self.stdout.write(f"Grande ville prête en {time.monotonic() - started:.0f} s.")
        self.stdout.write(f"Comptes et codes : {listing.write(seed)}")

    def _say(self, line: str) -> None:
        self.stdout.write(f"• {line}")
        self.stdout.flush()
