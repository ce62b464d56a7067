"""Blocks of the page This year: the calendar beside the list, and what stands in its folds."""
