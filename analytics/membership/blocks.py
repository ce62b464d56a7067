"""The membership model of a place too large to fit at once: overlapping blocks of near schools.

Local kriging: what an area has in common with schools far beyond the range of the field reaches it
only through hyperparameters and effects, and these the blocks share.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analytics.inputs import Bools, Floats
from analytics.membership.data import Data
from analytics.membership.fields import Layout, MaternField
from analytics.membership.model import (
    Model,
    Moments,
    State,
    effects_given,
    moments,
    standard_draws,
    with_prior,
)
from analytics.membership.predictor import Places
from analytics.threads import in_order

MakeModel = Callable[[Data, MaternField, csr_array], Model]
"""Makes the model of a part from its data, its field and its neighbourhood averages."""
Shown = tuple[Floats, Floats, Floats, Floats]
"""Field, predictor, average and effects."""


@dataclass(frozen=True)
class CellSize:
    """Most areas, and most schools, of a cell; how many schools around it the cell also sees."""

    most: int = 600
    around: int = 600


CELL_SIZE = CellSize()


@dataclass(frozen=True, eq=False)
class Cell:
    """A cell of a place, with positions in the whole place.

    `schools` are those of the cell and the nearest ones around it, `own` the former alone; `areas`
    are those of the cell, their neighbours, and all areas of the schools; `core` are positions
    among `areas` of the cell's own; `before` are the nearest schools of earlier cells.
    """

    schools: Places
    areas: Places
    core: Places
    own: Places
    before: Places


def cells(
    centres: Floats, share: csr_array, around: csr_array, size: CellSize = CELL_SIZE
) -> list[Cell]:
    """Divide a place into cells at medians until each has few enough areas and schools.

    Every area is in the core of one cell. `centres` (m, 2) in km, `share` (n, m), `around` (m, m).

    Examples
    --------
    >>> line = np.column_stack([np.arange(1200.0), np.zeros(1200)])
    >>> apart = csr_array(np.eye(1200))
    >>> [len(cell.core) for cell in cells(line, apart, apart)]
    [600, 600]
    """
    from scipy.spatial import cKDTree

    weight = np.asarray(share.sum(axis=1))
    sites = (share @ centres) / weight[:, None]
    divided: list[Cell] = []
    earlier = np.zeros(len(sites), dtype=np.bool_)
    areas, all_schools = np.arange(len(centres)), np.arange(len(sites))
    for core, own in _halved(centres, sites, areas, all_schools, size.most):
        apart = cKDTree(centres[core]).query(sites)[0]
        apart[own] = -1.0
        order = np.argsort(apart, kind="stable")
        schools = np.sort(order[: len(own) + size.around])
        before = order[earlier[order]][: size.around]
        touched = np.unique(np.r_[core, around[core].indices, share[schools].indices])
        places = np.searchsorted(touched, core)
        divided.append(Cell(schools, touched, places, own, np.sort(before)))
        earlier[own] = True
    return divided


def _halved(
    centres: Floats, sites: Floats, areas: Places, schools: Places, most: int
) -> list[tuple[Places, Places]]:
    """Halve the areas across the longer side until they and their schools are few enough."""
    if max(len(areas), len(schools)) <= most or len(areas) < 2:
        return [(areas, schools)]
    axis = int(np.ptp(centres[areas], axis=0).argmax())
    middle = float(np.median(centres[areas, axis]))
    left = _lower_half(centres[areas, axis], middle)
    west = sites[schools, axis] <= middle
    return [
        *_halved(centres, sites, areas[left], schools[west], most),
        *_halved(centres, sites, areas[~left], schools[~west], most),
    ]


def _lower_half(values: Floats, middle: float) -> Bools:
    """Mark values up to the middle; half of them in order where all are the same."""
    lower: Bools = values <= middle
    if lower.all():
        lower = np.arange(len(values)) < len(values) // 2
    return lower


@dataclass(frozen=True, eq=False)
class Link:
    """A cell's part of the evidence: what its own schools tell beyond the nearest earlier ones.

    Attributes
    ----------
    both : Model
        The model of own and earlier schools.
    before : Model, optional
        The model of the earlier ones alone; None where there are none.
    rows : ndarray of int
        Its catchments among those of `both`.
    """

    both: Model
    before: Model | None
    rows: Places

    def at(self, theta: Floats) -> list[tuple[float, Model, State]]:
        """Fit both models, with the sign of their evidence; correlations are computed once."""
        whole = self.both.at(theta)
        states = [(1.0, self.both, whole)]
        if self.before is not None:
            own = self.among(whole.correlation.catchments)
            part = replace(whole.correlation, catchments=own)
            states.append((-1.0, self.before, self.before.at(theta, part)))
        return states

    def among(self, matrix: Floats) -> Floats:
        """Give the part of a matrix (q, q) of catchments that earlier schools have."""
        return matrix[np.ix_(self.rows, self.rows)]

    def evidence(self, theta: Floats) -> Floats:
        """Give log evidence, corrected evidence, slope and information, one after the other."""
        told = np.zeros(2 + len(theta) + len(theta) ** 2)
        states = self.at(theta)
        slope = states[0][2].correlation.slope()
        for sign, model, state in states:
            own = slope if model is self.both else self.among(slope)
            rise, information = model.evidence_gradient(state, own)
            evidence = np.array([state.log_posterior, state.corrected]) - model.log_prior(theta)
            told += sign * np.r_[evidence, rise, information.ravel()]
        return told

    def effects(self, theta: Floats) -> tuple[float, Floats, Floats]:
        """Give corrected evidence, and precision and pull of the effects beyond their prior."""
        p = len(self.both.effect_variance)
        corrected, precision, pull = 0.0, np.zeros((p, p)), np.zeros(p)
        for sign, model, state in self.at(theta):
            corrected += sign * (state.corrected - model.log_prior(theta))
            mean, covariance = effects_given(model, state)
            own = np.linalg.inv(covariance)
            precision += sign * (own - np.diag(1 / model.effect_variance))
            pull += sign * (own @ mean)
        return corrected, precision, pull


@dataclass(frozen=True, eq=False)
class Block:
    """A cell of areas with the model of the schools around it.

    Attributes
    ----------
    model : Model
        The model of these schools.
    areas, core : ndarray of int
        Positions of the model's areas in the whole place, and among these of the areas that the
        block speaks for.
    link : Link, optional
        The cell's part of the evidence; None for a cell without schools.
    """

    model: Model
    areas: Places
    core: Places
    link: Link | None

    def visit(self, theta: Floats) -> tuple[tuple[float, Floats, Floats] | None, Moments]:
        """Give what the block tells of effects, and the posterior of its areas."""
        told = self.link.effects(theta) if self.link else None
        return told, moments(self.model, self.model.at(theta))

    def draws(self, theta: Floats, draws: int, seed: int) -> NDArray[np.float32]:
        """Draw the core together."""
        return standard_draws(self.model, self.model.at(theta), draws, seed)[:, self.core]


@dataclass(frozen=True, eq=False)
class BlockState:
    """All blocks at one point of the hyperparameters, summed; see `State` and `Gaussian`."""

    theta: Floats
    log_posterior: float
    corrected: float
    slope: Floats
    information: Floats


@dataclass(frozen=True, eq=False)
class BlockModel:
    """Blocks of one place with the same hyperparameters and effects.

    The evidence is a chain: that of each cell's schools given the nearest ones of earlier cells.
    A few blocks are fitted at a time: memory is that of these.

    References
    ----------
    Stein ML, Chi Z, Welty LJ (2004) J R Stat Soc B 66:275-296, equation 3 (the chain, after
    Vecchia). Stein ML (2014) Spat Stat 8:1-19 (blocks against low rank).
    """

    field: MaternField
    blocks: tuple[Block, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the hyperparameters."""
        return self.blocks[0].model.names

    def natural(self, theta: Floats) -> Floats:
        """Give hyperparameters on their natural scale."""
        return self.blocks[0].model.natural(theta)

    def log_prior(self, theta: Floats) -> float:
        """Give the log prior density of theta."""
        return self.blocks[0].model.log_prior(theta)

    def at(self, theta: Floats) -> BlockState:
        """Fit all blocks at given hyperparameters."""
        d, prior = len(theta), self.log_prior(theta)
        told = np.zeros(2 + d + d * d)
        for own in in_order(partial(b.link.evidence, theta) for b in self.blocks if b.link):
            told += own
        information = told[2 + d :].reshape(d, d)
        return BlockState(theta, prior + told[0], prior + told[1], told[2 : 2 + d], information)

    def gradient(self, state: BlockState) -> tuple[Floats, Floats]:
        """Give the derivatives of the composite log posterior, and its information."""
        return with_prior(self.log_prior, state.theta, state.slope, state.information)

    def visit(self, theta: Floats) -> tuple[float, Shown]:
        """Give the corrected log posterior of hyperparameters, and the posterior of all areas."""
        corrected, precision = self.log_prior(theta), 1 / self.blocks[0].model.effect_variance
        told, pull, parts = np.diag(precision), np.zeros(len(precision)), []
        for own, part in in_order(partial(block.visit, theta) for block in self.blocks):
            parts.append(part)
            if own is not None:
                corrected, told, pull = corrected + own[0], told + own[1], pull + own[2]
        agreed = np.asarray(np.linalg.inv(told), dtype=np.float64)
        return corrected, self._joined(parts, agreed @ pull, agreed)

    def bare(self) -> BlockModel:
        """Give what draws need, without what fields have computed."""
        blocks = tuple(replace(b, model=b.model.bare(), link=None) for b in self.blocks)
        return BlockModel(self.field.bare(), blocks)

    def draws(self, theta: Floats, draws: int, seed: int) -> NDArray[np.float32]:
        """Draw areas together within blocks: see `standard_draws`."""
        whole = np.empty((draws, len(self.field.layout.centres)), dtype=np.float32)
        tasks = (partial(b.draws, theta, draws, seed + j) for j, b in enumerate(self.blocks))
        for block, own in zip(self.blocks, in_order(tasks), strict=True):
            whole[:, block.areas[block.core]] = own
        return whole

    def _joined(self, parts: Sequence[Moments], mean: Floats, covariance: Floats) -> Shown:
        """Give each area what its block says, with the effects that all schools agree on."""
        shown = [np.empty((3, len(self.field.layout.centres))) for _ in range(3)]
        for block, part in zip(self.blocks, parts, strict=True):
            own_parts = (part.field, part.predictor, part.around)
            for out, own, tie in zip(shown, own_parts, part.ties, strict=False):
                agreed = _with_effects(own, tie, part, (mean, covariance))
                out[:, block.areas[block.core]] = agreed[:, block.core]
        units = self.blocks[0].model.units
        sd = np.sqrt(np.diag(units @ covariance @ units.T))
        effects = np.stack([units @ mean, sd, np.zeros(len(mean))])
        return shown[0], shown[1], shown[2], effects


def _with_effects(own: Floats, tie: Floats, part: Moments, agreed: tuple[Floats, Floats]) -> Floats:
    """Put the effects that all blocks agree on in the place of those of one block."""
    mean, covariance = agreed
    gain = np.linalg.solve(part.ties[3], tie.T).T
    moved = own[0] + gain @ (mean - part.effects[0])
    variance = own[1] ** 2 + np.einsum("ij,jk,ik->i", gain, covariance - part.ties[3], gain)
    return np.stack([moved, np.sqrt(np.maximum(variance, 0.0)), own[2]])


class _Part(NamedTuple):
    """Some schools with their areas, and what Matern fields of them share."""

    data: Data
    layout: Layout


def block_models(
    data: Data, fields: Sequence[MaternField], make: MakeModel, size: CellSize = CELL_SIZE
) -> list[BlockModel]:
    """Divide a place into blocks, the same for all fields; `make` makes the model of a part."""
    whole = fields[0].layout
    blocks: list[list[Block]] = [[] for _ in fields]
    for cell in cells(whole.centres, data.share, whole.around, size):
        shown, link = _part(data, whole, cell.schools, cell.areas), _linked(data, whole, cell)
        for field, made in zip(fields, blocks, strict=True):

            def model(part: _Part, field: MaternField = field) -> Model:
                inner = replace(field, layout=part.layout, prior=field.range_prior)
                return make(part.data, inner, part.layout.around)

            chain = None
            if link is not None:
                both, before, rows = link
                chain = Link(model(both), None if before is None else model(before), rows)
            made.append(Block(model(shown), cell.areas, cell.core, chain))
    return [BlockModel(field, tuple(made)) for field, made in zip(fields, blocks, strict=True)]


def _linked(data: Data, whole: Layout, cell: Cell) -> tuple[_Part, _Part | None, Places] | None:
    """Give a cell's own schools with the nearest earlier ones, and those alone, as catchments."""
    if not len(cell.own):
        return None
    schools = np.union1d(cell.own, cell.before)
    areas = np.unique(data.share[schools].indices)
    both = _part(data, whole, schools, areas)
    rows = pd.unique(both.data.catchment[np.searchsorted(schools, cell.before)])
    before = _part(data, whole, cell.before, areas) if len(cell.before) else None
    return both, before, rows


def _part(data: Data, whole: Layout, schools: Places, areas: Places) -> _Part:
    """Take some schools and areas out of a place."""
    part = data.part(schools, areas)
    around = csr_array(whole.around[areas][:, areas])
    return _Part(part, Layout(whole.centres[areas], part.catchments, around, whole.single))
