"""What every store but the event logs raises when it cannot do its work now."""


class Unavailable(Exception):
    """Busy for too long, full or failing: what was asked may or may not have been done. Asking again is safe."""
