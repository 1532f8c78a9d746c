"""What ``send`` of a mode has to return: a status and a body; what is said where it doesn't.

In a slice, what is right costs nothing more: a body in bytes is measured as any, and a status is checked by whoever
reads the samples.
"""

from __future__ import annotations

from typing import Any

LOWEST_STATUS, LOWEST_ANSWER, HIGHEST_STATUS = 100, 200, 999
"""Those below ``LOWEST_ANSWER`` only announce an answer, such as 103 Early Hints."""
_ADVICE = "end it with 'return status, body', the body in bytes"
_STREAMED_ADVICE = "end it with 'return status, size', the number of bytes that were read"
_UNPACKING = ("cannot unpack", "not enough values to unpack", "too many values to unpack")


class WrongAnswer(TypeError):
    """What a client gave back is no status and body; the text says what it is."""


class InterimAnswer(Exception):
    """A client took for the answer what only announces one, as Python's http.client does."""


def size_of(body: object) -> int:
    """How many bytes a body has, which may also be a bytearray or a memoryview. Raises WrongAnswer."""
    if isinstance(body, (bytes, bytearray, memoryview)):
        return memoryview(body).nbytes
    raise WrongAnswer(f"send returned a body of the type {type(body).__name__}; {_ADVICE}")


def counted_size(size: object) -> int:
    """How many bytes a body had that was read piece by piece. Raises WrongAnswer."""
    if isinstance(size, int) and size >= 0:
        return size
    raise WrongAnswer(f"send returned a size of the type {type(size).__name__}; {_STREAMED_ADVICE}")


def wrong_status(status: object) -> str:
    """What is said of a status that is none, or none of an answer; empty for one from 200 to 999."""
    if isinstance(status, int) and LOWEST_STATUS <= status <= HIGHEST_STATUS:
        is_interim = status < LOWEST_ANSWER
        return f"the client took the interim status {status} for the answer" if is_interim else ""
    try:
        shown = repr(status)[:40]
    except Exception:  # whatever the client's own type does, or a number of thousands of digits
        shown = f"of the type {type(status).__name__}"
    return f"send returned the status {shown}, not a whole number from {LOWEST_STATUS} to {HIGHEST_STATUS}"


def with_advice(error: BaseException) -> BaseException:
    """The error, or what it means: where a slice itself could not take apart what ``send`` had returned."""
    trace = error.__traceback__
    is_ours = trace is not None and trace.tb_next is None and isinstance(error, (TypeError, ValueError))
    if is_ours and str(error).startswith(_UNPACKING):
        return WrongAnswer(f"send returned something else than (status, body); {_ADVICE}")
    return error


def check_streamed(answer: Any) -> tuple[int, int]:
    """What ``send`` returned of a body that was read piece by piece, out of a slice; raises as ``check_answer``."""
    if not isinstance(answer, tuple) or len(answer) != 2:
        kind = "what is to be awaited" if hasattr(answer, "__await__") else type(answer).__name__
        raise WrongAnswer(f"send returned {kind}, not (status, size); {_STREAMED_ADVICE}")
    status, size = answer
    return check_answer((status, b""))[0], counted_size(size)


def check_answer(answer: Any) -> tuple[int, bytes]:
    """What ``send`` returned, out of a slice.

    Raises WrongAnswer where that is not a status and a body, InterimAnswer where that status is none of an answer.
    """
    parts = answer if isinstance(answer, tuple) else (answer,)
    if len(parts) == 2 and isinstance(parts[0], int) and isinstance(parts[1], (bytes, bytearray, memoryview)):
        wrong = wrong_status(parts[0])
        if wrong:
            raise InterimAnswer(wrong) if LOWEST_STATUS <= parts[0] < LOWEST_ANSWER else WrongAnswer(wrong)
        return parts[0], bytes(parts[1])
    kinds = ", ".join(type(part).__name__ for part in parts)
    advice = _ADVICE
    if hasattr(answer, "__await__"):
        answer.close()  # or Python would warn that nobody awaited it
        advice = "write 'async def' before the mode as well"
    returned = f"({kinds})" if isinstance(answer, tuple) else kinds
    raise WrongAnswer(f"send returned {returned}, not (status, body); {advice}")
