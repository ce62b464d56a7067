"""Office files without the clock: what python-pptx and xlsxwriter stamp is set to a day."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date

FIRST = (1980, 1, 1, 0, 0, 0)  # the earliest day that a zip can tell
CORE = "docProps/core.xml"
_STAMP = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def without_clock(office: bytes, when: date) -> bytes:
    """Pack an Office file again so that the same content gives the same bytes.

    Parameters
    ----------
    office : bytes
        A .pptx or .xlsx; workbooks inside it are packed again too.
    when : date
        Stands as the day it was made and changed.
    """
    stamp = f"{when.isoformat()}T00:00:00Z".encode()
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(office)) as old,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            if name == CORE:
                content = _STAMP.sub(stamp, content)
            elif name.endswith(".xlsx"):
                content = without_clock(content, when)
            new.writestr(zipfile.ZipInfo(name, FIRST), content, zipfile.ZIP_DEFLATED)
    return file.getvalue()
