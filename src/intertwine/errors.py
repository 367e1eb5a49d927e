"""The one exception of the library."""


class IntertwineError(ValueError):
    """Bad input, or a mathematical contract that does not hold; the message says what to do."""
