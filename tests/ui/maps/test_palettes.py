from itertools import combinations, pairwise

import numpy as np
import pandas as pd
import pytest

from analytics.hotspots.consensus.agreement import AGREEMENT
from tests.colours import MACHADO, contrast, delta_e, lab
from ui import languages
from ui.drivers.together import bivariate_scale
from ui.maps import scales as palettes
from ui.maps.scales import HOT_COLD, HOT_SPOT_WORDS, NOT_SHOWN
from ui.plan.serving import reach_scale
from ui.plan.sites import site_scale


def all_scales():
    return {
        "hot_cold": palettes.hot_cold_scale(),
        "circles": palettes.circle_scale(),
        "agreement": palettes.agreement_scale(),
        "exceedance": palettes.exceedance_scale(),
        "rate": palettes.rate_scale(),
        "ratio": palettes.ratio_scale(),
        "driver": palettes.driver_scale(pd.Series(np.linspace(0, 1, 100)), "percentile"),
        "bivariate": bivariate_scale(),
        "services within reach": reach_scale(),
        "sites before and after": site_scale(),
    }


def test_the_simulation_knows_its_own_truths():
    # Black on white is 21; the red and green of equal lightness that deuteranopes confuse.
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert lab("#ffffff", "typical") == pytest.approx([100, 0, 0], abs=1e-6)
    assert delta_e("#c0504d", "#6b7d2c") > 40
    assert delta_e("#c0504d", "#6b7d2c", "deuteranopia") < 20


def test_hot_and_cold_colours_are_the_ones_agreed():
    assert list(HOT_COLD.values())[:7] == [
        "#b2182b", "#e06c50", "#f7b799", "#e2dfd9", "#a5cde3", "#4d94c4", "#2166ac",
    ]  # fmt: skip
    assert list(HOT_COLD) == [
        "hot 99", "hot 95", "hot 90", "not significant", "cold 90", "cold 95", "cold 99",
        "not shown",
    ]  # fmt: skip


@pytest.mark.parametrize("viewer", MACHADO)
@pytest.mark.parametrize("name", all_scales())
def test_every_pair_of_classes_can_be_told_apart(name, viewer):
    colours = all_scales()[name].colours[:-1]
    closest = min(delta_e(a, b, viewer) for a, b in combinations(colours, 2))
    assert closest > 11, f"{name} for {viewer}: {closest:.1f}"


@pytest.mark.parametrize("viewer", MACHADO)
def test_hot_and_cold_of_equal_sureness_are_far_apart(viewer):
    for level in ("99", "95", "90"):
        assert delta_e(HOT_COLD[f"hot {level}"], HOT_COLD[f"cold {level}"], viewer) > 25


@pytest.mark.parametrize("ground", ["#ffffff", HOT_COLD["not significant"]])
def test_borders_dots_and_strongest_classes_have_three_to_one(ground):
    for colour in (
        palettes.BORDER,
        palettes.NOT_SHOWN_MARK,
        HOT_COLD["hot 99"],
        HOT_COLD["cold 99"],
    ):
        assert contrast(colour, ground) >= 3


def test_sure_classes_have_three_to_one_on_the_page():
    for label in ("hot 99", "hot 95", "cold 95", "cold 99"):
        assert contrast(HOT_COLD[label], "#ffffff") >= 3


def test_selection_stands_out_on_every_colour():
    # The dark outline or its white halo has 3:1 against whatever lies beneath.
    for scale in all_scales().values():
        for colour in scale.colours:
            pair = (palettes.SELECTION, palettes.SELECTION_HALO)
            assert max(contrast(colour, mark) for mark in pair) >= 3
    assert contrast(palettes.SELECTION, palettes.SELECTION_HALO) >= 7


def test_text_is_readable():
    assert contrast(palettes.TEXT, "#ffffff") >= 7


@pytest.mark.parametrize("name", ["rate", "driver"])
def test_sequential_colours_darken_steadily_in_grey(name):
    grey = [lab(colour, "typical")[0] for colour in all_scales()[name].colours[:-1]]
    assert all(light - dark > 8 for light, dark in pairwise(grey))


def test_each_arm_of_hot_and_cold_darkens_in_grey():
    grey = {label: lab(colour, "typical")[0] for label, colour in HOT_COLD.items()}
    for arm in ("hot", "cold"):
        order = ["not significant", f"{arm} 90", f"{arm} 95", f"{arm} 99"]
        assert all(grey[a] - grey[b] > 8 for a, b in pairwise(order))


def test_every_class_of_agreement_has_a_colour_in_the_order_of_the_analysis():
    scale = palettes.agreement_scale()
    assert scale.labels == AGREEMENT
    assert len(set(scale.colours)) == len(AGREEMENT)


@pytest.mark.parametrize("name", ["hot_cold", "agreement", "exceedance", "bivariate"])
def test_named_classes_have_words_of_their_own_and_end_with_not_shown(name):
    scale = all_scales()[name]
    assert scale.named
    assert len(set(scale.words)) == len(scale.words) == len(scale.labels)
    assert len(set(scale.codes)) == len(scale.codes)
    assert scale.labels[-1] == scale.words[-1] == NOT_SHOWN
    assert scale.encode(pd.Series(scale.labels)) == "".join(scale.codes)


@pytest.mark.parametrize("viewer", MACHADO)
@pytest.mark.parametrize(("name", "arms"), [("agreement", 3), ("exceedance", 2)])
def test_opposite_ends_of_agreement_and_exceedance_are_far_apart(name, arms, viewer):
    colours = all_scales()[name].colours
    cold = colours[arms + 1 : 2 * arms + 1][::-1]
    assert all(delta_e(a, b, viewer) > 25 for a, b in zip(colours[:arms], cold, strict=True))


@pytest.mark.parametrize(("name", "arms"), [("agreement", 3), ("exceedance", 2)])
def test_each_arm_of_agreement_and_exceedance_darkens_in_grey(name, arms):
    grey = [lab(colour, "typical")[0] for colour in all_scales()[name].colours]
    hot, cold = grey[: arms + 1], grey[arms : 2 * arms + 1]
    assert all(light - dark > 8 for dark, light in pairwise(hot))
    assert all(light - dark > 8 for light, dark in pairwise(cold))


def test_the_words_of_each_kind_of_map_are_those_of_its_scale():
    scales = {"consensus": "agreement", "test": "hot_cold", "membership": "exceedance"}
    for kind, name in {**scales, "scan": "circles"}.items():
        scale = all_scales()[name]
        words = {**HOT_SPOT_WORDS[kind], NOT_SHOWN: NOT_SHOWN}
        told = {label: languages.text(said) for label, said in words.items()}
        assert told == dict(zip(scale.labels, scale.words, strict=True))


def test_lines_of_the_hatch_can_be_seen_on_the_classes_they_cross():
    scale = palettes.agreement_scale()
    crossed = [c for name, c in zip(scale.labels, scale.colours, strict=True) if "one only" in name]
    assert len(crossed) == 2
    assert all(contrast(palettes.HATCH, colour) >= 3 for colour in crossed)


def test_the_outline_of_the_brush_can_be_seen_on_every_class():
    for name in ("agreement", "hot_cold", "exceedance"):
        scale = all_scales()[name]
        dim = [
            label
            for label, colour in zip(scale.labels, scale.colours, strict=True)
            if contrast(palettes.SELECTION, colour) < 2
        ]
        assert dim == []


@pytest.mark.parametrize("viewer", MACHADO)
def test_the_corners_of_the_bivariate_map_are_far_apart(viewer):
    scale = bivariate_scale()
    colours = dict(zip(scale.labels, scale.colours, strict=True))
    corners = [colours[f"{a}-{d}"] for a in ("low", "high") for d in ("low", "high")]
    assert min(delta_e(a, b, viewer) for a, b in combinations(corners, 2)) > 35


@pytest.mark.parametrize("flipped", [False, True])
def test_where_both_are_hardest_is_the_darkest_in_grey_by_far(flipped):
    scale = bivariate_scale(flipped=flipped)
    grey = {
        label: lab(colour, "typical")[0]
        for label, colour in zip(scale.labels, scale.colours, strict=True)
    }
    hard = grey.pop("high-low" if flipped else "high-high")
    assert all(other - hard > 30 for other in grey.values())


def test_the_condition_is_flipped_and_absence_is_not():
    plain, flipped = bivariate_scale(), bivariate_scale(flipped=True)
    assert plain.labels == flipped.labels
    there = dict(zip(flipped.labels, flipped.colours, strict=True))
    turned = {"low": "high", "middle": "middle", "high": "low"}
    for label, colour in zip(plain.labels[:-1], plain.colours[:-1], strict=True):
        absence, driver = label.split("-")
        assert there[f"{absence}-{turned[driver]}"] == colour


@pytest.mark.parametrize("name", ["driver", "agreement", "rate", "bivariate"])
def test_lines_and_letters_can_be_seen_on_every_class(name):
    for colour in all_scales()[name].colours:
        assert contrast(palettes.hatch_on(colour), colour) >= 3, colour
        assert contrast(palettes.ink_on(colour), colour) >= 3.9, colour
