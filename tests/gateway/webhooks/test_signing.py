"""Webhook messages, checked by the convention's own library."""

import json
import time

import pytest
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from gateway.webhooks.signing import Message, message_of, secret_of, signed_headers

SECRET = secret_of(bytes(range(32)))
OTHER = secret_of(bytes(24))
MESSAGE = message_of("msg_1", "order.confirmed", 1_795_000_000_000, {"order": "cabc-oxyz"})


def test_a_receiver_with_the_conventions_library_accepts_a_message() -> None:
    told = Webhook(SECRET).verify(MESSAGE.body, signed_headers(MESSAGE, int(time.time()), SECRET))
    assert told == {"type": "order.confirmed", "timestamp": "2026-11-18T11:06:40Z", "data": {"order": "cabc-oxyz"}}


@pytest.mark.parametrize("secret", [SECRET, OTHER])
def test_while_one_secret_follows_another_both_receivers_accept(secret: str) -> None:
    Webhook(secret).verify(MESSAGE.body, signed_headers(MESSAGE, int(time.time()), OTHER, SECRET))


def test_a_changed_message_is_not_accepted() -> None:
    headers = signed_headers(MESSAGE, int(time.time()), SECRET)
    forged = json.dumps({"type": "order.confirmed", "data": {"order": "another"}}).encode()
    for body, sent in ((forged, headers), (MESSAGE.body, headers | {"webhook-id": "msg_2"})):
        with pytest.raises(WebhookVerificationError):
            Webhook(SECRET).verify(body, sent)


def test_a_message_of_an_hour_ago_is_not_accepted() -> None:
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(MESSAGE.body, signed_headers(MESSAGE, int(time.time()) - 3_600, SECRET))


@pytest.mark.parametrize("random", [b"", bytes(23), bytes(65)])
def test_a_secret_of_another_size_is_refused(random: bytes) -> None:
    with pytest.raises(ValueError, match="24 to 64"):
        secret_of(random)


@pytest.mark.parametrize("secret", ["", "whsec_%%%", "c2VjcmV0"])
def test_a_text_that_is_no_secret_signs_nothing(secret: str) -> None:
    with pytest.raises(ValueError, match="a webhook secret"):
        signed_headers(Message("msg_1", b"{}"), 1, secret)


def test_a_message_is_small() -> None:
    with pytest.raises(ValueError, match="more than"):
        message_of("msg_1", "order.confirmed", 0, {"order": "x" * 30_000})
