"""What the card's scripts are told; the same from Streamlit and from the page that starts them early."""

from __future__ import annotations

from uuid import UUID


def card_data(desk: str, item: str | None, reviewer: str) -> dict[str, str | None]:
    """What names one running desk in a page, and where it starts.

    Args:
        desk: ``review`` (the queue) or ``adjudicate`` (disputed and flagged items).
        item: Review item to start with, as the address says; None for the next one of the queue.
        reviewer: Who is logged in. What was not saved in a tab is sent again only for the same person.
    """
    return {"desk": desk, "item": item, "key": f"card-{desk}", "reviewer": reviewer}


def item_of(asked: str | None) -> str | None:
    """The item an address names, in the one form an id has.

    Raises:
        ValueError: it is no id.
    """
    return str(UUID(asked)) if asked else None
