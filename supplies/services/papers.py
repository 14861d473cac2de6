"""Papers of a supply that a person notes: that they exist, not their contents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from supplies.choices import SupplyEventKind
from supplies.models import SupplyDocument
from supplies.services.plans import CannotChange, locked, note_event

if TYPE_CHECKING:
    from companies.models import User
    from supplies.models import Supply

MOST_PAPERS: Final = 50


@transaction.atomic
def add_paper(*, supply: Supply, kind: str, number: str, actor: User | None) -> SupplyDocument:
    """Note a paper; the same one again changes nothing. Raises CannotChange when there are too many."""
    held = locked(supply)
    rows = SupplyDocument.objects.for_company(held.company_id).filter(supply=held)
    found: SupplyDocument | None = rows.filter(kind=kind, number=number).first()
    if found is not None:
        return found
    if rows.count() >= MOST_PAPERS:
        raise CannotChange(_("A supply takes at most %(most)s papers here.") % {"most": MOST_PAPERS})
    made: SupplyDocument = rows.create(
        company_id=held.company_id, supply=held, kind=kind, number=number, recorded_at=timezone.now()
    )
    note_event(held, SupplyEventKind.CONTENTS, actor=actor, details={_name(made): [None, 1]})
    return made


@transaction.atomic
def remove_paper(*, paper: SupplyDocument, actor: User | None) -> None:
    """Take a paper out of a plan. Raises CannotChange once the supply is tied: the marketplace told of it then."""
    held = locked(paper.supply)
    if not held.is_planned_here or held.external_id:
        raise CannotChange(_("Papers that a marketplace tells of stay."))
    name = _name(paper)
    paper.delete()
    note_event(held, SupplyEventKind.CONTENTS, actor=actor, details={name: [1, None]})


def _name(paper: SupplyDocument) -> str:
    return f"{paper.kind} {paper.number}".strip()
