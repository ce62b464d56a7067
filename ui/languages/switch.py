"""The choice of language, and the mark of it on the page."""

from __future__ import annotations

import streamlit as st

from ui import languages


def begin() -> None:
    """Speak the language of this session, or of the link that opened it, from here on."""
    code = st.session_state.get("lang", st.query_params.get("lang", ""))
    languages.speak(code if code in languages.offered() else "")


def switch() -> None:
    """Draw a button for each language that is not the one of this run, in that language."""
    for code, name in languages.offered().items():
        if code != languages.spoken():
            st.button(name, key=f"speak-{code or 'en'}", on_click=_speak, args=(code,))


def mark_page() -> None:
    """Tell the browser the language of the page, for screen readers and hyphenation."""
    script = f"<script>document.documentElement.lang = '{languages.tag()}'</script>"
    st.html(script, unsafe_allow_javascript=True)


def files_note() -> None:
    """Say in another language that files to take home are in English."""
    if languages.spoken():
        st.caption(languages.text("The files are in English."))


def _speak(code: str) -> None:
    st.session_state["lang"] = code
