"""Says in our words what msgspec found wrong with a body: which field, and what was expected there."""

import functools
import re
from collections.abc import Iterator
from typing import Any

from msgspec import inspect

from gateway.problems import Problem, invalid

ECHO_MAX = 100  # characters of a client's own names that are said back
PROBLEM_MAX = 300

_PLACE = re.compile(r"(?P<problem>.*?)(?: - at `\$\.?(?P<path>.*)`)?", re.DOTALL)
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(.*)`", re.DOTALL)
_REGEX = re.compile(r"Expected `str` matching regex .*", re.DOTALL)
_ENUM = re.compile(r"Invalid enum value .*", re.DOTALL)
_STEP = re.compile(r"[^.\[\]]+|\[[^\]]*\]")


def explain(kind: Any, message: str) -> Problem:
    """msgspec's sentence about a body of this kind, as a problem."""
    match = _PLACE.fullmatch(message)
    assert match is not None, "the pattern matches everything"
    problem, path = match["problem"], (match["path"] or "").strip(".")
    if inner := _UNKNOWN.fullmatch(problem):
        path, problem = _joined(path, inner[1]), "is not a known field"
    elif inner := _MISSING.fullmatch(problem):
        path, problem = _joined(path, inner[1]), "is required"
    elif _REGEX.fullmatch(problem):
        problem = "has a form or characters that are not allowed here"
    elif _ENUM.fullmatch(problem):
        problem = f"Expected one of {', '.join(_words_at(kind, path))}"
    return invalid(path[:ECHO_MAX] or "body", problem[:PROBLEM_MAX])


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


@functools.lru_cache(maxsize=256)
def _words_at(kind: Any, path: str) -> tuple[str, ...]:
    """The words that the field at this place may be."""
    places = [inspect.type_info(kind)]
    for step in _STEP.findall(path):
        places = [inner for place in places for inner in _inside(place, step)]
    literals = (one for place in places for one in _one_of(place) if isinstance(one, inspect.LiteralType))
    return tuple(str(word) for literal in literals for word in literal.values)


def _one_of(place: inspect.Type) -> Iterator[inspect.Type]:
    """The types that a value there can have."""
    if isinstance(place, inspect.Metadata):
        yield from _one_of(place.type)
    elif isinstance(place, inspect.UnionType):
        for one in place.types:
            yield from _one_of(one)
    else:
        yield place


def _inside(place: inspect.Type, step: str) -> Iterator[inspect.Type]:
    for one in _one_of(place):
        match one:
            case inspect.StructType(fields=fields):
                yield from (field.type for field in fields if field.encode_name == step)
            case inspect.DictType(value_type=inner):
                yield inner
            case inspect.ListType(item_type=inner) | inspect.VarTupleType(item_type=inner):
                yield inner
            case _:  # Nothing is inside a plain value.
                continue
