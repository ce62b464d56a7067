"""Cards and maps of whatever is in focus: a neighbourhood, a tract or a school."""
