"""Attendance of the school year under way: daily figures, roll-ups, and when they were read.

They change every day and lie in the store beside the panel (`data.in_year.store`).
"""
