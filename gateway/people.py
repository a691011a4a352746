"""People between their two forms: fields of the vault under opaque subjects, and what is answered about them.

The vault knows strings: ``name``, ``email``, and ``badge.<field>`` for what the badge shows. It is asked in bulk.
"""

from collections.abc import Iterable, Mapping

from gateway import order_replies
from gateway.calls import Parts
from gateway.persons import NOBODY, People

BADGE = "badge."
NOTE = "note"


async def known(parts: Parts, subjects: Iterable[str]) -> People:
    """What the vault holds of these subjects ("" for nobody)."""
    wanted = {subject for subject in subjects if subject}
    if not wanted:
        return NOBODY
    return await parts.workers.run(parts.vault.get_many, sorted(wanted))


def attendee_of(people: People, subject: str) -> order_replies.Attendee | None:
    """The attendee of this subject; ``None`` for nobody, and for one who was erased."""
    person = people.get(subject)
    if person is None:
        return None
    badge = {name.removeprefix(BADGE): text for name, text in person.items() if name.startswith(BADGE)}
    return order_replies.Attendee(person.get("name", ""), person.get("email", ""), badge)


def person_of(people: People, subject: str) -> order_replies.Person | None:
    """The person of this subject."""
    person = people.get(subject)
    return None if person is None else order_replies.Person(person.get("name", ""), person.get("email", ""))


def attendee_fields(name: str, email: str, badge: Mapping[str, str]) -> dict[str, str]:
    """What the vault is to keep of an attendee."""
    return {"name": name, "email": email} | {BADGE + field: text for field, text in badge.items()}
