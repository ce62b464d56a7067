"""Small files of daily figures in the layouts of New York City, made on the spot."""

import gzip
from collections.abc import Iterable
from pathlib import Path
from xml.sax.saxutils import escape

FOLDER = "nyc/nyc_daily_attendance"
HEADER = "source_file,ATTN_DATE_YMD,DBN,ATTN_PCT,SCHOOL_NAME,Borough,DistrictCode,LOC_CODE\n"
Day = tuple[str, str, str]
"""Id, day as 20150909, percent as text."""


def table_of(mirror: Path, year: str, days: Iterable[Day], *, start: str = "") -> Path:
    """Write a year as one table."""
    lines = "".join(
        f"{day},{day},{school},{share},A school,M,01,{school[2:]}\n" for school, day, share in days
    )
    path = mirror / FOLDER / f"nyc_daily_attendance_{year}_tidy.csv.gz"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress((start + HEADER + lines).encode("utf-8"), mtime=0))
    return path


def feed_of(mirror: Path, name: str, days: Iterable[Day]) -> Path:
    """Write one file of the feed."""
    items = "".join(
        f"<item><DBN>{school}</DBN><ATTN_DATE_YMD>{day}</ATTN_DATE_YMD>"
        f"<ATTN_PCT>{escape(share)}</ATTN_PCT><SCHOOL_NAME>A school</SCHOOL_NAME></item>"
        for school, day, share in days
    )
    path = mirror / FOLDER / "originals" / f"{name}.xml"
    path.parent.mkdir(parents=True, exist_ok=True)
    root = "schooldailyattendance"
    path.write_text(f'<?xml version="1.0" encoding="utf-8"?><{root}>{items}</{root}>', "utf-8")
    return path
