import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cotonou.formbuilder import conditions

TODAY = datetime.date(2026, 3, 31)
IDS = ["a", "b", "c"]
VALUES = st.one_of(st.booleans(), st.integers(-5, 5), st.sampled_from(["x", "y", "2020-01-01", "2030-01-01"]))
ANSWERS = st.dictionaries(st.sampled_from(IDS), st.one_of(VALUES, st.lists(st.sampled_from(["x", "y"]))))
LEAVES = st.sampled_from(IDS).flatmap(
    lambda name: st.one_of(
        st.fixed_dictionaries({"field": st.just(name), "is": VALUES}),
        st.fixed_dictionaries({"field": st.just(name), "in": st.lists(VALUES, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"field": st.just(name), "filled": st.booleans()}),
        *(
            st.fixed_dictionaries(
                {"field": st.just(name), sign: st.one_of(st.integers(-5, 5), st.just("today"))}
            )
            for sign in conditions.COMPARISONS
        ),
    )
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=8,
)


def holds(condition, answers):
    return conditions.holds(condition, answers.get, today=TODAY)


@settings(deadline=None)
@given(CONDITIONS, ANSWERS)
def test_not_is_always_the_opposite(condition, answers):
    assert holds({"not": condition}, answers) is not holds(condition, answers)


@settings(deadline=None)
@given(CONDITIONS, CONDITIONS, ANSWERS)
def test_all_and_any_are_and_and_or(first, second, answers):
    assert holds({"all": [first, second]}, answers) == (holds(first, answers) and holds(second, answers))
    assert holds({"any": [first, second]}, answers) == (holds(first, answers) or holds(second, answers))


@settings(deadline=None)
@given(CONDITIONS, ANSWERS)
def test_only_the_fields_it_names_change_a_condition(condition, answers):
    named = set(conditions.fields_in(condition))
    assert holds(condition, answers) == holds(condition, {k: v for k, v in answers.items() if k in named})


@settings(deadline=None)
@given(CONDITIONS)
def test_whatever_has_the_right_shape_is_judged_without_error(condition):
    if not list(conditions.faults(condition, "c")):
        assert holds(condition, {}) in (True, False)


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=3)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["all", "any", "not", "field", "is", "in", ">="]), inner, max_size=3),
    ),
    max_leaves=10,
)


@settings(deadline=None)
@given(JSON)
def test_any_json_is_either_refused_or_works(condition):
    if not list(conditions.faults(condition, "c")):
        list(conditions.fields_in(condition))
        holds(condition, {"a": "x"})


@pytest.mark.parametrize(
    ("condition", "value", "expected"),
    [
        ({"is": True}, True, True),
        ({"is": True}, 1, False),
        ({"is": 1}, True, False),
        ({"is": "x"}, ["x", "y"], True),
        ({"is": False}, None, False),
        ({"filled": False}, None, True),
        ({"filled": True}, False, True),
        ({"filled": True}, 0, True),
        ({"filled": True}, [], False),
        ({">=": 2}, [{}, {}], True),
        ({">=": 2}, 1, False),
        ({"<": 2}, None, False),
        ({"<=": "today-18y"}, "2008-03-31", True),
        ({"<=": "today-18y"}, "2008-04-01", False),
        ({">": "2026-01-01"}, "2026-01-02", True),
        ({">": 3}, "2026-01-02", False),
        ({"in": ["x"]}, "y", False),
    ],
)
def test_each_comparison_reads_the_answer_as_people_would(condition, value, expected):
    assert holds({"field": "a"} | condition, {"a": value}) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("today", TODAY),
        ("today+1d", datetime.date(2026, 4, 1)),
        ("today-1m", datetime.date(2026, 2, 28)),
        ("today-25m", datetime.date(2024, 2, 29)),
        ("today+1y", datetime.date(2027, 3, 31)),
        ("2026-12-24", datetime.date(2026, 12, 24)),
    ],
)
def test_a_relative_date_is_counted_on_the_calendar(text, expected):
    assert conditions.day(text, TODAY) == expected


@pytest.mark.parametrize("text", ["hier", "today-99999y", "today+99999y", "2026-02-30", "today - 1d"])
def test_a_date_that_does_not_exist_is_refused(text):
    assert not conditions.is_day(text)
