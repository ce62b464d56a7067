"""One hostile file, and the recipe that would read it."""

import io
import zipfile
from dataclasses import dataclass

GEOID = "36005000100"
RECIPE = """
id = "made"
publisher = "Nobody"
title = "Made up"
table = "{table}"
url = "https://example.org/a"
mirror = "{file}"
vintage = "2020"
release = "published"
licence = "CC0"
definition = "made up"
format = {{ kind = "{kind}" }}
identifier = {{ pattern = ".+" }}
{columns}
"""
COLUMNS = {
    "tracts": 'columns = { geoid = { column = "geoid" } }',
    "absence": """[columns]
school_id = { column = "id" }
school_year = { column = "year" }
enrolled = { column = "enrolled", unit = "count" }
chronic_absent = { column = "absent", unit = "count" }
""",
}
MIRRORS = {
    "delimited": "a.csv",
    "excel": "a.xlsx",
    "vector": "a.geojson",
    "census": "a.json",
}
HEADER = b"id,year,enrolled,absent\n"
GOOD = HEADER + b"".join(b"S%d,2018-19,%d,%d\n" % (at, 300 + at, 30 + at) for at in range(40))


@dataclass(frozen=True)
class HostileFile:
    """One file and what must become of it.

    Attributes
    ----------
    family : str
        What it tries.
    name : str
        Tells it from others of its family.
    file : str
        Name on disk.
    content : bytes
    kind : str
        Format of the recipe: "delimited", "excel", "vector", "census"; "upload" for the browser.
    refused : bool
        Whether it must be refused, else read.
    """

    family: str
    name: str
    file: str
    content: bytes
    kind: str
    refused: bool = True

    @property
    def table(self) -> str:
        """Table of the panel that it is to fill."""
        return "tracts" if self.kind in ("vector", "census") else "absence"

    @property
    def recipe(self) -> str:
        """Text of the recipe that reads it."""
        return RECIPE.format(
            table=self.table, file=MIRRORS[self.kind], kind=self.kind, columns=COLUMNS[self.table]
        )


def packed(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Pack members into a zip, whatever their names."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", method) as archive:
        for name, content in members.items():
            entry = zipfile.ZipInfo("placeholder")
            entry.filename, entry.compress_type = name, method
            archive.writestr(entry, content)
    return sink.getvalue()
