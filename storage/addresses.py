"""E-mail addresses as they are compared: two spellings of one address are one person."""

import unicodedata


def normal_address(email: str) -> str:
    """Composed, without surrounding space, in lower case; the local part too, as every large provider has it."""
    return unicodedata.normalize("NFKC", email).strip().casefold()
