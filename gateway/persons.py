"""People as the vault tells of them: fields by subject; those who were erased are missing."""

from collections.abc import Mapping

People = Mapping[str, Mapping[str, str]]

NOBODY: People = {}
