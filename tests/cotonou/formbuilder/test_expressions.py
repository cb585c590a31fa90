import contextlib
import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cotonou.formbuilder import expressions

TODAY = datetime.date(2026, 3, 31)
ANSWERS = {
    "copies": 3,
    "urgent": True,
    "kinds": ["x", "y"],
    "name": "Afi",
    "items": [{"cost": 100}, {"cost": 250}, {}],
}


def value(expression, answers=ANSWERS):
    return expressions.value(expression, answers.get, today=TODAY)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (5, 5),
        ({"field": "copies"}, 3),
        ({"field": "urgent"}, 1),
        ({"field": "gone"}, 0),
        ({"field": "name"}, 0),
        ({"sum": [{"field": "items.cost"}, 50]}, 400),
        ({"product": [{"field": "copies"}, 500]}, 1500),
        ({"count": "items"}, 3),
        ({"count": "kinds"}, 2),
        ({"count": "name"}, 1),
        ({"count": "gone"}, 0),
        ({"if": [{"field": "urgent", "is": True}, 1000, {"field": "copies"}]}, 1000),
        ({"if": [{"field": "urgent", "is": False}, 1000, {"field": "copies"}]}, 3),
    ],
)
def test_each_operation_counts_as_said(expression, expected):
    assert value(expression) == expected


def test_a_total_past_the_limit_is_a_clear_refusal():
    with pytest.raises(expressions.TotalTooBigError):
        value({"product": [10**9, 10**9]})


NUMBERS = st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=5)


@settings(deadline=None)
@given(NUMBERS)
def test_a_sum_is_exact(numbers):
    assert value({"sum": list(numbers)}) == sum(numbers)


JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.sampled_from(["copies", "items.cost", "x"])
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(expressions.SIGNS), inner, max_size=2)
    ),
    max_leaves=10,
)


@settings(deadline=None)
@given(JSON)
def test_any_json_is_either_refused_or_gives_a_whole_number(expression):
    if list(expressions.faults(expression, "e")):
        return
    list(expressions.fields_in(expression))
    with contextlib.suppress(expressions.TotalTooBigError):
        assert isinstance(value(expression), int)
