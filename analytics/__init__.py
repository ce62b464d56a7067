"""Statistics on Series, arrays and weights; no files, no screen."""
