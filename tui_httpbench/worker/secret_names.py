"""What counts as a secret: the one rule for names of headers, parameters, cookies and variables."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote_plus

_SIGN = r"[\w.\-\[\]]"
_ENCODED_SIGN = r"%(?:25)*(?:5[BbDdFf]|2[DdEe])"
NAME_SIGN = rf"(?:{_SIGN}|{_ENCODED_SIGN})"
"""A regular expression for a character of a name; what is no letter may be percent-encoded, once or several times."""
MAX_NAME = 100
"""Nobody reads a longer name; with it, the time that a text takes grows as the text does."""
_END = rf"\d*(?:[\[\]]|%(?:25)*5[BbDd])*(?!{NAME_SIGN})"
# A word begins and ends at a dash, a dot, a digit and the like, and where camelCase has it.
_INNER_FROM = r"(?:(?<![A-Za-z])|(?<=%5[BbDdFf])|(?<=%2[DdEe])|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]))"
# At the begin of the name whatever stands before it, such as the F of %3F.
_FROM = rf"(?:|{NAME_SIGN}{{1,{MAX_NAME}}}?{_INNER_FROM})"
_TO = r"(?:(?![A-Za-z])|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]))"

_ANYWHERE = (
    r"authori[sz]ation|authentication|token(?!i[sz])|secret(?!ar)|passw|pass[-_.]?(?:word|phrase|code)|credential"
    r"|signature|jwt|sess(?:ion)?[-_.]?id|remember[-_.]?me|code[-_.]?verifier"
    r"|cookie(?!s?[-_.]?(?:consent|notice|banner|law|accept|preference|setting|jar))"
    r"|(?:api|app|access|auth|account|secret|private|subscription|licen[sc]e|master|sign(?:ing)?|encryption|consumer"
    r"|client|shared|session|deploy|ssh)[-_.]?key(?!board|word|stroke)"
    r"|(?:auth|device|verification|security|activation|recovery|backup|reset|login|invit(?:e|ation)|one[-_.]?time|[2m]fa"
    r"|otp|sms|pin|access)[-_.]?codes?(?![a-z])"
)
_AS_A_WORD = (
    r"x?o?auth2?|pwd|psw|pw|sess|session|sid|sig|sas|otp|totp|[2mt]fa|hmac|psk|bearer|wsse|saml\w*|assertion|csrf|xsrf"
    r"|pat|creds?|appid|cf[-_]clearance|senha|kennwort|contrase[n\xf1]a"
)
_AS_THE_LAST_WORD = (
    r"keys?|ticket|sign|(?:user|db|admin|root|login|ftp|smtp|mail|proxy|ldap|redis|mysql|pg|my|key)?pass"
)
_AS_THE_WHOLE = r"code|pin"

_DESCRIBES = (
    r"types?|ur[il]|endpoint|callback|expir\w*?(?:[-_]?(?:in|at|on))?|ttl|lifetime|age|length|size|count|limit|order"
    r"|format|version|method|alg(?:orithm)?|policy|timeout|duration|enabled|required|supported|confirmed|name|path"
    r"|file(?:name)?|dir(?:ectory)?|folder|storage|fig(?:ure)?s?"
)
"""As a last word, it makes a name that of something about a secret: ``token_type``, ``key-order``."""
_OTHER_KEYS = (
    r"public|idempotency|cache|surrogate|sort|order|primary|foreign|partition|websocket|row|group|object|hash|routing"
    r"|shard|index|lookup|translation|content|e?tag|hot|map|field|column|composite|unique|natural|bucket|item|event"
    r"|message|document|project|issue"
)
_OTHER_SIGNS = r"call|zodiac|star|plus|minus|dollar|currency|equals?|percent|road|stop|warning"
_COUNTS_OF_TOKENS = r"max|min|num|n|total|prompt|completion|input|output"

_NO_SECRET = (
    rf"(?i:access-control-|requests[-_.]session{_END})"
    rf"|{_FROM}(?i:{_DESCRIBES}){_END}"
    rf"|{_FROM}(?:(?i:{_OTHER_KEYS})[-_.]?(?i:key)s?|(?i:{_OTHER_SIGNS})[-_.]?(?i:sign)){_END}"
    rf"|{_FROM}(?i:{_COUNTS_OF_TOKENS})(?i:[-_.]?\w*[-_.]?tokens){_END}"
)
SECRET_NAME = (
    rf"(?=(?i:{_AS_THE_WHOLE}){_END}"
    rf"|{NAME_SIGN}{{0,{MAX_NAME}}}?(?i:{_ANYWHERE})"
    rf"|{_FROM}(?:(?i:{_AS_A_WORD}){_TO}|(?i:{_AS_THE_LAST_WORD}){_END}))"
    rf"(?!{_NO_SECRET})"
    rf"{NAME_SIGN}{{1,{MAX_NAME}}}"
)
"""A regular expression that matches a whole name, if it is that of a secret."""

_NO_CHARACTER_OF_A_NAME = re.compile(rf"(?!{_SIGN}).")


@lru_cache(maxsize=1000)  # a large form has few names, each of them often
def is_secret_name(name: str) -> bool:
    """Whether what a header, parameter, cookie or variable of this name holds is likely a credential.

    The name may be percent-encoded. ``Content-Key-Order``, ``token_type`` and ``author`` are none.
    """
    plain = _NO_CHARACTER_OF_A_NAME.sub("-", unquote_plus(name).strip())
    # Of a longer one, what names a secret stands at its end or its begin.
    # Compiled when it is first needed, and not at each start.
    return any(re.fullmatch(SECRET_NAME, part) is not None for part in {plain[:MAX_NAME], plain[-MAX_NAME:]})
