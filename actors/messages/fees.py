"""Contoso's fee for the seats sold, as agreed with the organiser: minor units of money, basis points of a price."""

from typing import Literal

from msgspec import Struct

Bearer = Literal["organiser", "attendee"]
OnRefund = Literal["given-back", "kept"]


class FeeStructure(Struct, frozen=True, array_like=True):
    """The terms of one stretch of time: in force for orders placed on ``starts_on`` or later.

    ``percent_bp``: basis points of a seat's price (250 = 2.5 %). ``minimum_minor`` and ``maximum_minor``
    bound the fee of one seat (``None``: no bound). ``borne_by`` the attendee: the fee comes on top of the
    price; by the organiser: it is taken out of it. ``starts_on``: ``YYYY-MM-DD``, "" = from the beginning.
    """

    per_seat_minor: int = 0
    percent_bp: int = 0
    minimum_minor: int | None = None
    maximum_minor: int | None = None
    borne_by: Bearer = "organiser"
    on_refund: OnRefund = "given-back"
    starts_on: str = ""
