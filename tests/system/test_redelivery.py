"""An organiser looks into what its webhook was told, and has it told again: over HTTP, by the running product."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from tests.support.product import running, wait_until
from tests.support.sales import Sale

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("system")]


class Receiver:
    """Answers with the status that the test sets, and keeps what came."""

    def __init__(self) -> None:
        self.status = 500
        self.came: list[tuple[dict[str, str], bytes]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.came.append((dict(self.headers.items()), body))
                self.send_response(outer.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *arguments: object) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hook"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


def test_a_message_that_failed_is_in_the_log_and_told_again_with_the_same_id(
    tmp_path: Path, receiver: Receiver
) -> None:
    with running(tmp_path / "data", CONTOSO_WEBHOOKS_ALLOW_PRIVATE="1") as product:
        sale = Sale(product)
        webhook = sale.webhook(receiver.url, "order.placed")
        log = f"/api/v1/organisers/{sale.organiser.id}/webhooks/{webhook['id']}/deliveries"

        def deliveries() -> Any:
            return product.call("GET", log, token=sale.organiser.token).body["items"]

        sale.order()
        wait_until(deliveries, what="the first attempt")
        failed = deliveries()[-1]
        assert (failed["event"], failed["attempt"], failed["status"]) == ("order.placed", 1, 500)
        assert failed["delivered"] is False
        assert failed["next_at"] is not None
        receiver.status = 204
        path = f"{log}/{failed['id']}/redeliver"
        assert product.call("POST", path, token=sale.organiser.token).status == 202
        wait_until(lambda: deliveries()[0]["delivered"], what="the other attempt")
        assert deliveries()[0]["id"] == failed["id"]
        count = len(receiver.came)  # Delivered: by itself it is sent no more.
        assert product.call("POST", path, token=sale.organiser.token).status == 202
        wait_until(lambda: len(receiver.came) > count, what="the message once more")
        for headers, body in receiver.came:
            told = Webhook(webhook["secret"]).verify(body, {name.lower(): value for name, value in headers.items()})
            assert told["type"] == "order.placed"
        assert len({headers["webhook-id"] for headers, _ in receiver.came}) == 1
        assert len({body for _, body in receiver.came}) == 1
        assert "example.org" not in json.dumps([body.decode() for _, body in receiver.came])
