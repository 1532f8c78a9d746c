"""When a run looks at its own verdicts, and how sure each look has to be.

Numbers alone: who only says how long a run may take need not wait for what computes verdicts.
"""

from __future__ import annotations

import bisect
import math

ERROR_RATE = 0.05
"""In what share of runs any pair of equal modes may be called different."""

LOOKS = (2, 3, 5, 8, 13, 20, 30)
"""After which rounds a run that ends by its own verdicts asks whether all is decided."""

FEW_MODES = 4
"""With no more, starting a round is cheap, so that a run begins with short ones: a plain answer needs no long ones."""

# Five long rounds fill the budget of a run; one of few modes makes three short ones before them.
_LOOK_SHARES = (0.04, 0.06, 0.70, 0.07, 0.05, 0.03, 0.02)
_LOOK_SHARES_OF_FEW = (0.04, 0.06, 0.12, 0.58, 0.08, 0.05, 0.04)
_LATER_SHARE = 0.03  # of all later looks: half of it once the rounds have doubled since the last, then a quarter, ...


def is_look(rounds: int) -> bool:
    """Whether a run that ends by its own verdicts may end after this many rounds."""
    return rounds in LOOKS


def next_look(rounds: int) -> int:
    """The first number of rounds, not below this one, after which a run may end; itself where there is none."""
    return next((look for look in LOOKS if look >= rounds), rounds)


def look_error_rate(rounds: int, *, sequential: bool, modes: int) -> float:
    """The error rate of all intervals together after this many rounds of a run of so many modes.

    A run of a fixed number of rounds is judged once, with all of ``ERROR_RATE``. One that looks at its own verdicts
    spends it in shares, which add up to no more (alpha spending with Bonferroni's bound: Lan and DeMets, "Discrete
    sequential boundaries for clinical trials", Biometrika 70, 1983). The first looks see plain differences with next
    to nothing; that at which a run of the usual length ends has the largest share. Between two looks the later one's
    share is used; rounds after the last look, which only the user can add, have ever smaller shares.
    """
    if not sequential:
        return ERROR_RATE
    if rounds <= LOOKS[-1]:
        shares = _LOOK_SHARES if modes > FEW_MODES else _LOOK_SHARES_OF_FEW
        return ERROR_RATE * shares[bisect.bisect_left(LOOKS, rounds)]
    doublings = math.ceil(math.log2(rounds / LOOKS[-1]))
    return ERROR_RATE * _LATER_SHARE * 0.5**doublings
