"""Values come back as they were, bytes are the same again, and nothing else is ever made."""

from __future__ import annotations

import io
import json
import math
import zipfile
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array, issparse

from data.store.codec import CodecError, dumps, loads
from data.store.manifest import DefinitionBreak
from data.views.hot_spots import HotSpots


def same(one: Any, two: Any) -> bool:
    """Compare values whole: types of numbers apart, everything."""
    if isinstance(one, pd.DataFrame):
        pd.testing.assert_frame_equal(one, two)
        return True
    if isinstance(one, pd.Series):
        pd.testing.assert_series_equal(one, two)
        return True
    if isinstance(one, pd.Index):
        pd.testing.assert_index_equal(one, two)
        return True
    if issparse(one):
        return (one != two).nnz == 0 and one.shape == two.shape
    if isinstance(one, np.ndarray):
        return one.dtype == two.dtype and np.array_equal(one, two, equal_nan=one.dtype.kind == "f")
    if is_dataclass(one):
        names = [each.name for each in fields(one)]
        return type(one) is type(two) and all(
            same(getattr(one, name), getattr(two, name)) for name in names
        )
    if isinstance(one, tuple | list):
        return (
            type(one) is type(two)
            and len(one) == len(two)
            and all(same(a, b) for a, b in zip(one, two, strict=True))
        )
    if isinstance(one, dict):
        return list(one) == list(two) and all(same(one[key], two[key]) for key in one)
    if isinstance(one, float):
        return math.isnan(two) if math.isnan(one) else float(two) == one
    return bool(one == two)


TABLES = {
    "school years as columns": pd.DataFrame(
        {("a", 1): [1.5, np.nan], 2: ["x", None]}, index=pd.Index(["p", "q"], name="geoid")
    ),
    "nullable": pd.DataFrame(
        {
            "n": pd.array([1, pd.NA], "Int64"),
            "flag": pd.array([True, pd.NA], "boolean"),
            "level": pd.Categorical(["high", "k8"], ["k8", "high"], ordered=True),
            "when": pd.to_datetime(["2024-09-01", None]),
        }
    ),
    "put together": pd.concat([pd.DataFrame({"name": ["a"]}), pd.DataFrame({"name": ["b"]})]),
    "put together and empty": pd.concat([pd.DataFrame({"name": ["a"]})] * 2).iloc[:0],
    "rows alone": pd.DataFrame(index=range(3), columns=pd.Index([], dtype="object")),
    "no row": pd.DataFrame({"a": pd.Series([], dtype="float64")}),
    "no column": pd.DataFrame(
        index=pd.Index([3, 1], name="size"), columns=pd.Index([], dtype="object")
    ),
    "two levels": pd.DataFrame(
        {"v": [1, 2]}, index=pd.MultiIndex.from_tuples([("a", 1), ("b", 2)], names=["x", None])
    ),
    "named columns": pd.DataFrame([[1.0]], columns=pd.Index(["a"], name="district")),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_comes_back(name: str) -> None:
    assert same(TABLES[name], loads(dumps(TABLES[name])))


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
values = st.recursive(
    scalars,
    lambda each: (
        st.lists(each)
        | st.lists(each).map(tuple)
        | st.dictionaries(st.text() | st.integers(), each)
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(values)
def test_any_plain_value_comes_back_and_gives_the_same_bytes(value: Any) -> None:
    assert same(value, loads(dumps(value)))
    assert dumps(value) == dumps(loads(dumps(value)))


@settings(deadline=None)
@given(st.lists(st.floats() | st.none(), max_size=8), st.lists(st.text(), max_size=8))
def test_any_series_comes_back(numbers: list[float | None], words: list[str]) -> None:
    for each in (pd.Series(numbers, dtype="float64", name="r"), pd.Series(words, dtype="str")):
        assert same(each, loads(dumps(each)))


def test_arrays_matrices_and_dataclasses_come_back() -> None:
    table = TABLES["nullable"]
    spots = HotSpots("consensus", table, table.iloc[:0], 999, 12, broad=table, whole_p=0.25)
    matrix = csr_array(np.array([[0.0, 2.0], [0.0, 0.0], [1.0, 0.0]]))
    value = {
        "spots": spots,
        "arrays": [np.arange(6).reshape(2, 3), np.array([True, False])],
        "matrix": matrix,
        "index": pd.Index(["b", "a"], name="geoid"),
        "notes": (DefinitionBreak("2019-20", "Cut short."), math.inf, -math.inf),
    }
    assert same(value, loads(dumps(value)))


@dataclass
class Stranger:
    """A dataclass of no package of ours."""

    value: int


@pytest.mark.parametrize(
    "value",
    [object(), Stranger(1), {"a": [print]}, np.array([object()]), pd.DataFrame({"a": [{1}]})],
)
def test_what_cannot_be_stored_is_refused(value: Any) -> None:
    with pytest.raises(CodecError, match="cannot be stored"):
        dumps(value)


def archive(structure: Any, **members: bytes) -> bytes:
    """Put together what a stranger might write."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as held:
        for name, content in {"value.json": json.dumps(structure).encode(), **members}.items():
            held.writestr(name, content)
    return whole.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no archive",
        archive({"class": "os:system", "fields": {"command": "true"}}),
        archive({"class": "subprocess:Popen", "fields": {"args": "true"}}),
        archive({"class": "data.build:main", "fields": {}}),
        archive({"class": "data.store.codec:CodecError", "fields": {}}),
        archive({"class": "data.views.hot_spots:HotSpots", "fields": {"gone": 1}}),
        archive({"class": "data.views.hot_spots:Gone", "fields": {}}),
        archive({"frame": "0", "columns": [], "named": None}),
        archive({"array": "0"}, **{"0": b"\x93NUMPY and no more"}),
        archive({"pickle": "0"}, **{"0": b"cos\nsystem\n(S'true'\ntR."}),
        dumps(TABLES["nullable"])[:-40],
    ],
)
def test_other_bytes_are_refused_and_nothing_is_run(content: bytes) -> None:
    with pytest.raises(CodecError):
        loads(content)
