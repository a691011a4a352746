"""A ``localstripe`` process on a free port of this machine, for tests."""

import json
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.support.product import free_port, wait_until

KEY = "sk_test_12345"


class LocalStripe:
    """What tests do there that no product does: pay, and have notices sent."""

    def __init__(self, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}"

    def call(self, method: str, path: str, **fields: str) -> Any:
        body = urllib.parse.urlencode(fields).encode() if fields else None
        request = urllib.request.Request(self.base + path, body, {"Authorization": f"Bearer {KEY}"}, method=method)  # noqa: S310 - our own process
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - our own process
            text = answer.read()
            return json.loads(text) if text else None

    def alive(self) -> bool:
        try:
            self.call("GET", "/v1/customers")
        except OSError:
            return False
        return True

    def notify(self, url: str, secret: str) -> None:
        """Has every event sent there."""
        self.call("POST", "/_config/webhooks/ours", url=url, secret=secret)

    def pay(self, intent: str, number: str = "4242424242424242") -> Any:
        """The buyer types this card's number into the payment form."""
        fields = {"type": "card", "card[number]": number, "card[exp_month]": "12", "card[exp_year]": "2035"}
        method = self.call("POST", "/v1/payment_methods", **fields, **{"card[cvc]": "123"})
        self.call("POST", f"/v1/payment_intents/{intent}", payment_method=method["id"])
        return self.call("POST", f"/v1/payment_intents/{intent}/confirm")


@contextmanager
def localstripe() -> Iterator[LocalStripe]:
    """Started empty, ended afterwards."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "localstripe", "--port", str(port), "--from-scratch"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    stripe = LocalStripe(port)
    try:
        wait_until(stripe.alive, 30, "localstripe")
        yield stripe
    finally:
        process.kill()
        process.wait(10)
