"""Reads the settings: ``default.toml``, then a file of the operator's, then the environment; typed, frozen, checked.

A wrong value stops the start with one sentence that says which setting, what was given and
what is expected.
"""

import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any, NamedTuple, get_type_hints

import msgspec
from msgspec import Struct

from config.addresses import Address
from config.expectations import expectation
from config.sections import (
    Accounts,
    Actors,
    Courier,
    Entities,
    Gateway,
    Logs,
    Mail,
    Payments,
    Storage,
    Timers,
    Vault,
    Webhooks,
)

DEFAULTS = Path(__file__).with_name("default.toml")
PREFIX = "CONTOSO_"
SHORT_NAMES = {
    "CONTOSO_DATA": ("storage", "directory"),
    "CONTOSO_ADDRESS": ("gateway", "address"),
    "CONTOSO_OPERATOR_ADDRESS": ("gateway", "operator_address"),
}


class ConfigurationError(Exception):
    """A setting can't be what it is; the message is one sentence for the operator."""


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """All settings, section by section."""

    storage: Storage
    vault: Vault
    gateway: Gateway
    accounts: Accounts
    webhooks: Webhooks
    mail: Mail
    payments: Payments
    courier: Courier
    entities: Entities
    timers: Timers
    actors: Actors
    logs: Logs

    @property
    def data(self) -> Path:
        """The data directory; absolute."""
        return Path(self.storage.directory)


class _Given(NamedTuple):
    """A value before it is checked; ``source`` is a file's name or an environment variable."""

    value: Any
    source: str


_SECTIONS: dict[str, type[Struct]] = get_type_hints(Settings)
_FIELDS: dict[tuple[str, str], Any] = {
    (section, name): hint
    for section, struct in _SECTIONS.items()
    for name, hint in get_type_hints(struct, include_extras=True).items()
}
_VARIABLES = {f"{PREFIX}{section}_{name}".upper(): (section, name) for section, name in _FIELDS} | SHORT_NAMES


_ASCENDING = (
    ("gateway.batch_items_max", "gateway.waiting_per_target_max"),
    ("gateway.request_body_bytes_max", "gateway.batch_bytes_max"),
    ("gateway.batch_bytes_max", "actors.frame_bytes_max"),
    ("gateway.drain_ms", "actors.drain_ms"),
    ("timers.tick_ms_min", "timers.tick_ms_max"),
    ("entities.awake_max", "actors.pending_transmits_max"),
    ("mail.timeout_ms", "courier.lease_ms"),
    ("payments.stripe_timeout_ms", "courier.lease_ms"),
    ("courier.webhooks_per_target_max", "courier.webhooks_at_once_max"),
)


def load(environ: Mapping[str, str], file: Path | None = None) -> Settings:
    """The settings in force: the environment goes before ``file``, that before the defaults.

    Raises ``ConfigurationError`` for the first setting that is unknown, missing or wrong,
    or can't stand beside another.
    """
    given: dict[tuple[str, str], _Given] = {}
    for path in (DEFAULTS, file):
        if path is not None:
            given.update(_read(path))
    given.update(_from_environment(environ))
    values: dict[str, dict[str, Any]] = {section: {} for section in _SECTIONS}
    for (section, name), hint in _FIELDS.items():
        if (section, name) not in given:
            raise ConfigurationError(f"The setting {section}.{name} is missing from {DEFAULTS.name}.")
        values[section][name] = _convert(f"{section}.{name}", given[section, name], hint)
    values["storage"]["directory"] = os.path.abspath(values["storage"]["directory"])
    sections: dict[str, Any] = {section: struct(**values[section]) for section, struct in _SECTIONS.items()}
    settings = Settings(**sections)
    _check_together(settings)
    return settings


def _read(path: Path) -> Iterator[tuple[tuple[str, str], _Given]]:
    try:
        sections = tomllib.loads(path.read_text("utf-8"))
    except OSError as problem:
        raise ConfigurationError(f"The configuration {path} can't be read: {problem.strerror}.") from problem
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise ConfigurationError(f"The configuration {path} is not TOML: {problem}.") from problem
    for section, values in sections.items():
        if section not in _SECTIONS or not isinstance(values, dict):
            raise ConfigurationError(f"{path.name} has [{section}], {_nearest(section, _SECTIONS)}.")
        for name, value in values.items():
            if (section, name) not in _FIELDS:
                known = [known for owner, known in _FIELDS if owner == section]
                raise ConfigurationError(f"{path.name} sets {section}.{name}, {_nearest(name, known)}.")
            yield (section, name), _Given(value, path.name)


def _from_environment(environ: Mapping[str, str]) -> Iterator[tuple[tuple[str, str], _Given]]:
    for variable, text in sorted(environ.items()):
        if not variable.startswith(PREFIX):
            continue
        if variable not in _VARIABLES:
            raise ConfigurationError(f"The environment has {variable}, {_nearest(variable, _VARIABLES)}.")
        yield _VARIABLES[variable], _Given(text, variable)


def _nearest(name: str, known: Any) -> str:
    near = difflib.get_close_matches(name, list(known), n=1)
    return "which is no setting" + (f"; {near[0]} is one" if near else "")


def _convert(setting: str, given: _Given, hint: Any) -> Any:
    """The value in its type: strictly from a file, from its text form out of the environment."""
    from_text = given.source in _VARIABLES
    value = given.value
    try:
        if hint is Address:
            return Address.parse(value)
        if hint == tuple[str, ...] and from_text:
            value = [part.strip() for part in value.split(",") if part.strip()]
        return msgspec.convert(value, hint, strict=not from_text)
    except (msgspec.ValidationError, ValueError, TypeError) as problem:
        raise ConfigurationError(
            f"{setting} is {given.value!r} (from {given.source}), but it must be {expectation(hint)}."
        ) from problem


def _check_together(settings: Settings) -> None:
    """What no type can say: settings that limit one another."""
    gateway, actors = settings.gateway, settings.actors
    for network in gateway.trusted_proxies:
        _must(_is_network(network), f"gateway.trusted_proxies names {network!r}, but it must be networks as 10.0.0.0/8")
    _must(_is_ip(actors.host), f"actors.host is {actors.host!r}, but it must be an IP address as 127.0.0.1")
    _must(
        gateway.address != gateway.operator_address or gateway.address.port == 0,
        f"gateway.operator_address is {gateway.operator_address}, but gateway.address is the same",
    )
    for lower, upper in _ASCENDING:
        low, high = _value(settings, lower), _value(settings, upper)
        _must(low <= high, f"{lower} is {low}, but it must not be above {upper}, which is {high}")


def _value(settings: Settings, setting: str) -> int:
    section, name = setting.split(".")
    value = getattr(getattr(settings, section), name)
    assert isinstance(value, int)
    return value


def _must(holds: bool, sentence: str) -> None:
    if not holds:
        raise ConfigurationError(f"{sentence}.")


def _is_network(text: str) -> bool:
    try:
        ip_network(text)
    except ValueError:
        return False
    return True


def _is_ip(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
