"""What counts as a secret: the one rule for names of headers, parameters, cookies and variables."""

from __future__ import annotations

import re
from urllib.parse import unquote_plus

_N = r"[\w.\-\[\]]"
"""A character of a name."""
_END = rf"\d*(?!{_N})"
# A word begins and ends at a dash, a dot, a digit and the like, and where camelCase has it.
_FROM = r"(?:(?<![A-Za-z])|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]))"
_TO = r"(?:(?![A-Za-z])|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]))"

_ANYWHERE = (
    r"authori[sz]ation|authentication|cookie|token(?!i[sz])|secret(?!ar)|passw|passphrase|passcode|credential|signature"
    r"|jwt|sess(?:ion)?[-_.]?id"
    r"|(?:api|app|access|auth|account|secret|private|subscription|licen[sc]e|master|sign(?:ing)?|encryption|consumer"
    r"|client|shared|session|deploy|ssh)[-_.]?key(?!board|word|stroke)"
)
_AS_A_WORD = (
    r"x?o?auth2?|pwd|pw|sess|session|sid|sig|sas|otp|totp|hmac|psk|bearer|saml\w*|assertion|csrf|xsrf|pat|creds?|appid"
)
_AS_THE_LAST_WORD = r"keys?|pass"
_AS_THE_WHOLE = r"code|sign|pin"

_DESCRIBES = (
    r"types?|ur[il]|endpoint|expir\w*?(?:[-_]?(?:in|at|on))?|ttl|lifetime|age|length|size|count|limit|order|format"
    r"|version|method|alg(?:orithm)?|policy|timeout|duration|enabled|required|supported|name"
)
"""As a last word, it makes a name that of something about a secret: ``token_type``, ``key-order``."""
_OTHER_KEYS = (
    r"public|idempotency|cache|surrogate|sort|order|primary|foreign|partition|websocket|row|group|object|hash|routing"
    r"|shard|index|lookup|translation"
)
_COUNTS_OF_TOKENS = r"max|min|num|n|total|prompt|completion|input|output"

_NO_SECRET = (
    rf"(?i:access-control-)"
    rf"|{_N}*?{_FROM}(?i:{_DESCRIBES}){_END}"
    rf"|{_N}*?{_FROM}(?i:{_OTHER_KEYS})[-_.]?(?i:key)s?{_END}"
    rf"|{_N}*?{_FROM}(?i:{_COUNTS_OF_TOKENS})(?i:[-_.]?\w*[-_.]?tokens){_END}"
)
SECRET_NAME = (
    rf"(?!{_NO_SECRET})"
    rf"(?=(?i:{_AS_THE_WHOLE}){_END}"
    rf"|{_N}*?(?:(?i:{_ANYWHERE})|{_FROM}(?i:{_AS_A_WORD}){_TO}|{_FROM}(?i:{_AS_THE_LAST_WORD}){_END}))"
    rf"{_N}{{1,100}}"
)
"""A regular expression that matches a whole name, if it is that of a secret."""

_NO_CHARACTER_OF_A_NAME = re.compile(rf"(?!{_N}).")


def is_secret_name(name: str) -> bool:
    """Whether what a header, parameter, cookie or variable of this name holds is likely a credential.

    The name may be percent-encoded. ``Content-Key-Order``, ``token_type`` and ``author`` are none.
    """
    plain = _NO_CHARACTER_OF_A_NAME.sub("-", unquote_plus(name).strip())
    # Nobody reads a longer one; what names a secret stands at its end or its begin.
    # Compiled when it is first needed, and not at each start.
    return any(re.fullmatch(SECRET_NAME, part) is not None for part in {plain[:100], plain[-100:]})
