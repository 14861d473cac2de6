"""The seller behind a token, and the check of a connection."""

from typing import Any

from sandbox.wildberries.calls import Call
from sandbox.wildberries.words import utc
from sandbox.world.seeds import seed_of


def info(call: Call) -> dict[str, Any]:
    """Answer `/api/v1/seller-info`: any token may ask."""
    account = call.shop.account
    return {
        "name": f"ООО «{account.company}»",
        "sid": call.shop.claims.sid,
        "tin": f"37{seed_of(account.client_id) % 10**8:08}",
        "tradeMark": account.company,
    }


def ping(call: Call) -> dict[str, Any]:
    """Answer `/ping`, which every host has."""
    return {"TS": utc(call.at), "Status": "OK"}
