"""TOML to frozen dataclasses and back, strict in both directions."""

import dataclasses
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import tomli_w
from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from data.errors import DataError

T = TypeVar("T")

STRICT = ConfigDict(extra="forbid")
LARGEST_BYTES = 1_000_000
WANTED: Mapping[str, str] = MappingProxyType(
    {
        "string_type": "text",
        "int_type": "a whole number",
        "float_type": "a number",
        "bool_type": "true or false",
        "tuple_type": "a list",
        "dict_type": "a table of keys",
        "dataclass_type": "a table of keys",
    }
)


class TomlError(DataError):
    """A TOML file does not say what it must; each line of the message names the file and a key."""


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file.

    Raises
    ------
    TomlError
        Not there, too large, or not TOML.
    """
    if not path.is_file():
        raise TomlError(f"{path.name} is not in {path.parent.name}/; check its name")
    if path.stat().st_size > LARGEST_BYTES:
        raise TomlError(f"{path.name}: larger than 1 MB; a recipe is a page of text")
    try:
        return parse_toml(path.read_text(encoding="utf-8-sig"), path.name)
    except UnicodeDecodeError as error:
        raise TomlError(f"{path.name}: not UTF-8 text; save it as UTF-8") from error


def parse_toml(text: str, file: str) -> dict[str, Any]:
    """Parse TOML text; `file` names it in errors."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TomlError(f"{file}: not TOML: {error}; correct that line") from error


def bind(cls: type[T], content: Mapping[str, Any], file: str) -> T:
    """Make a dataclass from a TOML table; unknown and missing keys are errors.

    Parameters
    ----------
    cls : type
        A pydantic dataclass with the configuration `STRICT`.
    content : mapping
        The TOML table.
    file : str
        Name of the file, for errors.

    Raises
    ------
    TomlError
        Naming the file and every key that is wrong, a line each.
    """
    try:
        return TypeAdapter(cls).validate_python(content)
    except ValidationError as error:
        problems = [_problem(cls, each) for each in error.errors(include_url=False)]
        raise TomlError("\n".join(f"{file}: {each}" for each in problems)) from error


def dump(content: object) -> str:
    """Write a dataclass as the TOML text that `bind` reads, leaving out what equals its default."""
    adapter = TypeAdapter(type(content))
    return tomli_w.dumps(adapter.dump_python(content, mode="json", exclude_defaults=True))


def _problem(cls: type, error: ErrorDetails) -> str:
    """Say what is wrong with one key, and what to write."""
    path, kind = error["loc"], error["type"]
    key = ""
    for step in path:
        key += f"[{step}]" if isinstance(step, int) else f".{step}" if key else step
    if kind == "missing":
        return f"key {key!r} is missing; add it"
    if kind == "unexpected_keyword_argument":
        return f"unknown key {key!r}; known keys: {', '.join(_keys_at(cls, path[:-1]))}"
    wanted = WANTED.get(kind, error["msg"])
    if kind == "literal_error":
        wanted = f"one of {error['ctx']['expected'].replace(' or ', ', ')}"
    return f"{key} is {error['input']!r}; write {wanted}"


def _keys_at(cls: type, path: Sequence[int | str]) -> list[str]:
    """List the keys of the table that stands at a path below a dataclass."""
    hint: Any = cls
    for step in path:
        if dataclasses.is_dataclass(hint):
            hint = get_type_hints(hint)[str(step)]
        else:  # tuple[inner, ...] or Mapping[str, inner]
            hint = get_args(hint)[0 if isinstance(step, int) else 1]
        if get_origin(hint) in (Union, UnionType):
            hint = get_args(hint)[0]
    return [field.name for field in dataclasses.fields(hint)]
