"""The code of the application: once, fresh, and not for guessing."""

import threading
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from cotonou.accounts import second_factor
from cotonou.accounts.models import SecondFactorGuard
from cotonou.accounts.second_factor import SecondFactorLocked, WrongSecondFactor, code_at, confirm
from cotonou.audit.models import Event
from tests.cotonou.accounts.people import clerk, wrong
from tests.support.threads import together


@pytest.mark.django_db
@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_clock_half_a_minute_off_is_forgiven(steps):
    user, secret = clerk()
    assert confirm(user, code_at(secret, steps=steps)).type == "totp"


@pytest.mark.django_db
@pytest.mark.parametrize("steps", [-3, 3])
def test_a_code_of_another_minute_is_refused(steps):
    user, secret = clerk()
    with pytest.raises(WrongSecondFactor):
        confirm(user, code_at(secret, steps=steps))


@pytest.mark.django_db
def test_no_code_serves_twice_nor_an_older_one_after_it():
    user, secret = clerk()
    confirm(user, code_at(secret))
    for steps in (0, -1):
        with pytest.raises(WrongSecondFactor, match="déjà servi"):
            confirm(user, code_at(secret, steps=steps))
    confirm(user, code_at(secret, steps=1))


@pytest.mark.django_db
def test_five_wrong_codes_close_the_door_and_the_trail_says_so():
    user, secret = clerk()
    for _ in range(4):
        with pytest.raises(WrongSecondFactor):
            confirm(user, wrong(code_at(secret)))
    with pytest.raises(SecondFactorLocked, match="15 min"):
        confirm(user, wrong(code_at(secret)))
    with pytest.raises(SecondFactorLocked):
        confirm(user, code_at(secret))
    assert Event.objects.filter(action="accounts.second_factor_locked").count() == 1
    with time_machine.travel(timezone.now() + timedelta(minutes=16), tick=False):
        confirm(user, code_at(secret))


@pytest.mark.django_db
def test_a_good_code_forgets_the_failures():
    user, secret = clerk()
    for _ in range(4):
        with pytest.raises(WrongSecondFactor):
            confirm(user, "000")
    confirm(user, code_at(secret))
    assert SecondFactorGuard.objects.get().failures == 0


@pytest.mark.django_db
def test_a_recovery_code_replaces_the_application_once():
    user, _ = clerk()
    code = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[3]
    assert confirm(user, f"{code[:4]} {code[4:]}").type == "recovery_codes"
    with pytest.raises(WrongSecondFactor):
        confirm(user, code)


@pytest.mark.django_db
def test_without_a_second_factor_one_is_told_where_to_get_it():
    user, _ = clerk(enrolled=False)
    with pytest.raises(WrongSecondFactor, match="Activez d’abord"):
        confirm(user, "123456")


@pytest.mark.django_db(transaction=True)
def test_a_failure_counts_even_if_the_caller_would_roll_back():
    user, _ = clerk()
    with pytest.raises(RuntimeError), transaction.atomic():
        confirm(user, "000000")
    with pytest.raises(WrongSecondFactor):
        confirm(user, "000")
    assert SecondFactorGuard.objects.get(user=user).failures == 1


def _at_once(user, secret, n=8) -> list[str]:
    code = code_at(secret)
    return [type(outcome).__name__ for outcome in together(n, lambda _: confirm(user, code))]


@pytest.mark.django_db(transaction=True)
def test_the_same_code_typed_in_eight_windows_opens_one():
    user, secret = clerk()
    outcomes = _at_once(user, secret)
    assert sorted(outcomes) == ["Authenticator"] + ["WrongSecondFactor"] * 7


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_it_would_open_several(monkeypatch):
    user, secret = clerk()
    SecondFactorGuard.objects.create(user=user)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_: self)
    step_of, gate = second_factor._step_of, threading.Barrier(8)

    def slow(*args):
        gate.wait(timeout=20)
        return step_of(*args)

    monkeypatch.setattr(second_factor, "_step_of", slow)
    assert _at_once(user, secret).count("Authenticator") > 1
