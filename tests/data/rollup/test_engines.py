"""The same expressions on PostgreSQL and Spark give what DuckDB gives, row for row."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import ibis
import pandas as pd
import pytest

from data.rollup import expressions, presence
from data.rollup.made_district import MadeDistrict
from data.rollup.presence import Inputs
from data.rollup.sheets import POSTGRESQL, Rules
from tests.data.rollup.counting import inputs_of
from tests.postgresql import started

RULES = Rules(groups=("grade", "low_income"))
MADE = MadeDistrict(students=240, schools=4, days=45, part=120, moves=0.2, late=0.2)
COUNTS = ("account", "school_counts", "mover_counts", "school_days", "mover_totals")


def rows(connection: Any, expression: Any) -> pd.DataFrame:
    table = connection.to_pyarrow(expression).to_pandas()
    if "date" in table:
        table["date"] = pd.to_datetime(table["date"]).dt.date
    names = sorted(table.columns)
    return table[names].sort_values(names, ignore_index=True)


@pytest.fixture(scope="module")
def embedded() -> dict[str, pd.DataFrame]:
    connection, inputs = ibis.duckdb.connect(), inputs_of(MADE)
    return {name: rows(connection, counted(name)(inputs, RULES)) for name in COUNTS}


def counted(name: str) -> Callable[[Inputs, Rules], Any]:
    where = presence if name == "account" else expressions
    made: Callable[[Inputs, Rules], Any] = getattr(where, name)
    return made


def held_together(connection: Any, embedded: dict[str, pd.DataFrame]) -> None:
    inputs = inputs_of(MADE, connection)
    for name, expected in embedded.items():
        found = rows(connection, counted(name)(inputs, RULES))
        pd.testing.assert_frame_equal(found, expected, check_dtype=False)


@pytest.fixture
def postgresql() -> Iterator[Any]:
    server = started()
    try:
        connection = ibis.connect(server.new_database())
        connection.raw_sql(POSTGRESQL).close()
        yield connection
    finally:
        server.stop()


def test_postgresql(postgresql: Any, embedded: dict[str, pd.DataFrame]) -> None:
    held_together(postgresql, embedded)


@pytest.fixture
def spark(tmp_path: Path) -> Iterator[Any]:
    if importlib.util.find_spec("pyspark") is None:
        pytest.skip("pyspark is not installed (make verify installs it)")
    if shutil.which("java") is None:
        pytest.skip("no Java on this machine (apt-get install default-jre-headless)")
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[1]").appName("rollup")
    for name, value in {
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "2",
        "spark.driver.memory": "1g",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.warehouse.dir": str(tmp_path),
    }.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    try:
        yield ibis.pyspark.connect(session)
    finally:
        session.stop()


@pytest.mark.timeout(900)
def test_spark(spark: Any, embedded: dict[str, pd.DataFrame]) -> None:
    held_together(spark, embedded)
