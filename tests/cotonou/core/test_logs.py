"""Logs carry ids, never names, phone numbers, codes or document contents."""

import io
import json
import logging

import pytest
import structlog
from django.http import HttpResponseNotFound
from django.test import RequestFactory
from django.urls import resolve
from django.utils.log import log_response

from cotonou.core import logs


def written_to(stream: io.StringIO) -> None:
    logging.getLogger().handlers[0].setStream(stream)


@pytest.fixture
def stream(monkeypatch):
    """Where the configured handler writes, instead of standard error."""
    stream = io.StringIO()
    monkeypatch.setenv("LOG_FORMAT", "json")
    logs.configure("INFO")
    written_to(stream)
    yield stream
    monkeypatch.undo()
    logs.configure("INFO")


@pytest.fixture
def lines(stream):
    """What a machine reads, one dict per line."""
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_one_json_line_with_its_ids(lines):
    structlog.get_logger("portail").info("jobs.parked", job=7, topic="documents.seal", status_code=409)
    (line,) = lines()
    assert (line["event"], line["job"], line["topic"], line["status_code"]) == (
        "jobs.parked", 7, "documents.seal", 409,
    )  # fmt: skip
    assert line["timestamp"].endswith("Z")


@pytest.mark.parametrize("key", ["phone", "full_name", "given_names", "email", "tracking_code", "password"])
def test_a_field_that_names_a_person_or_opens_a_door_is_hidden(lines, key):
    structlog.get_logger("portail").info("x", **{key: "Afi Dossou"})
    (line,) = lines()
    assert line[key] == logs.HIDDEN


def test_the_row_that_postgresql_quotes_is_hidden(lines):
    error = ValueError("duplicate key\nDETAIL:  Key (phone)=(+22901970000) already exists.")
    structlog.get_logger("portail").warning("x", exc_info=error)
    logging.getLogger("library").warning("failed\nDETAIL:  Key (name)=(Afi) already exists.")
    text = json.dumps(lines())
    assert "+229" not in text
    assert "Afi" not in text
    assert "duplicate key" in text


def test_a_failed_address_is_logged_by_its_route_not_by_the_code_in_it(lines):
    request = RequestFactory().get("/v/ABCD-EFGH")
    request.resolver_match = resolve("/v/ABCD-EFGH")
    log_response("Not Found: %s", request.path, response=HttpResponseNotFound(), request=request)
    (line,) = lines()
    assert "ABCD" not in json.dumps(line)
    assert line["event"] == "Not Found"
    assert line["route"] == request.resolver_match.route
    assert line["status_code"] == 404


def test_a_terminal_gets_plain_text(stream, monkeypatch):
    monkeypatch.setenv("LOG_FORMAT", "console")
    logs.configure("INFO")
    written_to(stream)
    structlog.get_logger("portail").info("jobs.done", job=7)
    assert "jobs.done" in stream.getvalue()
    assert not stream.getvalue().startswith("{")
