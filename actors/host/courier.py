"""The actor of the courier."""

from actors.host.looping import Looping


class Courier(Looping):
    """Carries out what follows from facts, on its loop; the class is what the process is called."""
