"""All routes of the API: a new resource adds its own here."""

from gateway import (
    api_tokens,
    attendees,
    audit,
    availability,
    check_ins,
    conferences,
    fees,
    history,
    invitations,
    laying_down,
    members,
    naming,
    ordering,
    orders,
    organisers,
    own_account,
    password_resets,
    planning,
    reservations,
    sales,
    sessions,
    settling,
    tickets,
)
from gateway.payments import routes as payment_routes
from gateway.routes import Route
from gateway.webhooks import deliveries, registration


def api_routes() -> tuple[Route, ...]:
    """Everything below ``/api/v1``: a new resource adds its routes here."""
    return (
        *conferences.ROUTES,
        *availability.ROUTES,
        *reservations.ROUTES,
        *organisers.ROUTES,
        *sessions.ROUTES,
        *own_account.ROUTES,
        *password_resets.ROUTES,
        *members.ROUTES,
        *invitations.ROUTES,
        *api_tokens.ROUTES,
        *registration.ROUTES,
        *deliveries.ROUTES,
        *planning.ROUTES,
        *audit.ROUTES,
        *payment_routes.ROUTES,
        *laying_down.ROUTES,
        *ordering.ROUTES,
        *orders.ROUTES,
        *naming.ROUTES,
        *tickets.ROUTES,
        *sales.ROUTES,
        *settling.ROUTES,
        *attendees.ROUTES,
        *check_ins.ROUTES,
        *fees.ROUTES,
        *history.ROUTES,
    )
