"""What goes wrong for reasons that the person at the keyboard can put right."""


class DataError(ValueError):
    """Input, a file or a folder is not as needed; the message says what, where and what to do."""
