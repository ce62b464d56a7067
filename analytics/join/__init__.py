"""How good a school-tract join is, and how far its doubt reaches."""
