"""Settings: three sources in order, strict types, and one sentence for what can't be."""

import re
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from config.addresses import Address
from config.settings import DEFAULTS, ConfigurationError, Settings, load


def refusal(environ: dict[str, str] | None = None, file: Path | None = None) -> str:
    with pytest.raises(ConfigurationError) as refused:
        load(environ or {}, file)
    return str(refused.value)


@pytest.fixture
def own_file(tmp_path: Path) -> Path:
    return tmp_path / "own.toml"


def test_the_defaults_are_what_the_interface_promises() -> None:
    settings = load({})
    assert str(settings.gateway.address) == "127.0.0.1:8080"
    assert str(settings.gateway.operator_address) == "127.0.0.1:8081"
    assert settings.gateway.request_body_bytes_max == 256 * 1024
    assert not settings.webhooks.allow_private
    assert settings.data == Path.cwd() / "var"


def test_every_default_has_a_comment_that_says_what_it_is_for() -> None:
    lines = DEFAULTS.read_text("utf-8").splitlines()
    bare = [line for before, line in pairwise(lines) if re.match(r"\w+ = ", line) and not before.startswith("#")]
    assert bare == ["tick_ms_max = 1000", "drain_ms = 10000"]  # Each the second of a pair under one comment.


def test_the_environment_goes_before_the_file_and_the_file_before_the_defaults(own_file: Path) -> None:
    own_file.write_text("[gateway]\ngateways = 2\nstreams_max = 7\n")
    settings = load({"CONTOSO_GATEWAY_GATEWAYS": "3", "HOME": "/"}, own_file)
    assert (settings.gateway.gateways, settings.gateway.streams_max) == (3, 7)
    assert settings.gateway.batch_items_max == load({}).gateway.batch_items_max


def test_the_usual_settings_have_short_names() -> None:
    settings = load(
        {
            "CONTOSO_DATA": "/srv/contoso",
            "CONTOSO_ADDRESS": "0.0.0.0:80",
            "CONTOSO_OPERATOR_ADDRESS": "[::1]:81",
            "CONTOSO_WEBHOOKS_ALLOW_PRIVATE": "1",
        }
    )
    assert settings.data == Path("/srv/contoso")
    assert settings.gateway.address == Address("0.0.0.0", 80)
    assert settings.gateway.operator_address == Address("::1", 81)
    assert settings.webhooks.allow_private


def test_a_list_comes_out_of_the_environment_divided_by_commas() -> None:
    settings = load({"CONTOSO_GATEWAY_TRUSTED_PROXIES": "10.0.0.0/8, fd00::/8"})
    assert settings.gateway.trusted_proxies == ("10.0.0.0/8", "fd00::/8")


def test_settings_travel_as_bytes() -> None:
    settings = load({"CONTOSO_ADDRESS": "[::1]:0"})
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(settings), type=Settings) == settings


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        (
            {"CONTOSO_GATEWAY_GATEWAYS": "many"},
            "gateway.gateways is 'many' (from CONTOSO_GATEWAY_GATEWAYS), but it must be a whole number from 1 to 64.",
        ),
        (
            {"CONTOSO_GATEWAY_GATEWAYS": "0"},
            "gateway.gateways is '0' (from CONTOSO_GATEWAY_GATEWAYS), but it must be a whole number from 1 to 64.",
        ),
        (
            {"CONTOSO_ADDRESS": "8080"},
            "gateway.address is '8080' (from CONTOSO_ADDRESS), "
            "but it must be host:port, as 127.0.0.1:8080 or [::1]:8080.",
        ),
        (
            {"CONTOSO_WEBHOOKS_ALLOW_PRIVATE": "perhaps"},
            "webhooks.allow_private is 'perhaps' (from CONTOSO_WEBHOOKS_ALLOW_PRIVATE), but it must be true or false.",
        ),
        (
            {"CONTOSO_LOGS_LEVEL": "loud"},
            "logs.level is 'loud' (from CONTOSO_LOGS_LEVEL), but it must be one of debug, error, info, warning.",
        ),
        (
            {"CONTOSO_DATA": ""},
            "storage.directory is '' (from CONTOSO_DATA), but it must be a text that is not empty.",
        ),
        (
            {"CONTOSO_ADRESS": "127.0.0.1:1"},
            "The environment has CONTOSO_ADRESS, which is no setting; CONTOSO_ADDRESS is one.",
        ),
        (
            {"CONTOSO_GATEWAY_TRUSTED_PROXIES": "10.0.0.0/8,proxy"},
            "gateway.trusted_proxies names 'proxy', but it must be networks as 10.0.0.0/8.",
        ),
        (
            {"CONTOSO_ACTORS_HOST": "localhost"},
            "actors.host is 'localhost', but it must be an IP address as 127.0.0.1.",
        ),
        (
            {"CONTOSO_ADDRESS": "127.0.0.1:8081"},
            "gateway.operator_address is 127.0.0.1:8081, but gateway.address is the same.",
        ),
        (
            {"CONTOSO_TIMERS_TICK_MS_MAX": "5"},
            "timers.tick_ms_min is 10, but it must not be above timers.tick_ms_max, which is 5.",
        ),
        (
            {"CONTOSO_ENTITIES_REFUSAL_MEMORY_MS": "1000"},
            "entities.refusal_memory_ms is '1000' (from CONTOSO_ENTITIES_REFUSAL_MEMORY_MS), "
            "but it must be a whole number from 86400000 to 31536000000.",
        ),
    ],
)
def test_a_wrong_value_is_answered_with_one_sentence(environ: dict[str, str], sentence: str) -> None:
    assert refusal(environ) == sentence


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[gateway]\ngateway = 2\n", "own.toml sets gateway.gateway, which is no setting; gateways is one."),
        ("[gatewy]\ngateways = 2\n", "own.toml has [gatewy], which is no setting; gateway is one."),
        ("gateways = 2\n", "own.toml has [gateways], which is no setting; gateway is one."),
        (
            '[gateway]\ngateways = "2"\n',
            "gateway.gateways is '2' (from own.toml), but it must be a whole number from 1 to 64.",
        ),
        (
            "[gateway]\ngateways = true\n",
            "gateway.gateways is True (from own.toml), but it must be a whole number from 1 to 64.",
        ),
        (
            "[gateway]\naddress = 8080\n",
            "gateway.address is 8080 (from own.toml), but it must be host:port, as 127.0.0.1:8080 or [::1]:8080.",
        ),
    ],
)
def test_a_file_is_read_strictly(own_file: Path, text: str, sentence: str) -> None:
    own_file.write_text(text)
    assert refusal(file=own_file) == sentence


def test_a_file_that_is_missing_or_no_toml_is_named(own_file: Path) -> None:
    assert refusal(file=own_file) == f"The configuration {own_file} can't be read: No such file or directory."
    own_file.write_text("[gateway\n")
    assert refusal(file=own_file).startswith(f"The configuration {own_file} is not TOML: ")


@pytest.mark.parametrize(
    "text", ["", ":80", "host", "host:", "host:65536", "::1:80", "[::1:80", "[zz]:80", "a b:80", "host:٣"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # Its message is the text itself, which may be empty.
        Address.parse(text)


def test_an_address_is_written_as_it_is_read() -> None:
    for text in ("127.0.0.1:8080", "localhost:0", "[::1]:65535"):
        assert str(Address.parse(text)) == text
