"""What a person changes about himself: name, language, the browsers in which he is signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.db import transaction

if TYPE_CHECKING:
    from companies.models import User


@transaction.atomic
def change_profile(*, user: User, name: str, language: str) -> None:
    """Call the person otherwise, speak to him in the language."""
    user.name, user.language = name, language
    user.save(update_fields=["name", "language"])


@transaction.atomic
def end_session(*, user: User, session_id: int) -> bool:
    """Sign out one browser of the person; False when it is signed out already or is not his."""
    session = UserSession.objects.filter(user=user, pk=session_id).first()
    if session is None:
        return False
    session.end()
    return True


@transaction.atomic
def end_other_sessions(*, user: User, current_key: str | None) -> int:
    """Sign out every browser of the person but the current one; how many there were."""
    sessions = list(UserSession.objects.filter(user=user).exclude(session_key=current_key or ""))
    for session in sessions:
        session.end()
    return len(sessions)


@transaction.atomic
def forgive_wrong_passwords(*, email: str) -> None:
    """Let the person in again wherever wrong passwords were tried for him: he has shown by other means who he is."""
    AccessAttempt.objects.filter(username=email.lower()).delete()
