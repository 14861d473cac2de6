"""The history of sign-ins: what came in, what did not, and which browsers are new."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from companies.choices import SignInOutcome
from companies.models import SignIn, User
from core import letters

HISTORY: Final = timedelta(days=180)
_LONGEST_AGENT: Final = 300


@transaction.atomic
def record_sign_in(
    *, user: User, method: str, address: str | None, user_agent: str, device: str, now: datetime
) -> SignIn:
    """Write down that the person came in; a browser not seen before is told to him by e-mail.

    The very first sign-in of a new person is no news to him.
    """
    done = SignIn.objects.filter(user=user, outcome=SignInOutcome.DONE)
    is_known = done.filter(device=device).exists()
    is_first = user.joined_at > now - HISTORY and not done.exists()
    sign_in = SignIn.objects.create(
        user=user,
        at=now,
        outcome=SignInOutcome.DONE,
        method=method[:32],
        address=address,
        user_agent=printable(user_agent),
        device=device,
        is_new_device=not (is_known or is_first),
    )
    if sign_in.is_new_device:
        letters.post("new_device", sign_in_id=sign_in.pk)
    return sign_in


def record_refusal(
    *,
    email: str,
    outcome: SignInOutcome,
    method: str,
    address: str | None,
    user_agent: str,
    device: str,
    now: datetime,
) -> SignIn | None:
    """Write down that somebody tried to come in with the e-mail of a person; None when nobody has it."""
    user = User.objects.filter(email=email.strip().lower()).first()
    if user is None:
        return None
    sign_in: SignIn = SignIn.objects.create(
        user=user,
        at=now,
        outcome=outcome,
        method=method,
        address=address,
        user_agent=printable(user_agent),
        device=device,
    )
    return sign_in


def forget_sign_ins(*, now: datetime, most: int = 5_000) -> int:
    """Delete the oldest rows past the history, at most so many at once; how many there were."""
    old = SignIn.objects.filter(at__lt=now - HISTORY).order_by("at").values("pk")[:most]
    deleted, _by_model = SignIn.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()
    return deleted


def printable(user_agent: str) -> str:
    """What a browser says of itself, fit for the table: PostgreSQL refuses some characters."""
    return "".join(char for char in user_agent if char.isprintable())[:_LONGEST_AGENT]
