"""Says in words what a setting's type allows."""

from typing import Any

from msgspec.inspect import BoolType, IntType, LiteralType, StrType, StructType, VarTupleType, type_info


def expectation(hint: Any) -> str:
    """Words for a setting's type, to stand after "it must be"."""
    match type_info(hint):
        case IntType(ge=int() as low, le=int() as high):
            return f"a whole number from {low} to {high}"
        case BoolType():
            return "true or false"
        case LiteralType(values=values):
            return "one of " + ", ".join(str(value) for value in values)
        case StrType(min_length=None, pattern=None):
            return "a text"
        case StrType(pattern=str() as pattern):
            return f"a text of the form {pattern}"
        case StrType():
            return "a text that is not empty"
        case VarTupleType():
            return "a list of texts (in the environment: divided by commas)"
        case StructType():
            return "host:port, as 127.0.0.1:8080 or [::1]:8080"
        case other:
            raise AssertionError(f"no words for {other}")
