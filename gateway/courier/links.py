"""Where mails lead to: addresses of this installation, signed so that whoever got the mail can open them."""

from typing import Literal

from gateway.mail.posting import LINKS
from gateway.order_keys import OrderKeys
from gateway.payments.offered import Payments
from gateway.payments.ports import ProviderName
from gateway.tokens import Tokens

_PAGES = {"invitation": "invitations", "password-reset": "password-resets"}


class Links:
    """``key``: the installation's secret for tokens."""

    def __init__(self, payments: Payments, key: bytes) -> None:
        self._payments, self._public_url = payments, payments.public_url
        self._orders, self._reservations, self._mailed = OrderKeys(key), Tokens(key, b"reservation"), Tokens(key, LINKS)

    def order(self, order: str) -> str:
        """The order, for reading."""
        return f"{self._public_url}{self._orders.path(order)}"

    def payment(self, order: str, provider: ProviderName) -> str:
        """Where the order is paid; the order itself where that is not on a page."""
        return self._payments.page_url(order, provider) or self.order(order)

    def code(self, order: str) -> str:
        """The order's access code."""
        return self._orders.code(order)

    def reservation(self, reservation: str) -> str:
        """The reservation; its token stands behind the ``#``, which browsers send to nobody."""
        return f"{self._public_url}/reservations/{reservation}#{self._reservations.of(reservation)}"

    def mailed(self, occasion: Literal["invitation", "password-reset"], link: str) -> str:
        """A link to be used once."""
        return f"{self._public_url}/{_PAGES[occasion]}#{self._mailed.of(link)}"
