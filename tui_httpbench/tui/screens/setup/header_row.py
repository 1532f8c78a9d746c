"""One header of the request: its name, which is completed as it is typed, and its value."""

from __future__ import annotations

from textual.suggester import SuggestFromList

from tui_httpbench.plan.header_values import expand_headers, is_reference
from tui_httpbench.plan.parsing import check_header
from tui_httpbench.text.hiding import holds_credentials
from tui_httpbench.tui.screens.setup.typed_row import RowInput, RowName, TypedRow

# The most usual ones first: the first that fits is offered.
_COMMON_NAMES = (
    "Accept",
    "Accept-Encoding",
    "Accept-Language",
    "Authorization",
    "Cache-Control",
    "Content-Type",
    "Content-Encoding",
    "Cookie",
    "Connection",
    "Date",
    "Expect",
    "Forwarded",
    "Host",
    "If-None-Match",
    "If-Modified-Since",
    "If-Match",
    "Idempotency-Key",
    "Origin",
    "Pragma",
    "Prefer",
    "Proxy-Authorization",
    "Range",
    "Referer",
    "TE",
    "Traceparent",
    "Upgrade-Insecure-Requests",
    "User-Agent",
    "X-API-Key",
    "X-Request-ID",
    "X-Forwarded-For",
    "X-Forwarded-Proto",
    "X-Requested-With",
    "X-CSRF-Token",
)


class HeaderRow(TypedRow):
    """One header: name, value, a button that removes it, and under them what is wrong."""

    def __init__(self, name: str = "", value: str = "") -> None:
        super().__init__(
            RowName(
                name,
                placeholder="Header name",
                compact=True,
                suggester=SuggestFromList(_COMMON_NAMES, case_sensitive=False),
                tooltip="Right arrow takes what is offered",
            ),
            RowInput(
                value,
                placeholder="value, or $VARIABLE; or paste lines",
                password=holds_credentials(name, value) and not is_reference(value),
                compact=True,
                classes="row-value",
            ),
            remove="Remove this header",
        )

    def check(self) -> None:
        """Looks at name and value, and whether its variables are set. Raises PlanError."""
        expand_headers((check_header(*self.texts),))

    def check_name(self) -> None:
        """Looks at the name alone. Raises PlanError."""
        check_header(self.name_input.value, "")

    def edited(self) -> None:
        """Masks a secret, also while its header is renamed. What only names a variable is none."""
        value = self.value_input.value
        was_secret = self.value_input.password and bool(value)
        is_secret = was_secret or holds_credentials(self.name_input.value, value)
        self.value_input.password = is_secret and not is_reference(value)
