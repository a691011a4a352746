"""The actor of a gateway."""

from actors.host.looping import Looping


class Gateway(Looping):
    """Serves HTTP on its loop; the class is what the process is called."""
