"""Finding an act by a name as people spell it, a year, a number.

A name is looked up word by word among the distinct words of the registers
(``NameWord``), by how words sound and by trigrams; the acts that hold one
spelling of each word are an intersection in one index. At a million acts a
trigram search over whole names takes 200 to 400 ms, this one 10 to 40.
"""

from collections.abc import Iterator
from typing import Any

from django.contrib.postgres.search import TrigramSimilarity
from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import QuerySet, Value
from django.db.models.functions import Concat, Greatest

from civil_acts.models.registers import ActKind, RegisterAct
from civil_acts.registers import numbers
from cotonou.accounts.actors import Actor
from cotonou.core.database import NormalisedName

CANDIDATES = 500  # ranked together; more than that is not a search any more
MAX_WORDS = 6
THRESHOLD = "0.4"
# Closeness 1 and above: same spelling or same sound.
SAME = 1.0
# Likeness of two whole names from which an act with the right number is the one meant.
SAME_PERSON = 0.3
_NEIGHBOURS = """
WITH typed AS (
    SELECT word, place
      FROM regexp_split_to_table(portail_name(%(name)s), '[^[:alnum:]]+') WITH ORDINALITY t(word, place)
     WHERE word <> ''
     LIMIT %(max_words)s
), wanted AS (
    SELECT place, word FROM typed WHERE length(word) > 2
    UNION ALL
    SELECT b.place, a.word || b.word
      FROM typed a JOIN typed b ON b.place = a.place + 1 WHERE length(a.word) <= 2
)
SELECT place, near.word, near.closeness
  FROM wanted
 CROSS JOIN LATERAL (
    SELECT k.word, similarity(k.sound, register_sound(wanted.word)) + (k.word = wanted.word)::int AS closeness
      FROM civil_acts_nameword k
     WHERE k.sound %% register_sound(wanted.word)
     ORDER BY closeness DESC, levenshtein(left(k.word, 60), left(wanted.word, 60)), k.word
     LIMIT 12
 ) near
UNION ALL
SELECT place, word, NULL FROM typed WHERE length(word) <= 2
"""


def find(
    actor: Actor,
    *,
    name: str = "",
    kind: str,
    year: int | None = None,
    number: str = "",
    sex: str = "",
    office: Any = None,
    limit: int = 20,
) -> list[RegisterAct]:
    """The acts this actor may see that fit best, best first; ``score`` is 0 to 1 when a name was given.

    year: of the register or of the event. number: as people write it. When a
    name with its year and number finds nothing, the number then the year are
    taken to be wrong.
    """
    acts: Any = RegisterAct.objects.visible_to(actor).filter(kind=kind)
    if sex and kind != ActKind.MARRIAGE:
        acts = acts.filter(sex=sex)
    if office is not None:
        acts = acts.filter(office=office)
    if not name.strip():
        return list(_by_number(acts, year, number)[:limit]) if year or number.strip() else []
    with transaction.atomic():
        numbered: Any = _scored(_by_number(acts, year, number), name)[:CANDIDATES] if number.strip() else []
        if found := [act for act in numbered if act.score >= SAME_PERSON][:limit]:
            return found
        words = Words(name)
        for narrowed in [acts.of_year(year), acts] if year else [acts]:
            if found := _ranked(narrowed, words, name, limit):
                return found
    # Nobody of that name: then the acts that have this number in that year.
    return list(numbered[:limit]) if year else []


def near(acts: QuerySet, name: str, *, limit: int = 20) -> list[Any]:
    """Those of ``acts`` whose names are spelt or sound like ``name``, with ``score``, best first."""
    if not name.strip():
        return []
    with transaction.atomic():
        return _ranked(acts, Words(name), name, limit)


def _with_number(acts: QuerySet, number: str) -> QuerySet:
    try:
        wanted = numbers.parse(number)
    except numbers.BadNumberError:
        return acts.filter(act_number_text__iexact=number.strip())
    acts = acts.filter(act_number=wanted.number)
    return acts.filter(act_number_suffix=wanted.suffix) if wanted.suffix else acts


def _by_number(acts: Any, year: int | None, number: str) -> QuerySet:
    acts = acts.of_year(year) if year else acts
    acts = _with_number(acts, number) if number.strip() else acts
    return acts.select_related("office").order_by("-year", "act_number", "act_number_suffix", "pk")


class Words:
    """What the registers hold near each typed word. ``short``: words of one or two letters."""

    def __init__(self, name: str):
        self.groups: dict[int, list[tuple[str, float]]] = {}
        self.short: list[str] = []
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('pg_trgm.similarity_threshold', %s, true)", [THRESHOLD])
            cursor.execute(_NEIGHBOURS, {"name": name[:200], "max_words": MAX_WORDS})
            for place, word, closeness in cursor.fetchall():
                if closeness is None:
                    self.short.append(word)
                else:
                    self.groups.setdefault(place, []).append((word, closeness))

    def readings(self) -> Iterator[list[list[str]]]:
        """Sets of words that an act must hold one of each, from the strictest reading to the loosest."""
        wide = [[word for word, _closeness in group] for group in self.groups.values()]
        close = [self._closest(group) for group in self.groups.values()]
        short = [[word] for word in self.short]
        if short:
            yield close + short
        if wide:
            yield close
            yield wide
        if len(wide) > 1:
            for left_out in range(len(wide)):
                yield wide[:left_out] + wide[left_out + 1 :]

    @staticmethod
    def _closest(group: list[tuple[str, float]]) -> list[str]:
        same = [word for word, closeness in group if closeness >= SAME]
        return same or [word for word, _closeness in group[:3]]


def _ranked(acts: QuerySet, words: Words, name: str, limit: int) -> list[RegisterAct]:
    found: dict[int, None] = {}
    read: list[list[list[str]]] = []
    for reading in words.readings():
        if reading in read:
            continue
        read.append(reading)
        found |= dict.fromkeys(_candidates(acts, reading))
        if len(found) >= limit:
            break
    return list(_scored(acts.filter(pk__in=list(found)), name)[:limit]) if found else []


def _scored(acts: QuerySet, name: str) -> QuerySet:
    """The acts with ``score``, the likeness of the whole name (either spouse's), best first."""
    typed: Any = NormalisedName(Value(name[:200]))
    person = NormalisedName(Concat("surname", Value(" "), "given_names"))
    spouse = NormalisedName(Concat("spouse_surname", Value(" "), "spouse_given_names"))
    likeness = Greatest(TrigramSimilarity(person, typed), TrigramSimilarity(spouse, typed))
    return (
        acts.annotate(score=likeness).select_related("office").order_by("-score", "-year", "act_number", "pk")
    )


def _candidates(acts: QuerySet, reading: list[list[str]]) -> list[int]:
    """Ids of acts that hold one word of each list, at most CANDIDATES of them.

    The inner query is fenced: seeing the LIMIT, the planner would bet on reading
    the table from its start, and lose whenever nothing matches.
    """
    for words in reading:
        acts = acts.filter(search_words__overlap=words)
    try:
        inner, parameters = acts.order_by().values("id").query.sql_with_params()
    except EmptyResultSet:
        return []
    fenced = f"WITH found AS MATERIALIZED ({inner}) SELECT id FROM found LIMIT {CANDIDATES:d}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(fenced, parameters)
        return [row[0] for row in cursor.fetchall()]
