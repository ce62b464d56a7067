"""The same counts as the roll-up, as somebody would write them in DuckDB SQL and in polars.

Schools, and the district with a student of several schools once: by month, sex, tier and band; and
by day. Records are taken as they are: nothing is checked, copies would count twice, a day without a
record is no day. Tables: `counts` and `days`, written to the folder.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

DISTRICT = "district"
PLAIN = """
CREATE TABLE spells AS SELECT * FROM '{0}/enrolment.parquet';
CREATE TABLE calendar AS
SELECT school, year(date) * 100 + month(date) AS month, count(*) AS days
FROM '{0}/calendar.parquet' GROUP BY ALL;
CREATE TABLE signal AS
SELECT school, min(month) AS signal
FROM (SELECT *, sum(days) OVER (PARTITION BY school ORDER BY month) AS gone FROM calendar)
WHERE gone >= 10 GROUP BY school;
CREATE TABLE movers AS SELECT student FROM spells GROUP BY 1 HAVING count(DISTINCT school) > 1;
CREATE TABLE at_school AS
SELECT a.student, a.school, year(a.date) * 100 + month(a.date) AS month,
       count(*) * 2 AS possible, CAST(sum(a.absent * 2) AS BIGINT) AS absent
FROM '{0}/attendance/*.parquet' a
JOIN spells s ON a.student = s.student AND a.school = s.school AND a.date BETWEEN s.first AND s.last
GROUP BY ALL;
CREATE TABLE months AS
SELECT 'school' AS kind, school AS place, * EXCLUDE (school),
       student IN (FROM movers) AS moved FROM at_school
UNION ALL
SELECT 'district', 'district', student, month, sum(possible), sum(absent), true
FROM at_school WHERE student IN (FROM movers) GROUP BY student, month;
CREATE TABLE so_far AS
WITH since AS (SELECT kind, place, student, moved, min(month) AS since FROM months GROUP BY ALL),
grid AS (
  SELECT kind, place, student, moved, month, coalesce(signal, 999999) AS signal
  FROM since
  JOIN (SELECT 'school' AS kind, school AS place, month, signal
        FROM calendar LEFT JOIN signal USING (school)
        UNION SELECT 'district', 'district', month, (SELECT min(signal) FROM signal) FROM calendar)
  USING (kind, place)
  WHERE month >= since)
SELECT kind, place, student, moved, month, signal, coalesce(possible, 0) AS possible,
       coalesce(absent, 0) AS absent, sum(coalesce(possible, 0)) OVER w AS p,
       sum(coalesce(absent, 0)) OVER w AS a
FROM grid LEFT JOIN months USING (kind, place, student, moved, month)
WINDOW w AS (PARTITION BY kind, place, student ORDER BY month);
CREATE TABLE students AS
WITH last AS (SELECT student, school, arg_max(sex, first) AS sex FROM spells GROUP BY ALL),
ever AS (SELECT student, arg_max(sex, first) AS sex FROM spells GROUP BY ALL),
banded AS (
  SELECT kind, place, student, CASE WHEN p < 20 THEN -1 WHEN a < 4 THEN 0 WHEN a <= 8 THEN 1 ELSE 2
         END AS band
  FROM so_far WHERE month = signal)
SELECT s.kind, s.place, moved, month, coalesce(l.sex, e.sex) AS sex,
       CASE WHEN p < 20 THEN -1 WHEN 20 * a < p THEN 0 WHEN 10 * a < p THEN 1 WHEN 5 * a < p THEN 2
       ELSE 3 END AS tier, CASE WHEN month >= signal THEN coalesce(band, -1) ELSE -1 END AS band,
       count(*) AS students, count_if(possible > 0) AS enrolled, sum(possible) AS possible,
       sum(absent) AS absent
FROM so_far s
LEFT JOIN banded b ON s.kind = b.kind AND s.place = b.place AND s.student = b.student
LEFT JOIN last l ON s.student = l.student AND s.place = l.school AND s.kind = 'school'
LEFT JOIN ever e ON s.student = e.student AND s.kind = 'district'
GROUP BY ALL;
CREATE TABLE counts AS
SELECT kind, place, month, sex, tier, band, sum(students) AS students, sum(enrolled) AS enrolled,
       sum(possible) AS possible, sum(absent) AS absent
FROM (SELECT * FROM students
      UNION ALL SELECT * REPLACE ('district' AS kind, 'district' AS place) FROM students
      WHERE kind = 'school' AND NOT moved)
GROUP BY ALL;
CREATE TABLE days AS
WITH each AS (SELECT school, date, count(*) AS enrolled, CAST(sum(absent * 2) AS BIGINT) AS absent
              FROM '{0}/attendance/*.parquet' GROUP BY ALL)
SELECT 'school' AS kind, school AS place, date, enrolled, absent FROM each
UNION ALL SELECT 'district', 'district', date, sum(enrolled), sum(absent) FROM each GROUP BY date;
COPY counts TO '{0}/plain-counts.parquet';
COPY days TO '{0}/plain-days.parquet';
"""


def plain(folder: Path, memory: str) -> None:
    """Count by SQL."""
    connection = duckdb.connect(config={"threads": 2, "memory_limit": memory})
    connection.execute(f"SET temp_directory = '{folder}/spill'")
    connection.execute("SET preserve_insertion_order = false")
    connection.execute(PLAIN.format(folder))


def with_polars(folder: Path) -> None:
    """Count by polars."""
    import polars as pl

    spells = pl.read_parquet(folder / "enrolment.parquet")
    calendar = pl.read_parquet(folder / "calendar.parquet")
    records = pl.scan_parquet(folder / "attendance" / "*.parquet")
    month = pl.col("date").dt.year() * 100 + pl.col("date").dt.month()
    months = calendar.with_columns(month=month).group_by("school", "month").len().sort("month")
    months = months.with_columns(gone=pl.col("len").cum_sum().over("school"))
    ended = pl.col("month").filter(pl.col("gone") >= 10).min()
    months = months.with_columns(signal=ended.over("school").fill_null(999999))
    by_school = (
        records.join(spells.lazy(), on=["student", "school"])
        .filter(pl.col("date").is_between("first", "last"))
        .group_by("student", "school", month=month)
        .agg(
            possible=pl.len().cast(pl.Int64) * 2, absent=(pl.col("absent") * 2).sum().cast(pl.Int64)
        )
        .collect(engine="streaming")
    )
    many = spells.group_by("student").agg(pl.col("school").n_unique()).filter(pl.col("school") > 1)
    moved = many["student"].implode()
    schools = _counted(by_school.rename({"school": "place"}), months.rename({"school": "place"}))
    last = spells.sort("first").group_by("student", "school").agg(pl.col("sex").last())
    schools = schools.join(last, left_on=["student", "place"], right_on=["student", "school"])
    again = by_school.filter(pl.col("student").is_in(moved)).group_by("student", "month")
    again = again.agg(pl.col("possible", "absent").sum()).with_columns(place=pl.lit(DISTRICT))
    every = months.select("month", "signal").unique().with_columns(place=pl.lit(DISTRICT))
    ever = spells.sort("first").group_by("student").agg(pl.col("sex").last())
    district = _counted(again, every).join(ever, on="student")
    stayed = schools.filter(~pl.col("student").is_in(moved)).with_columns(place=pl.lit(DISTRICT))
    keys = ["kind", "place", "month", "sex", "tier", "band"]
    columns = [*keys[1:], "possible", "absent"]
    both = pl.concat([district.select(columns), stayed.select(columns)])
    tables = {"school": schools.select(columns), "district": both}
    counts = pl.concat([table.with_columns(kind=pl.lit(kind)) for kind, table in tables.items()])
    counts.group_by(keys).agg(
        pl.len().alias("students"),
        (pl.col("possible") > 0).sum().alias("enrolled"),
        pl.col("possible", "absent").sum(),
    ).write_parquet(folder / "polars-counts.parquet")
    day = records.group_by("school", "date").agg(
        enrolled=pl.len(), absent=(pl.col("absent") * 2).sum().cast(pl.Int64)
    )
    day = day.collect(engine="streaming").rename({"school": "place"})
    total = day.group_by("date").agg(pl.col("enrolled", "absent").sum())
    total = total.with_columns(place=pl.lit(DISTRICT), kind=pl.lit("district"))
    own = day.with_columns(kind=pl.lit("school"))
    pl.concat([own, total.select(own.columns)]).write_parquet(folder / "polars-days.parquet")


def _counted(months: Any, calendar: Any) -> Any:
    """Give each student a row a month of the place, with tier and band."""
    import polars as pl

    since = months.group_by("place", "student").agg(since=pl.col("month").min())
    grid = since.join(calendar, on="place").filter(pl.col("month") >= pl.col("since"))
    both = grid.join(months, on=["place", "student", "month"], how="left").sort("month")
    both = both.with_columns(pl.col("possible", "absent").fill_null(0))
    own = ["place", "student"]
    both = both.with_columns(
        p=pl.col("possible").cum_sum().over(own), a=pl.col("absent").cum_sum().over(own)
    )
    p, a = pl.col("p"), pl.col("a")
    tier = pl.when(p < 20).then(-1).when(20 * a < p).then(0).when(10 * a < p).then(1)
    tier = tier.when(5 * a < p).then(2).otherwise(3)
    band = pl.when(p < 20).then(-1).when(a < 4).then(0).when(a <= 8).then(1).otherwise(2)
    here = pl.col("month") == pl.col("signal")
    both = both.with_columns(tier=tier, now=pl.when(here).then(band).otherwise(-1))
    ended = pl.col("month") >= pl.col("signal")
    found = pl.when(ended).then(pl.col("now").max().over(own)).otherwise(-1)
    return both.with_columns(band=found)
