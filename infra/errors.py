"""The two ways in which maslow fails: the input was wrong, or the work did not succeed."""


class InputError(Exception):
    """The input was wrong, and nothing was done; the message says what is allowed. Status 2."""


class WorkError(Exception):
    """The work was begun and failed; the message says what, and what is left. Status 1."""
