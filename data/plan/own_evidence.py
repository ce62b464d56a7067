"""Own evidence that a place keeps beside the published: entries of the library's own format."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

from data.evidence import Strategy, from_toml, to_toml
from data.plan.store import Book, Change, Stored
from data.plan.tables import OwnEvidenceHistoryRow, OwnEvidenceRow


@dataclass(frozen=True)
class OwnEvidence:
    """What a place found of one programme; make it by `made`.

    Attributes
    ----------
    place, place_kind, place_id : str
        The place whose schools it was, as in `data.plan.entry.Entry`.
    strategy : str
        Id of the published strategy that it stands beside.
    entry : str
        The entry, as TOML that `data.evidence.from_toml` reads.
    """

    place: str
    place_kind: str
    place_id: str
    strategy: str
    entry: str

    def values(self) -> dict[str, Any]:
        """Give its fields by name."""
        return asdict(self)

    def label(self) -> str:
        """Name it in a message."""
        return f"own evidence on “{self.strategy}” in {self.place}"

    def read(self) -> Strategy:
        """Give the entry as the library has them."""
        return from_toml(self.entry)


OWN_EVIDENCE = Book(OwnEvidenceRow, OwnEvidenceHistoryRow, OwnEvidence)
"""Give it to `data.plan.store.write`, `read`, `past` and `stamp`."""


def made(place: str, strategy: str, own: Strategy) -> OwnEvidence:
    """Make what is kept of an entry of a whole place.

    Raises
    ------
    TomlError
        The library would refuse it.
    ValueError
        It claims to be verified: what nobody else has read is not.
    """
    if own.status != "to be verified":
        raise ValueError("own evidence is kept as “to be verified”; leave its status so")
    return OwnEvidence(place, "place", "", strategy, to_toml(own))


def id_of(*told: str) -> str:
    """Give the id of what is kept of one programme: the same words, the same id."""
    return sha256("\n".join(told).encode()).hexdigest()[:32]


def keeping(
    id_: str, own: OwnEvidence, by: str, known: Stored[OwnEvidence] | None
) -> Change[OwnEvidence]:
    """Give the change that keeps an entry: a new one, or one in place of what was kept before.

    Parameters
    ----------
    id_ : str
        From `id_of`.
    own : OwnEvidence
    by : str
        A key of `data.plan.entry.ROLES`.
    known : Stored or None
        What is kept under this id as it was looked at, removed or not.
    """
    if known is None:
        return Change("add", by, id_, entry=own)
    return Change("change", by, id_, known.version, own)
