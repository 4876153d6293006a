"""How what this package lacks is told."""


def lacking(what: str) -> AttributeError:
    """The error for something of AWS's `awsglue` that is not here."""
    return AttributeError(f"The embedded AWS has no {what} of awsglue.")


def refuse_more(call: str, given: dict[str, object]) -> None:
    """Raise ValueError for arguments of a call that are given and not obeyed."""
    for name, value in given.items():
        if value:
            raise ValueError(f"The embedded AWS does not take {name} of {call}.")
