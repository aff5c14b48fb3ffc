"""``IN`` for any number of values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, any_, literal
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute


def among(column: InstrumentedAttribute[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """Whether ``column`` is one of ``values``, as one array.

    A list of single values would need a bind parameter each, and Postgres takes 65,535 in a statement.
    """
    return column == any_(literal(list(values), ARRAY(column.type)))
