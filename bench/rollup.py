"""The count of student days beside plain DuckDB SQL that somebody would write for the same table.

`ATLAS_ROLLUP_STUDENTS` sets the size: 1,400,000 students of 180 days are 252 million student-days.
Each runs in a process of its own; what is compared is processor time, what is limited is memory.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb

from bench import report
from data.rollup.inputs import open_inputs
from data.rollup.made_district import MadeDistrict
from data.rollup.parts import Workshop, count_parts, fingerprint, parts_of
from data.rollup.read import connect
from data.rollup.settings import load_settings

STUDENTS = 50_000
MOST_RATIO, MOST_MB = 1.1, 500.0
MEMORY = "200MB"
SETTINGS = """
school_year = "2024-25"
[attendance]
path = "attendance"
[enrolment]
path = "enrolment.parquet"
groups = ["sex"]
[calendar]
path = "calendar.parquet"
"""
PLAIN = """
CREATE TABLE months AS
SELECT a.student, a.school, e.sex, date_trunc('month', a.date) AS month,
       count(*) * 2 AS possible, CAST(sum(a.absent * 2) AS BIGINT) AS absent
FROM '{0}/attendance/*.parquet' a
JOIN '{0}/enrolment.parquet' e
  ON a.student = e.student AND a.school = e.school AND a.date BETWEEN e.first AND e.last
GROUP BY ALL;
CREATE TABLE counts AS
SELECT school, month, sex, CASE WHEN p < 20 THEN -1 WHEN 20 * a < p THEN 0 WHEN 10 * a < p THEN 1
       WHEN 5 * a < p THEN 2 ELSE 3 END AS tier, count(*), sum(possible), sum(absent)
FROM (SELECT *, sum(possible) OVER w AS p, sum(absent) OVER w AS a FROM months
      WINDOW w AS (PARTITION BY student, school ORDER BY month))
GROUP BY ALL;
CREATE TABLE days AS
SELECT school, date, count(*), sum(absent) FROM '{0}/attendance/*.parquet' GROUP BY ALL;
"""


def run() -> list[dict[str, Any]]:
    """Count a made state both ways; two rows."""
    students = int(os.environ.get("ATLAS_ROLLUP_STUDENTS", STUDENTS))
    with tempfile.TemporaryDirectory() as made:
        folder = MadeDistrict(students, max(1, students // 600)).write(Path(made))
        (folder / "settings.toml").write_text(SETTINGS)
        ours, peer = _apart("ours", folder), _apart("plain", folder)
    ratio = ours[0] / peer[0]
    size = f"{students * 180 / 1e6:.3g} million student-days"
    return [
        {
            "question": f"roll-up, {size} (processor s)",
            "ours": ours[0],
            "peer_name": "plain DuckDB",
            "peer": peer[0],
            "ratio": ratio,
            "target": MOST_RATIO,
            "ok": ratio <= MOST_RATIO,
        },
        {
            "question": f"roll-up, {size} (MB)",
            "ours": ours[1],
            "peer_name": "plain DuckDB",
            "peer": peer[1],
            "target": MOST_MB,
            "ok": ours[1] <= MOST_MB,
        },
    ]


def _apart(way: str, folder: Path) -> tuple[float, float]:
    """Run one way in a process: seconds of processor, largest memory in MB."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.rollup", way, str(folder)],
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, memory = done.stdout.split()[-2:]
    return float(seconds), float(memory)


def _ours(folder: Path) -> None:
    connection = connect(MEMORY, 2)
    settings = load_settings(folder / "settings.toml")
    opened = open_inputs(settings, folder, connection)
    shop = Workshop(folder / ".counting", fingerprint(settings, opened, list(opened.sizes)))
    count_parts(opened, connection, shop, parts_of(opened), lambda _: None)


def _plain(folder: Path) -> None:
    connection = duckdb.connect(config={"threads": 2, "memory_limit": MEMORY})
    connection.execute(f"SET temp_directory = '{folder}/spill'")
    connection.execute(PLAIN.format(folder))


if __name__ == "__main__":
    if len(sys.argv) > 2:
        started = time.process_time()
        {"ours": _ours, "plain": _plain}[sys.argv[1]](Path(sys.argv[2]))
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
        print(time.process_time() - started, memory)
    else:
        report(run())
