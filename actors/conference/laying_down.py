"""Characteristics and terms: what an organiser lays down beside the details; each part is an event of its own."""

from actors.conference.events import ConferenceEvent, FeeAgreed, PapersSet, PersonnelSet, TermsEdited
from actors.conference.state import Conference
from actors.conference.validity import DAY, TIME_MS_MAX, invalid, within
from actors.messages.changes import changed, effective
from actors.messages.conference import EditTerms, SetCharacteristics
from actors.messages.fees import FeeStructure
from actors.messages.refusals import Refused
from actors.messages.terms import BadgeField, Papers, Terms, TermsChanges
from actors.orders.fees import BASIS_POINTS, faults_of

REVIEWERS_MAX = 20
PERSONNEL_MAX = 100
FEES_MAX = 1_000
INVOICE_DAYS_MAX = 90
BADGE_FIELDS_MAX = 20  # of one seat type
CHOICES_MAX = 50


def set_characteristics(conference: Conference, command: SetCharacteristics) -> tuple[ConferenceEvent, ...] | Refused:
    """Events for those of the three that change."""
    if refused := _unfit(conference, command):
        return refused
    events: list[ConferenceEvent] = []
    if command.papers != conference.papers:
        events.append(PapersSet(command.papers))
    if command.fee != (conference.fees[-1] if conference.fees else FeeStructure()):
        events.append(FeeAgreed(command.fee))
    if command.personnel != conference.personnel:
        events.append(PersonnelSet(command.personnel))
    return tuple(events)


def edit_terms(conference: Conference, command: EditTerms) -> tuple[ConferenceEvent, ...] | Refused:
    """The terms after the changes must make sense as a whole."""
    changes = effective(conference.terms, command.changes)
    if changes == TermsChanges():
        return ()
    terms = changed(conference.terms, changes)
    for seat_type in terms.badge_fields:
        if seat_type not in conference.seat_types:
            return Refused("unknown-seat-type", "the conference has no such seat type", subject=seat_type)
    return _unfit_terms(terms) or (TermsEdited(changes),)


def _unfit(conference: Conference, command: SetCharacteristics) -> Refused | None:
    if faults := faults_of(command.fee):
        field, problem = faults[0]
        return invalid(f"fee.{field}", problem)
    if command.fee.starts_on and not DAY.fullmatch(command.fee.starts_on):
        return invalid("fee.starts_on", "is no date like 2026-11-28")
    return (
        within("fee", len(conference.fees), 0, FEES_MAX - 1)
        or within("personnel", len(command.personnel), 0, PERSONNEL_MAX)
        or _unfit_papers(command.papers)
    )


def _unfit_papers(papers: Papers) -> Refused | None:
    field = "papers.reviewers_per_paper"
    if papers.submission == "reviewed":
        return within(field, papers.reviewers_per_paper, 1, REVIEWERS_MAX)
    return invalid(field, "is for reviewed papers only") if papers.reviewers_per_paper else None


def _unfit_terms(terms: Terms) -> Refused | None:
    if refused := (
        within("refund_kept_bp", terms.refund_kept_bp, 0, BASIS_POINTS)
        or within("invoice_days", terms.invoice_days, 0, INVOICE_DAYS_MAX)
        or within("refund_until", terms.refund_until_ms or 0, 0, TIME_MS_MAX)
        or within("naming_until", terms.naming_until_ms or 0, 0, TIME_MS_MAX)
    ):
        return refused
    unfit = (_unfit_fields(fields) for fields in terms.badge_fields.values())
    return next((refused for refused in unfit if refused), None)


def _unfit_fields(fields: tuple[BadgeField, ...]) -> Refused | None:
    if len(fields) > BADGE_FIELDS_MAX or len({field.name for field in fields}) < len(fields):
        return invalid("badge_fields", f"are at most {BADGE_FIELDS_MAX} of one seat type, each with its own name")
    for field in fields:
        if not field.name or not field.label:
            return invalid("badge_fields", "have a name and a label")
        if (field.kind == "choice") != bool(field.choices) or len(field.choices) > CHOICES_MAX:
            return invalid("badge_fields", f"offer 1 to {CHOICES_MAX} choices where they are a choice, else none")
    return None
