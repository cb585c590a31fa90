"""What every route of the API shares: one shape of error, pages within limits, and a schema that says so."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_exception_handler

from cotonou.core.errors import DomainError

# An offset beyond it is a number that PostgreSQL would not even read.
MOST_ROWS = 2**31 - 1


def exception_handler(error, context):
    """Answer {"code", "message"} with the error's status, and {"fields"} when values were wrong.

    What is no error for people (a bug) is left to Django.
    """
    if isinstance(error, DomainError):
        return Response({"code": error.code, "message": error.message}, status=error.status)
    response = drf_exception_handler(error, context)
    if response is not None:
        response.data = _described(error, response)
    return response


def _described(error, response: Response) -> dict:
    if isinstance(error, ValidationError):
        fields: dict[str, list[str]] = {}
        for name, sentence in _sentences(error.detail):
            fields.setdefault(name, []).append(sentence)
        return {"code": "invalid", "message": _("Certaines valeurs ne conviennent pas."), "fields": fields}
    detail = response.data["detail"]
    if response.status_code == 404:
        # Not which kind of thing is missing, nor whether it is somebody else's.
        return {"code": "not_found", "message": _("Introuvable.")}
    return {"code": detail.code, "message": str(detail)}


def _sentences(detail: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """(field, sentence) of a validation error; a field inside another is written outer.inner."""
    if isinstance(detail, dict):
        for key, inner in detail.items():
            yield from _sentences(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(detail, list):
        for inner in detail:
            yield from _sentences(inner, name)
    else:
        yield name, str(detail)


class Pages(LimitOffsetPagination):
    """?limit= and ?offset=; a value that is none is refused rather than replaced by another."""

    max_limit = 200

    def get_limit(self, request):
        return self._number(request, self.limit_query_param, self.default_limit, 1, self.max_limit)

    def get_offset(self, request):
        return self._number(request, self.offset_query_param, 0, 0, MOST_ROWS)

    def _number(self, request, name, default, least, most):
        typed = request.query_params.get(name)
        if typed is None:
            return default
        # Digits only: int() would also read spaces, signs and digits of other scripts.
        if not (typed.isascii() and typed.isdecimal() and len(typed) < 11 and least <= int(typed) <= most):
            raise ValidationError(
                {name: _("Donnez un nombre entier de %(least)d à %(most)d.") % {"least": least, "most": most}}
            )
        return int(typed)

    def get_schema_operation_parameters(self, view):
        limits = {self.limit_query_param: (1, self.max_limit), self.offset_query_param: (0, MOST_ROWS)}
        parameters = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            least, most = limits[parameter["name"]]
            parameter["schema"] |= {"minimum": least, "maximum": most}
        return parameters


ERROR = {
    "type": "object",
    "required": ["code", "message"],
    "properties": {
        "code": {"type": "string", "description": "Stable, for machines."},
        "message": {"type": "string", "description": "For people, in the language asked for."},
        "fields": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
            "description": "For each value that was refused, why.",
        },
    },
}


def describe(result, generator, request, public):
    """A hook of drf-spectacular: what the generator cannot see, the errors above all."""
    result.setdefault("components", {}).setdefault("schemas", {})["Error"] = ERROR
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    for path, operations in result["paths"].items():
        for operation in operations.values():
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "query" and "enum" in parameter["schema"]:
                    # An empty filter filters nothing, as a form sends it.
                    parameter["schema"]["enum"] = [*parameter["schema"]["enum"], ""]
            for status, description in _errors_of(path, operation):
                answer = {"content": content, "description": description}
                operation["responses"].setdefault(status, answer)
    return result


def _errors_of(path: str, operation: dict) -> Iterator[tuple[str, str]]:
    writes = "requestBody" in operation
    if writes or any(parameter["in"] == "query" for parameter in operation.get("parameters", ())):
        yield "400", "A value is missing or does not fit."
    if {} not in operation.get("security", [{}]):
        yield "401", "Log in first."
        yield "403", "Not allowed."
    if "{" in path:
        yield "404", "Nothing there, or nothing for you."
    if writes:
        yield "409", "Somebody, or another request, was first."
        yield "422", "Refused; the message says why."
