"""What people would get by mail, read from the outbox: the links of invitations and password resets."""

from actors.messages.codec import Decoder
from actors.messages.effects import LinkMail
from gateway.mail.posting import LINKS
from gateway.tokens import Tokens
from tests.gateway.world import KEYS, World

_decode: Decoder[LinkMail] = Decoder(LinkMail)
_links = Tokens(KEYS.tokens, LINKS)


async def mails(world: World) -> list[LinkMail]:
    """All that were asked for, once what follows from answers has been done; the oldest first."""
    await world.parts.afterwards.settle()
    rows = world.outbox.take_due(2**50, 1_000, 0)
    return [_decode(row.payload) for row in rows if row.kind == "mail"]


async def last_link(world: World) -> str:
    """The token of the latest mail's link."""
    return _links.of((await mails(world))[-1].link)


def address_of(world: World, mail: LinkMail) -> str:
    """Where it goes to."""
    return world.vault.people[mail.subject]["email"]
