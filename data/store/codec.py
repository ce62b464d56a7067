"""Values made of tables, arrays and dataclasses of our own, as bytes and back; nothing is run.

A value is a zip archive: `value.json` says how it is put together, the other members are its tables
(Arrow) and arrays (NumPy). A dataclass is named by module and name, and made again by its
constructor; only those of the packages of this project are.
"""

import importlib
import io
import json
import math
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, cast

import numpy as np
import pandas as pd
import pyarrow as pa
from pandas.api.types import infer_dtype
from scipy.sparse import csr_array, issparse

from data.errors import DataError

PACKAGES = ("geo", "analytics", "data", "ui")
STRUCTURE = "value.json"
PLAIN = ("string", "empty", "boolean", "integer", "floating")
NUMBERS = (bool, int, str, type(None))


class CodecError(DataError):
    """A value cannot be written, or bytes are none of ours."""


def dumps(value: object) -> bytes:
    """Write a value.

    Parameters
    ----------
    value : object
        Of None, booleans, numbers, strings, tuples, lists, mappings, sets, NumPy arrays, sparse
        matrices (as CSR), Series, Index and DataFrame, and dataclasses of this project.

    Returns
    -------
    bytes
        A zip archive, not compressed; the same value gives the same bytes.

    Raises
    ------
    CodecError
        Something in it is none of these.
    """
    writer = _Writer()
    structure = writer.lay(value)
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        _put(archive, STRUCTURE, json.dumps(structure, ensure_ascii=False).encode())
        for name, content in writer.members.items():
            _put(archive, name, content)
    return whole.getvalue()


def loads(content: bytes) -> Any:
    """Read a value that `dumps` wrote.

    Raises
    ------
    CodecError
        The bytes are damaged, or of a class that is no longer there or has other fields.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        return _Reader(members).take(json.loads(members[STRUCTURE]))
    except (
        *(zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError),
        *(EOFError, ImportError, pa.ArrowException),
    ) as error:
        raise CodecError(f"it cannot be read ({type(error).__name__}: {error})") from error


def _put(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name), content)  # without the time


@dataclass
class _Writer:
    members: dict[str, bytes] = field(default_factory=dict)

    def lay(self, value: Any) -> Any:
        """Give the structure of a value; its tables and arrays become members."""
        if isinstance(value, NUMBERS):
            return value
        if isinstance(value, np.bool_ | np.integer):
            return value.item()
        if isinstance(value, float | np.floating):
            return float(value) if math.isfinite(value) else {"float": str(float(value))}
        for kind, name in ((tuple, "tuple"), (list, "list")):
            if isinstance(value, kind):
                return {name: [self.lay(each) for each in value]}
        if isinstance(value, frozenset | set):
            return {"set": [self.lay(each) for each in sorted(value)]}
        if isinstance(value, Mapping):
            return {"dict": [[self.lay(key), self.lay(each)] for key, each in value.items()]}
        if is_dataclass(value) and type(value).__module__.split(".")[0] in PACKAGES:
            made_by = type(value)
            held = {each.name: self.lay(getattr(value, each.name)) for each in fields(value)}
            return {"class": f"{made_by.__module__}:{made_by.__qualname__}", "fields": held}
        return self._table(value)

    def _table(self, value: Any) -> Any:
        if isinstance(value, pd.DataFrame) and type(value) is pd.DataFrame:
            labels = [self.lay(each) for each in value.columns]
            held = value.set_axis(pd.RangeIndex(len(labels)).astype("str"), axis=1)
            return {
                "frame": self._arrow(held.reset_index(drop=True)),
                "columns": labels,
                "named": self.lay(value.columns.name),
                "rows": self.lay(value.index),
            }
        if isinstance(value, pd.Series) and type(value) is pd.Series:
            held = value.to_frame("0").reset_index(drop=True)
            return {
                "series": self._arrow(held),
                "name": self.lay(value.name),
                "rows": self.lay(value.index),
            }
        if isinstance(value, pd.RangeIndex):
            return {"range": [value.start, value.stop, value.step], "name": self.lay(value.name)}
        if isinstance(value, pd.Index):
            held = value.to_frame(index=False)
            held.columns = pd.RangeIndex(held.shape[1]).astype("str")
            several = isinstance(value, pd.MultiIndex)
            names = [self.lay(each) for each in value.names]
            return {"index": self._arrow(held), "names": names, "several": several}
        if isinstance(value, np.ndarray) and value.dtype != object:
            return {"array": self._array(value)}
        if issparse(value):
            rows = csr_array(value)
            parts = [self._array(each) for each in (rows.data, rows.indices, rows.indptr)]
            return {"csr": parts, "shape": list(map(int, rows.shape))}
        raise CodecError(f"{type(value).__module__}.{type(value).__qualname__} cannot be stored")

    def _arrow(self, frame: pd.DataFrame) -> str:
        sink = io.BytesIO()
        for name in frame.columns[frame.dtypes.eq(object)]:
            if (kind := infer_dtype(frame[name], skipna=True)) not in PLAIN:
                raise CodecError(f"a column of {kind} cannot be stored")
        try:
            table = pa.Table.from_pandas(frame)
        except (pa.ArrowException, TypeError) as error:
            raise CodecError(f"a table cannot be stored: {error}") from error
        # One batch, also of no rows: a category keeps its words in a batch alone.
        columns = [
            each.chunk(0) if each.num_chunks == 1 else each.combine_chunks()
            for each in table.columns
        ]
        with pa.ipc.new_file(sink, table.schema) as file:
            file.write_batch(pa.RecordBatch.from_arrays(columns, schema=table.schema))
        return self._member(sink.getvalue())

    def _array(self, array: Any) -> str:
        sink = io.BytesIO()
        np.save(sink, array, allow_pickle=False)
        return self._member(sink.getvalue())

    def _member(self, content: bytes) -> str:
        name = str(len(self.members))
        self.members[name] = content
        return name


@dataclass(frozen=True)
class _Reader:
    members: Mapping[str, bytes]

    def take(self, structure: Any) -> Any:
        """Make a value again from its structure."""
        if not isinstance(structure, dict):
            return structure
        kind, content = next(iter(structure.items()))
        if kind == "float":
            return float(content)
        if kind in ("tuple", "list", "set"):
            made = {"tuple": tuple, "list": list, "set": frozenset}[kind]
            return made(map(self.take, content))
        if kind == "dict":
            return {self.take(key): self.take(each) for key, each in content}
        if kind == "class":
            held = {name: self.take(each) for name, each in structure["fields"].items()}
            return _class(content)(**held)
        return self._table(kind, structure)

    def _table(self, kind: str, structure: Mapping[str, Any]) -> Any:
        if kind == "frame":
            frame = self._arrow(structure["frame"])
            labels = pd.Index(list(map(self.take, structure["columns"])), tupleize_cols=False)
            labels = labels.rename(self.take(structure["named"]))
            rows = self.take(structure["rows"])
            if labels.empty:
                return pd.DataFrame(index=rows, columns=labels)
            return frame.set_axis(labels, axis=1).set_axis(rows)
        if kind == "series":
            series = self._arrow(structure["series"])["0"]
            series.index = self.take(structure["rows"])
            return series.rename(self.take(structure["name"]))
        if kind == "range":
            return pd.RangeIndex(*structure["range"], name=self.take(structure["name"]))
        if kind == "index":
            frame, names = self._arrow(structure["index"]), list(map(self.take, structure["names"]))
            if structure["several"]:
                return pd.MultiIndex.from_frame(frame, names=names)
            return pd.Index(frame["0"]).rename(names[0])
        if kind == "array":
            return self._array(structure["array"])
        if kind == "csr":
            return csr_array(tuple(map(self._array, structure["csr"])), shape=structure["shape"])
        raise CodecError(f"{kind!r} is no kind of value")

    def _arrow(self, name: str) -> pd.DataFrame:
        with pa.ipc.open_file(io.BytesIO(self.members[name])) as file:
            return cast("pd.DataFrame", file.read_all().to_pandas())

    def _array(self, name: str) -> Any:
        return np.load(io.BytesIO(self.members[name]), allow_pickle=False)


def _class(named: str) -> Any:
    """Find a dataclass of this project."""
    module, _, name = named.partition(":")
    if module.split(".")[0] not in PACKAGES:
        raise CodecError(f"{named} is no class of this project")
    found: Any = importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    if not (isinstance(found, type) and is_dataclass(found)):
        raise CodecError(f"{named} is no dataclass")
    return found
