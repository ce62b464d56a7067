"""Voices stand in the plan's database: the same on SQLite and on PostgreSQL."""

from tests.data.plan.conftest import empty as empty
from tests.data.plan.conftest import kind as kind
from tests.data.plan.conftest import plan as plan
