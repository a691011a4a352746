"""What opens an order: its token, the signed link of the mails, and its access code with the buyer's e-mail.

All three are keyed hashes of the order's id, so none is stored and each is the same whenever it is asked for. The
access code has 50 bits and is meant to be typed; of e-mail and code together only a hash is kept.
"""

import hashlib

from gateway.tokens import Tokens
from storage.addresses import normal_address

CODE_LETTERS = 10  # 5 bits each
ACCESS_BYTES = 16
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_TO_LETTERS = bytes(_ALPHABET[byte & 31] for byte in range(256))  # Five bits of each byte.
_MEANT = str.maketrans("0189", "OLBG")  # Digits that base32 does not have, by the letters they are mistaken for.


class OrderKeys:
    """Makes and checks them under the installation's key."""

    def __init__(self, key: bytes) -> None:
        self.tokens = Tokens(key, b"order")
        self.links = Tokens(key, b"order link")
        self._codes = hashlib.blake2b(key=key, digest_size=CODE_LETTERS, person=b"access code")
        self._accesses = hashlib.blake2b(key=key, digest_size=ACCESS_BYTES, person=b"access")

    def code(self, order: str) -> str:
        """The order's access code, as ``ABCDE-FGHIJ``."""
        digest = self._codes.copy()
        digest.update(order.encode())
        letters = digest.digest().translate(_TO_LETTERS).decode()
        return f"{letters[:5]}-{letters[5:]}"

    def access(self, email: str, code: str) -> str:
        """What e-mail and code are together, however they are spelled."""
        typed = "".join(code.split()).replace("-", "").upper().translate(_MEANT)
        digest = self._accesses.copy()
        digest.update(f"{normal_address(email)}\0{typed}".encode("utf-8", "surrogatepass"))
        return digest.hexdigest()

    def path(self, order: str) -> str:
        """The signed link: whoever has it may read the order and its tickets."""
        return f"/api/v1/orders/{order}?link={self.links.of(order)}"
