import streamlit as st

from ui import frame, queries
from ui.hotspots import checks
from ui.languages import text
from ui.places import across
from ui.queries import methods as queries_methods
from ui.words import answers
from ui.words import methods as method_text
from ui.words import standing as words
from ui.words.as_written import as_written

selection = frame.head(
    "Why should anyone trust this map?",
    options=("measure", "catchment", "alpha"),
    needs_figures=False,
    page="methods",
)
nulls = queries_methods.null_comparison(selection)

frame.answer(method_text.null_answer(nulls))
frame.figures(method_text.null_figures(nulls))
st.write(as_written(text(words.NULL_MEANING)))
frame.how_sure(answers.year_basis(queries.dispersion(selection)))
checks.folds(selection)
method_text.note()
for heading, said in method_text.paragraphs(queries.panel(selection), selection).items():
    frame.fold(heading, f"method-{heading}", method_text.draw, said)
frame.fold("How this place counts", "definition", across.own_rules, selection)
items = "".join(f"<li>{item}</li>" for item in method_text.REFERENCES)
frame.fold("References", "references", st.html, f"<ul>{items}</ul>")
frame.limits(selection, words.TRACT_MEANING, words.ASSOCIATION)
