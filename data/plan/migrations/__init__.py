"""Migrations of the plan's database, run by `data.plan.database` on first use."""
