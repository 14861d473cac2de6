"""Pages: by a cursor of a moment and a card, or by an offset; and pages that repeat or move while they are read."""

from typing import Any, TypeVar

from sandbox.wildberries.calls import Call

Row = TypeVar("Row")


def turned(call: Call, rows: list[Row]) -> list[Row]:
    """Return rows in another order if the call is to be spoiled so."""
    if call.fault != "out_of_order":
        return rows
    turn = int(call.chance * len(rows))
    return rows[turn:][::-1] + rows[:turn]


def window(call: Call, rows: list[Row], *, offset: int, limit: int) -> list[Row]:
    """Cut a page by its offset. A page that moves begins a little earlier and is longer by that."""
    if call.fault == "empty_page":
        return []
    page = rows[offset : offset + limit]
    if call.fault == "shifting_page" and offset:
        page = rows[max(0, offset - max(1, limit // 8)) : offset + limit]
    elif call.fault == "duplicate_page":
        page = page + page[: max(1, len(page) // 8)]
    return turned(call, page)


def repeats(call: Call, place: Any) -> bool:
    """Tell whether a page is to be given once more; each place of a list only once."""
    key = str(place)
    if call.fault != "duplicate_page" or key in call.shop.repeated:
        return False
    call.shop.repeated.add(key)
    return True


def moved(call: Call, rows: list[Row], *, is_last: bool) -> Row:
    """Return the row after which the next page begins: an earlier one if the list is to move."""
    if call.fault == "shifting_page" and len(rows) > 1 and not is_last:
        return rows[-1 - max(1, min(len(rows) - 1, len(rows) // 8))]
    return rows[-1]
