"""Get a file: from a mirror folder, the download cache, or the network."""

import hashlib
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote

import httpx
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential
from tqdm import tqdm

from data.errors import DataError, FileError
from data.read.engine import read_cells
from data.recipe.parts import SUFFIXES
from data.recipe.recipe import Recipe
from data.store.provenance import Ledger, sha256_of

# It writes every address asked for, with the key in it, to a log that anybody may have opened.
logging.getLogger("httpx").setLevel(logging.WARNING)

PARTS = ".part"
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
AGENT = "attendance-atlas"
# The only servers that are sent a key, the parameter they want it in, and the variable of the
# environment that holds it. No recipe can add one: it would send secrets anywhere.
KEYS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"https://api.census.gov/": ("key", "CENSUS_API_KEY")}
)

Check = Callable[[Path], object]


class FetchError(DataError):
    """A file could not be fetched; what was there before is untouched."""


class _PassingTroubleError(FetchError):
    """Worth another try."""


@dataclass(frozen=True)
class FetchSettings:
    """How patient a download is.

    Attributes
    ----------
    timeout_seconds : float
        Longest silence of the server.
    attempts : int
        Tries in all.
    first_wait_seconds, longest_wait_seconds : float
        Waits double from the first to the longest.
    most_bytes : int
        A larger file is refused.
    secret : str
        Added to the address when it is asked for ("&key=..."): never stored, logged or named in an
        error.
    """

    timeout_seconds: float = 30.0
    attempts: int = 5
    first_wait_seconds: float = 0.5
    longest_wait_seconds: float = 20.0
    most_bytes: int = 1 << 30
    secret: str = field(default="", repr=False)


SETTINGS = FetchSettings()


def obtain(
    recipe: Recipe,
    *,
    mirror: Path | None,
    cache: Path,
    progress: bool = False,
    settings: FetchSettings = SETTINGS,
    refresh: bool = False,
    or_fetch: bool = False,
) -> Path:
    """Find a recipe's file in the mirror, else in the cache, else fetch it.

    Parameters
    ----------
    recipe : Recipe
    mirror : Path or None
        Folder of files downloaded by hand.
    cache : Path
        Folder of downloaded files.
    refresh : bool
        Fetch although the cache has a copy; it stays when that fails.
    or_fetch : bool
        Fetch what the mirror lacks; else that is an error.

    Raises
    ------
    DataError
        With the address and what to do. A copy that the cache held is untouched.
    """
    path = None if mirror is None else _in_mirror(recipe, mirror)
    if path is not None and (path.is_file() or not or_fetch):
        if not path.is_file():
            raise FileError(
                recipe.mirror,
                "the mirror folder does not hold it",
                f"take it from {recipe.url} and put it there. {recipe.by_hand}".strip(),
            )
        return path
    path = cache / recipe.mirror
    if path.is_file() and not refresh:
        return path
    if recipe.by_hand:
        raise FileError(
            recipe.mirror,
            "no single address gives this file",
            f"{recipe.by_hand} Begin at {recipe.url}, put it into a mirror folder under this name, "
            "and name the folder with --mirror",
        )
    fetch(
        recipe.url,
        path,
        sha256=recipe.sha256,
        check=lambda part: _refuse_unreadable(recipe, part),
        settings=replace(settings, secret=secret_of(recipe.url)),
        progress=progress,
    )
    return path


def held(
    recipe: Recipe, *, mirror: Path | None, cache: Path, or_fetch: bool = False
) -> Path | None:
    """Give the file that `obtain` finds without the network; None where it would have to fetch."""
    paths = [] if mirror is None else [_in_mirror(recipe, mirror)]
    if mirror is None or or_fetch:
        paths.append(cache / recipe.mirror)
    return next((path for path in paths if path.is_file()), None)


def _in_mirror(recipe: Recipe, mirror: Path) -> Path:
    """Give the file's path; a census table may be there as answer, download or archive."""
    path = mirror / recipe.mirror
    if recipe.format.kind != "census" or path.is_file():
        return path
    others = (path.with_suffix(suffix) for suffix in SUFFIXES["census"])
    return next((other for other in others if other.is_file()), path)


def _refuse_unreadable(recipe: Recipe, part: Path) -> None:
    read_cells(recipe, part, Ledger())


def fetched_on(path: Path) -> str:
    """Give the ISO date (UTC) on which a file of the download cache was completed."""
    return datetime.fromtimestamp(path.stat().st_mtime, tz=UTC).date().isoformat()


def secret_of(url: str) -> str:
    """Give what is added to a request to a server that knows us by a key; "" for none."""
    for server, (parameter, variable) in KEYS.items():
        key = os.environ.get(variable, "").strip()
        if url.startswith(server) and key:
            return f"{'&' if '?' in url else '?'}{parameter}={quote(key, safe='')}"
    return ""


def mirror_folder(folder: Path | None) -> Path | None:
    """Give the mirror folder that was named, else ATLAS_MIRROR, else None for the network."""
    words = os.environ.get("ATLAS_MIRROR", "").strip()
    folder = Path(words) if folder is None and words else folder
    if folder is not None and not folder.is_dir():
        raise DataError(f"the mirror {folder} is not a folder; correct it")
    return folder


def fetch(
    url: str,
    path: Path,
    *,
    sha256: str = "",
    check: Check | None = None,
    settings: FetchSettings = SETTINGS,
    progress: bool = False,
) -> str:
    """Download a file and put it in place only when it is whole and passes its checks.

    Parameters
    ----------
    url : str
        http or https address.
    path : Path
        Where it goes. What is there stays until the new file is complete.
    sha256 : str
        Wanted hash; "" for any.
    check : callable, optional
        Called with the complete file before it is put in place; what it raises is passed on.
    settings : FetchSettings
    progress : bool
        Show a progress bar on stderr.

    Returns
    -------
    str
        SHA-256 of the bytes.

    Raises
    ------
    FetchError
        With the address, the reason and what to do.
    """
    if not url.startswith(("https://", "http://")):
        raise FetchError(f"{url}: not a web address; write https://... in the recipe")
    part = path.parent / PARTS / path.name
    part.parent.mkdir(parents=True, exist_ok=True)
    retrying = Retrying(
        stop=stop_after_attempt(settings.attempts),
        wait=wait_exponential(
            multiplier=settings.first_wait_seconds, max=settings.longest_wait_seconds
        ),
        retry=retry_if_exception_type(_PassingTroubleError),
        reraise=True,
    )
    try:
        digest = retrying(_attempt, url, part, sha256, settings, progress)
    except _PassingTroubleError as error:
        raise FetchError(
            f"{error} ({settings.attempts} tries). Try again later, or put the file into a mirror "
            "folder by hand; files fetched earlier are untouched."
        ) from error
    _settle(part, path, check)
    return digest


def _attempt(url: str, part: Path, sha256: str, settings: FetchSettings, progress: bool) -> str:
    try:
        _download(url, part, settings, progress)
    except httpx.TimeoutException as error:
        raise _PassingTroubleError(f"{url}: the server did not answer in time") from error
    except (httpx.TransportError, httpx.StreamError) as error:
        raise _PassingTroubleError(f"{url}: the connection broke ({error})") from error
    except httpx.HTTPError as error:
        raise FetchError(f"{url}: {error}; check the address in the recipe") from error
    digest = sha256_of(part)
    if sha256 and digest != sha256.lower():
        _forget(part)
        raise _PassingTroubleError(f"{url}: its SHA-256 is {digest}, the recipe wants {sha256}")
    return digest


def _download(url: str, part: Path, settings: FetchSettings, progress: bool) -> None:
    """Fetch what is still missing of a file into its part file."""
    headers = {"User-Agent": AGENT, "Accept-Encoding": "identity", **_range(part)}
    with (
        httpx.Client(timeout=settings.timeout_seconds, follow_redirects=True) as client,
        client.stream("GET", url + settings.secret, headers=headers) as answer,
    ):
        _refuse_status(url, answer.status_code, part)
        start = part.stat().st_size if answer.status_code == httpx.codes.PARTIAL_CONTENT else 0
        if start and not answer.headers.get("Content-Range", "").startswith(f"bytes {start}-"):
            _forget(part)
            raise _PassingTroubleError(f"{url}: the server resumed at the wrong place")
        length = answer.headers.get("Content-Length", "")
        total = start + int(length) if length.isdigit() else None
        if total is not None and total > settings.most_bytes:
            raise FetchError(f"{url}: {total:,} bytes, more than {settings.most_bytes:,}")
        _note_version(part, answer)
        _write(url, part, answer, (start, total), settings, progress)


def _write(
    url: str,
    part: Path,
    answer: httpx.Response,
    span: tuple[int, int | None],
    settings: FetchSettings,
    progress: bool,
) -> None:
    size, total = span
    with (
        part.open("ab" if size else "wb") as sink,
        tqdm(
            desc=part.name,
            initial=size,
            total=total,
            unit="B",
            unit_scale=True,
            disable=not progress,
        ) as bar,
    ):
        for chunk in answer.iter_raw():
            size += len(chunk)
            if size > settings.most_bytes:
                raise FetchError(f"{url}: more than {settings.most_bytes:,} bytes")
            sink.write(chunk)
            bar.update(len(chunk))
        sink.flush()
        os.fsync(sink.fileno())
    if total is not None and size != total:
        raise _PassingTroubleError(f"{url}: cut short at {size:,} of {total:,} bytes")


def _refuse_status(url: str, status: int, part: Path) -> None:
    if status == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
        _forget(part)
        raise _PassingTroubleError(f"{url}: the server could not resume")
    if status in PASSING:
        raise _PassingTroubleError(f"{url}: the server answers {status}")
    if status in (httpx.codes.NOT_FOUND, httpx.codes.GONE):
        raise FetchError(
            f"{url}: there is no such file any more (answer {status}). Look for its new address "
            "on the publisher's page and correct url in the recipe; earlier files are untouched."
        )
    if status not in (httpx.codes.OK, httpx.codes.PARTIAL_CONTENT):
        raise FetchError(f"{url}: the server answers {status}; check the address in the recipe")


def _range(part: Path) -> dict[str, str]:
    """Ask for the rest, if the server can say that the file is still the same."""
    version = _version_file(part)
    if not part.is_file() or not version.is_file() or not part.stat().st_size:
        return {}
    mark = version.read_text(encoding="utf-8")
    return {"Range": f"bytes={part.stat().st_size}-", "If-Range": mark}


def _note_version(part: Path, answer: httpx.Response) -> None:
    tag = answer.headers.get("ETag", "")
    mark = answer.headers.get("Last-Modified", "") if not tag or tag.startswith("W/") else tag
    if mark:
        _version_file(part).write_text(mark, encoding="utf-8")
    else:
        _version_file(part).unlink(missing_ok=True)


def _version_file(part: Path) -> Path:
    name = hashlib.sha256(part.name.encode("utf-8")).hexdigest()[:16]
    return part.parent / f"{name}.version"


def _settle(part: Path, path: Path, check: Check | None) -> None:
    try:
        if check is not None:
            check(part)
    except DataError:
        _forget(part)
        raise
    part.replace(path)
    _forget(part)


def _forget(part: Path) -> None:
    part.unlink(missing_ok=True)
    _version_file(part).unlink(missing_ok=True)
