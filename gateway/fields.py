"""What the fields of a body may hold, each with its bounds; the same types describe them in OpenAPI.

Text has no control characters; a description may have line breaks and tabs. All numbers
are bounded well within 64 bits.
"""

import datetime
from typing import Annotated

from msgspec import Meta

NO_CONTROLS = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
_LINES = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"

Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=NO_CONTROLS)]
ShortText = Annotated[str, Meta(max_length=300, pattern=NO_CONTROLS)]
Description = Annotated[str, Meta(max_length=20_000, pattern=_LINES)]
Slug = Annotated[
    str,
    Meta(min_length=2, max_length=63, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", description="lower-case letters, digits, -"),
]
Email = Annotated[
    str,
    Meta(min_length=3, max_length=254, pattern=r"^[^\x00-\x20\x7f-\xa0@<>,;]+@[^\x00-\x20\x7f-\xa0@<>,;]+$"),
]
Password = Annotated[str, Meta(min_length=12, max_length=1024)]
AnyPassword = Annotated[str, Meta(max_length=1024)]
OneTimeCode = Annotated[str, Meta(pattern=r"^[0-9]{6}$", description="six digits")]
Identifier = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
TimeZone = Annotated[str, Meta(min_length=1, max_length=64, pattern=NO_CONTROLS, description="IANA time zone")]
Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}$", description="ISO 4217")]
Time = Annotated[datetime.datetime, Meta(tz=True, description="RFC 3339")]
Day = datetime.date
Amount = Annotated[int, Meta(ge=0, le=10_000_000_000, description="minor units")]
Quantity = Annotated[int, Meta(ge=1, le=10_000)]
Quota = Annotated[int, Meta(ge=0, le=10_000_000)]
Limit = Annotated[int, Meta(ge=0, le=10_000, description="0 = no limit")]
Span = Annotated[int, Meta(ge=5, le=604_800, description="seconds")]
