"""The page that asks whether a programme worked."""
