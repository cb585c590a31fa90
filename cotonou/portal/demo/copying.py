"""Rows into tables by COPY; ids come from the tables' own sequences."""

from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Any

from django.db import connection, models
from django.utils import timezone
from phonenumber_field.modelfields import PhoneNumberField


def take_ids(model: type[models.Model], count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [row[0] for row in cursor.fetchall()]


def copy_tuples(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """columns: of the table, not of the model. JSON comes as text."""
    names = ", ".join(f'"{name}"' for name in columns)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {model._meta.db_table} ({names}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


def copy_rows(objects: Sequence[models.Model]) -> None:
    """Write unsaved instances that have their ids; moments left empty are now's."""
    if not objects:
        return
    model = type(objects[0])
    fields = [field for field in model._meta.concrete_fields if not getattr(field, "generated", False)]
    copy_tuples(
        model,
        [str(field.column) for field in fields],
        ([_prepared(field, row) for field in fields] for row in objects),
    )


# The others are written as they are: asking each field costs more than the whole COPY.
_CONVERTED = (models.JSONField, models.FileField, PhoneNumberField)


def _prepared(field: models.Field, row: models.Model) -> Any:
    value = row.__dict__.get(field.attname)
    if isinstance(field, _CONVERTED):
        return field.get_db_prep_save(getattr(row, field.attname), connection)
    if value is None:
        return _still_empty(field, row)
    return value.value if isinstance(value, Enum) else value


def _still_empty(field: models.Field, row: models.Model) -> Any:
    if getattr(field, "auto_now_add", False):
        return timezone.now()
    if isinstance(field, models.ForeignKey) and field.is_cached(row):
        return getattr(field.get_cached_value(row), "pk", None)  # it got its id after it was named here
    return None


def give_ids(objects: Sequence[models.Model]) -> None:
    """Ids for unsaved instances of one model, in their order."""
    if objects:
        for row, pk in zip(objects, take_ids(type(objects[0]), len(objects)), strict=True):
            row.pk = pk
