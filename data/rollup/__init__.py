"""From records of students to counts of schools, inside the agency that holds the records.

Reads attendance, enrolment and calendars, counts by school, month and group, and writes what the
display gate lets pass. No record, and no id of a student, is written, logged or printed.
"""
