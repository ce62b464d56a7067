import numpy as np
import pandas as pd
import pytest

from data.store.provenance import LedgerEntry, Source
from ui.tables import columns
from ui.tables import display as tables


def schools():
    return pd.DataFrame(
        {
            "name": ["Oak", "Elm", "Ash", "Fir", "Yew"],
            "level": ["high", "k8", "early", "middle", "high"],
            "enrolled": [1200.0, 120, 40, 25, 50],
            "chronic_absent": [351.0, 11, 7, np.nan, np.nan],
            "rate": [0.2925, 0.0917, 0.175, np.nan, np.nan],
            "low": [0.2675, 0.052, 0.08, np.nan, np.nan],
            "high": [0.319, 0.157, 0.32, np.nan, np.nan],
            "ratio": [1.254, 0.4, 0.9, np.nan, np.nan],
            "lower": [351, 11, 7, 1, 48],
            "upper": [351, 11, 7, 9, 50],
            "status": ["reported", "reported", "unreliable", "suppressed", "suppressed"],
            "reason": ["", "", "Q2", "P2", "P4"],
        },
        index=pd.Index(list("abcde"), name="school_id"),
    )


def test_figures_are_written_as_agreed():
    table = tables.display_frame(schools(), ["name", "level", "enrolled", "rate", "interval"])
    assert list(table.columns) == ["Name", "Level", "Students", "Rate", "As its schools differ"]
    assert table.loc["a"].str.strip().tolist() == [
        "Oak",
        "High",
        "1,200",
        "29.3\xa0%",
        "26.8–31.9\xa0%",
    ]
    assert table.loc["b"].str.strip().tolist() == ["Elm", "K-8", "120", "9\xa0%", "5–16\xa0%"]


def test_withheld_figures_say_why_everywhere():
    columns = ["rate", "chronic_absent", "interval", "ratio"]
    table = tables.display_frame(schools(), columns)
    assert table.loc["c", "Rate"] == "not shown: the interval is too wide to be of use"
    assert table.loc["d", "Rate"] == "not shown: fewer than 10 students"
    assert table.loc["e", "Rate"] == "96\xa0% or more"
    others = table.drop(columns="Rate")
    assert others.loc[["c", "d", "e"]].eq("not shown").all(axis=None)
    alone = tables.display_frame(schools(), ["enrolled", "ratio"])
    assert alone.loc["d", "Ratio"] == "not shown: fewer than 10 students"
    hidden = table.loc[["c", "d", "e"]]
    assert not hidden.isin(["", "0", "-", "–", "7", "0\xa0%", "18\xa0%"]).any(axis=None)


def test_the_policy_in_force_names_its_number():
    table = tables.display_frame(schools(), ["rate"], minimum=20)
    assert table.loc["d", "Rate"] == "not shown: fewer than 20 students"


def test_shown_column_withholds_too():
    frame = schools().iloc[:1].assign(shown=False)
    assert tables.display_frame(frame, ["rate"])["Rate"].iloc[0].startswith("not shown")
    assert tables.withhold(frame)["rate"].isna().all()


def test_an_empty_figure_is_never_zero_or_empty():
    frame = pd.DataFrame({"enrolled": [np.nan, 0.0], "rate": [np.nan, 0.0]})
    table = tables.display_frame(frame, ["enrolled", "rate"])
    assert table.iloc[0].tolist() == ["not shown: no figure"] * 2
    assert table.iloc[1].str.strip().tolist() == ["0", "0\xa0%"]


def test_a_change_that_is_not_known_is_not_compared():
    frame = pd.DataFrame({"paired": [np.nan, -0.0004], "composition": [np.nan, 0.011]})
    table = tables.display_frame(frame, ["paired", "composition"])
    assert table.iloc[0].tolist() == ["not compared"] * 2
    assert table.iloc[1].str.strip().tolist() == ["0.0", "+1.1"]


def test_a_withheld_enrolment_is_not_shown():
    frame = schools().iloc[3:4].assign(enrolled=np.nan, reason="P1")
    row = tables.display_frame(frame, ["enrolled", "rate"]).iloc[0]
    assert row.tolist() == ["not shown", "not shown: 10 or fewer students enrolled"]


def test_alphabetical_sorting_is_numerical():
    frame = pd.DataFrame({"enrolled": [5.0, 12_000, 900], "rate": [0.09, 0.101, 1.0]})
    for name in frame:
        shown = tables.display_frame(frame, [name]).iloc[:, 0]
        assert shown.sort_values().index.tolist() == frame[name].sort_values().index.tolist()


def test_the_index_can_be_a_column_and_stays_the_index():
    table = tables.display_frame(schools(), ["school_id", "rate"])
    assert table["School id"].tolist() == list("abcde")
    assert table.index.tolist() == list("abcde")


def test_input_is_left_alone():
    frame = schools()
    tables.display_frame(frame, ["name", "level"])
    tables.withhold(frame)
    pd.testing.assert_frame_equal(frame, schools())


def test_empty_table_keeps_its_headings():
    table = tables.display_frame(schools().iloc[:0], ["name", "rate", "interval"])
    assert list(table.columns) == ["Name", "Rate", "As its schools differ"]
    assert table.empty


def test_unknown_columns_are_refused():
    with pytest.raises(KeyError):
        tables.display_frame(schools().assign(z=2.0), ["z"])


def test_withhold_empties_and_explains():
    table = tables.withhold(schools())
    assert (
        table.loc[["c", "d", "e"], ["chronic_absent", "rate", "low", "high", "ratio"]]
        .isna()
        .all(axis=None)
    )
    assert table.loc["a", "chronic_absent"] == 351
    # An unreliable row's bounds are its count; a limit of rule P4 is public.
    assert table.loc["c", ["lower", "upper"]].isna().all()
    assert table.loc["e", ["lower", "upper"]].tolist() == [48, 50]
    assert table["note"].eq("").tolist() == [True, True, False, False, False]


def test_drivers_in_their_units():
    frame = pd.DataFrame(
        {
            "name": ["A", "B", "C"],
            "neighbourhood": "",
            "value": [0.214, 52_000.0, np.nan],
            "moe": [0.03, np.nan, np.nan],
            "unit": ["fraction", "usd", None],
            "reliability": ["high", "undefined", None],
            "status": ["reported", "reported", None],
        }
    )
    columns = ("name", "neighbourhood", "value", "moe", "reliability")
    table = tables.display_frame(frame, columns)
    assert table["Value"].str.strip().tolist() == [
        "21.4\xa0%",
        "$52,000",
        "not shown: no figure was published",
    ]
    assert table["Margin (90\xa0%)"].str.strip().tolist()[:2] == [
        "± 3.0\xa0%",
        "no margin published",
    ]
    assert table["Reliability"].iloc[0].startswith("High")


def test_every_field_says_what_it_is():
    for name, field in columns.COLUMNS.items():
        assert field.heading, name
        assert field.unit, name
        assert field.description.endswith(".") or "'" in field.description, name
    rows = tables.dictionary(["name", "rate", "note"])
    assert rows["column"].tolist() == ["name", "rate", "note"]
    with pytest.raises(KeyError):
        tables.dictionary(["z"])


def test_ledger_and_sources():
    entry = LedgerEntry("a", "schools", "dropped", "closed", 1200, ("1", "2"))
    assert tables.ledger_table([entry]).iloc[0].tolist() == [
        "a", "schools", "dropped", "closed", "1,200", "1, 2",
    ]  # fmt: skip
    source = Source("a", "P", "T", "u", "v", "r", "l", "s")
    assert tables.source_table([source])["Publisher"].tolist() == ["P"]
    assert tables.ledger_table([]).empty


def test_column_settings_put_figures_right():
    config = tables.column_config(["name", "rate"])
    assert config["Name"]["alignment"] == "left"
    assert config["Rate"]["alignment"] == "right"
