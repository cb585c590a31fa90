import functools
import operator
import re

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Concat, Greatest

from cotonou.core.database import NormalisedName
from cotonou.territory.dates import local_today

# Words that say nothing about which service is wanted.
_EMPTY = """
a au aux avec avoir ce d de demande demander des du en et faire je j l la le les ma mes mon nous
obtenir ou par pour sur ton un une veux voudrais vouloir get how i my of the to want
"""
EMPTY_WORDS = frozenset(_EMPTY.split())
# Below, the words found are too far from what was typed; tried on the misspellings of the tests.
CLOSE_ENOUGH = 0.55


def words_of(typed: str) -> list[str]:
    """The telling words of a search, at most six: « je veux l’acte » -> ["acte"]."""
    found = re.findall(r"[^\W_]+", typed[:200])
    return [word for word in found if word.lower() not in EMPTY_WORDS][:6]


def _words_in(*fields: str) -> NormalisedName:
    parts = [part for field in fields for part in (field, Value(" "))]
    return NormalisedName(Concat(*parts, output_field=models.TextField()))


class ServiceQuerySet(models.QuerySet):
    def published(self):
        return self.filter(is_published=True)

    def in_theme(self, theme: str):
        return self.filter(theme=theme) if theme else self

    def search(self, typed: str):
        """Services near the words typed, best first, whatever the accents and spelling.

        Words that say nothing leave the list as it is.
        """
        words = words_of(typed)
        if not words:
            return self
        strong = _words_in("title", "title_en", "keywords")
        weak = _words_in("summary", "summary_en", "issuer")
        nearness = [
            Greatest(
                TrigramWordSimilarity(NormalisedName(Value(word)), strong),  # type: ignore[arg-type]
                TrigramWordSimilarity(NormalisedName(Value(word)), weak) * 0.8,  # type: ignore[arg-type]
                output_field=models.FloatField(),
            )
            for word in words
        ]
        total = functools.reduce(operator.add, nearness)
        return (
            self.annotate(nearness=models.ExpressionWrapper(total / len(words), models.FloatField()))
            .filter(nearness__gte=CLOSE_ENOUGH)
            .order_by("-nearness", "position", "pk")
        )


class LevelQuerySet(models.QuerySet):
    def current(self, on=None):
        """The level of each service on a day, today by default; one row per service."""
        on = on or local_today()
        return self.filter(from_date__lte=on).order_by("service_id", "-from_date").distinct("service_id")


class FactQuerySet(models.QuerySet):
    def in_force(self, on=None):
        on = on or local_today()
        return self.filter(Q(until_date=None) | Q(until_date__gte=on), from_date__lte=on)
