"""Voices in the plan's database, under the rules of the plan: versions, history, undo."""

from __future__ import annotations

from data.plan.store import Book
from data.plan.tables import VoiceHistoryRow, VoiceRow
from data.voices.note import Voice

VOICES = Book(VoiceRow, VoiceHistoryRow, Voice)
"""Give it to `data.plan.store.write`, `read`, `past` and `stamp`."""
