"""Staff look into a seller's cabinet: with a reason, for a time, seen by the seller, never near money and keys."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission as AuthPermission
from django.test import Client
from django.utils import timezone

from companies.actors import Actor, current_actor
from companies.choices import RIGHTS, VISIT_RIGHTS, AuditAction, AuditSubject, Permission, Role, VisitEnding
from companies.models import AuditEntry, BankAccount, Company, Membership, StaffVisit, User
from companies.selectors.audit import last_changes
from companies.services.visits import CannotVisit, end_lapsed_visits, end_visit, start_visit
from companies.tasks import end_lapsed_visits as end_lapsed_visits_task
from marketplaces.views import sync
from tests.factories.companies import CompanyFactory, MembershipFactory, UserFactory
from tests.factories.marketplaces import AccountFactory

pytestmark = pytest.mark.django_db
REASON = "Обращение 1042: не видит заказов"
DASHBOARD = "/lavka/"
AUDIT = "/lavka/settings/audit/"
END = "/companies/visit/end/"


def form_url(company: Company) -> str:
    return f"/admin/companies/company/{company.pk}/visit/"


def begin(client: Client, company: Company, user: User, **data: str):
    member = Membership.objects.for_company(company).get(user=user)
    asked = {"reason": REASON, "member": str(member.pk), "minutes": "15"} | data
    return client.post(form_url(company), asked)


def trail(company: Company) -> list[AuditEntry]:
    entries = AuditEntry.objects.for_company(company).filter(subject=AuditSubject.VISIT)
    return list(entries.order_by("pk"))


@pytest.fixture
def staff_client(client_of, staff) -> Client:
    """Staff who have just given the password again."""
    return client_of(staff, confirmed=True)


@pytest.fixture
def visiting(staff_client, company, owner) -> Client:
    """Staff on a visit as the owner."""
    assert begin(staff_client, company, owner).status_code == 302
    return staff_client


def visit_of(company: Company) -> StaffVisit:
    return StaffVisit.objects.for_company(company).latest("pk")


# ---- how it begins ------------------------------------------------------------------------------------------


def test_a_visit_begins_with_a_reason_and_lands_in_the_cabinet(staff_client, staff, company, owner) -> None:
    response = begin(staff_client, company, owner, minutes="30")

    assert (response.status_code, response.headers["Location"]) == (302, DASHBOARD)
    visit = visit_of(company)
    assert (visit.staff, visit.as_user, visit.role, visit.reason) == (staff, owner, Role.OWNER, REASON)
    assert visit.ends_at - visit.started_at == timedelta(minutes=30)
    (entry,) = trail(company)
    assert (entry.action, entry.note, entry.actor_id, entry.visit_id, entry.source) == (
        AuditAction.VISIT_STARTED,
        REASON,
        staff.pk,
        visit.pk,
        "admin",
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"reason": ""},
        {"reason": "коротко"},
        {"reason": " \u200b" * 20},
        {"reason": "я" * 501},
        {"reason": "причина\x00с нулём"},
        {"reason": "причина \u202e наоборот"},
        {"minutes": "600"},
        {"minutes": "x"},
        {"member": "0"},
        {"member": "9" * 40},
        {"member": "<script>"},
    ],
    ids=str,
)
def test_what_the_form_refuses(staff_client, company, owner, wrong: dict[str, str]) -> None:
    response = begin(staff_client, company, owner, **wrong)

    assert response.status_code == 422
    assert 'value="<script>"' not in response.content.decode()
    assert not StaffVisit.objects.for_company(company).exists()
    assert staff_client.get(DASHBOARD).status_code == 404


def test_markup_in_a_reason_stays_text(staff_client, company, owner) -> None:
    begin(staff_client, company, owner, reason="<script>alert(1)</script>")

    page = staff_client.get(DASHBOARD).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_identity_is_asked_first(client_of, staff, company, owner) -> None:
    client = client_of(staff)

    shown = client.get(form_url(company))
    assert shown.status_code == 302
    assert shown.headers["Location"].startswith("/accounts/reauthenticate/")
    posted = begin(client, company, owner)
    assert posted.status_code == 422
    assert REASON in posted.content.decode()
    assert not StaffVisit.objects.for_company(company).exists()


def test_only_staff_with_the_right_may_begin(client_of, company, owner) -> None:
    clerk = UserFactory(is_staff=True)
    clerk.user_permissions.add(AuthPermission.objects.get(codename="view_company"))
    client = client_of(clerk, confirmed=True)
    assert begin(client, company, owner).status_code == 403
    assert "visit/" not in client.get(f"/admin/companies/company/{company.pk}/change/").content.decode()

    clerk.user_permissions.add(AuthPermission.objects.get(codename="add_staffvisit"))
    assert begin(client_of(clerk, confirmed=True), company, owner).status_code == 302


def test_sellers_and_guests_may_not(client, client_of, company, owner, stranger) -> None:
    for person in (owner, stranger):
        assert begin(client_of(person, confirmed=True), company, owner).status_code in (302, 403)
    assert begin(client, company, owner).status_code == 302
    assert not StaffVisit.objects.for_company(company).exists()


def test_a_member_of_another_company_cannot_be_chosen(
    staff_client, company, owner, other_company, stranger
) -> None:
    theirs = Membership.objects.for_company(other_company).get()

    assert begin(staff_client, company, owner, member=str(theirs.pk)).status_code == 422


def test_a_company_that_is_not_there(staff_client) -> None:
    for pk in ("999999", "abc", "9" * 30):
        assert staff_client.get(f"/admin/companies/company/{pk}/visit/").status_code == 404


def test_ones_own_company_needs_no_visit(staff_client, staff, company, owner) -> None:
    MembershipFactory(company=company, user=staff, role=Role.VIEWER)

    assert "Вы сами участник" in staff_client.get(form_url(company)).content.decode()
    assert begin(staff_client, company, owner).status_code == 422
    with pytest.raises(CannotVisit):
        start_visit(
            staff=staff,
            member=Membership.objects.for_company(company).get(user=owner),
            reason=REASON,
            minutes=15,
        )


# ---- while it goes on ---------------------------------------------------------------------------------------


def test_every_page_says_so(visiting, company, owner) -> None:
    for url in (DASHBOARD, "/lavka/orders/", "/lavka/marketplaces/", "/lavka/settings/people/", AUDIT):
        page = visiting.get(url).content.decode()
        assert f"от имени {owner} (Владелец)" in page, url
        assert REASON in page
        assert END in page


def test_nobody_else_sees_a_banner(visiting, owner_client) -> None:
    assert END not in owner_client.get(DASHBOARD).content.decode()


@pytest.mark.parametrize("role", Role)
def test_the_rights_are_those_of_the_role_without_money_keys_and_people(
    staff_client, company, member, role: Role
) -> None:
    user = member(role)
    begin(staff_client, company, user)

    wanted = 200 if Permission.VIEW_AUDIT in RIGHTS[role] else 403
    assert staff_client.get(AUDIT).status_code == wanted
    for url in ("/lavka/settings/payouts/", "/lavka/marketplaces/connect/", "/lavka/settings/people/invite/"):
        assert staff_client.get(url).status_code == 403, url
    for url in ("/lavka/orders/export.csv", f"{AUDIT}export.csv"):
        assert staff_client.get(url).status_code == 403, url


def test_visit_rights_hold_neither_money_nor_keys_nor_people() -> None:
    assert {Permission.VIEW, Permission.SYNC, Permission.VIEW_AUDIT} >= VISIT_RIGHTS


def test_secrets_stay_hidden(visiting, company) -> None:
    BankAccount.all_companies.create(
        company=company, bic="044525225", bank_name="Банк", sealed="k1:СЕКРЕТ", last4="3456"
    )
    account = AccountFactory(company=company)

    for url in (DASHBOARD, AUDIT, f"/lavka/marketplaces/{account.pk}/", "/lavka/settings/people/"):
        page = visiting.get(url).content.decode()
        assert "k1:СЕКРЕТ" not in page
        assert account.push_token not in page
        assert account.credentials_sealed not in page


def test_what_is_changed_is_signed_with_person_and_visit(visiting, staff, company, monkeypatch) -> None:
    # No page lets a visit change an audited table, so the hand is looked at where a page acts.
    AccountFactory(company=company)
    seen: list[Actor | None] = []
    monkeypatch.setattr(sync, "_tell", lambda _request, _answers: seen.append(current_actor()))

    visiting.post("/lavka/marketplaces/refresh/")

    (actor,) = seen
    assert actor is not None
    assert (actor.user_id, actor.visit_id, actor.source) == (staff.pk, visit_of(company).pk, "web")


def test_only_the_visited_company_opens(visiting, other_company) -> None:
    assert visiting.get("/chuzhaya/").status_code == 404


def test_the_switcher_shows_the_visited_company_only(visiting, staff) -> None:
    own = CompanyFactory(name="Своя у сотрудника", slug="svoya")
    MembershipFactory(company=own, user=staff)

    assert "Своя у сотрудника" not in visiting.get(DASHBOARD).content.decode()
    page = visiting.get("/svoya/").content.decode()
    assert "Своя у сотрудника" in page
    assert END not in page


def test_the_last_company_is_not_the_visited_one(visiting) -> None:
    visiting.get(DASHBOARD)

    assert visiting.session.get("company") != "lavka"


def test_own_work_in_the_admin_is_not_signed_with_the_visit(visiting, company, other_company) -> None:
    url = f"/admin/companies/company/{other_company.pk}/change/"
    inlines = [inline.formset.prefix for inline in visiting.get(url).context["inline_admin_formsets"]]
    counts = {f"{prefix}-{part}_FORMS": "0" for prefix in inlines for part in ("TOTAL", "INITIAL")}
    assert visiting.post(url, {"name": "Иначе", **counts}).status_code == 302

    entry = AuditEntry.objects.for_company(other_company).filter(subject=AuditSubject.COMPANY).latest("pk")
    assert (entry.changes.get("name"), entry.visit_id, entry.source) == (
        ["Чужая лавка", "Иначе"],
        None,
        "admin",
    )


def test_a_second_factor_of_the_company_does_not_stop_staff(visiting, company) -> None:
    Company.objects.filter(pk=company.pk).update(requires_second_factor=True)

    assert visiting.get(DASHBOARD).status_code == 200


def test_the_role_follows_the_member(visiting, company, owner) -> None:
    Membership.objects.for_company(company).filter(user=owner).update(role=Role.VIEWER)

    assert visiting.get(AUDIT).status_code == 403


# ---- how it ends --------------------------------------------------------------------------------------------


def test_the_button_ends_it(visiting, staff, company) -> None:
    response = visiting.post(END)

    assert response.headers["Location"] == f"/admin/companies/company/{company.pk}/change/"
    visit = visit_of(company)
    assert visit.ending == VisitEnding.LEFT
    assert visit.ended_at is not None
    _started, ended = trail(company)
    assert (ended.action, ended.actor_id, ended.visit_id) == (AuditAction.VISIT_ENDED, staff.pk, visit.pk)
    assert visiting.get(DASHBOARD).status_code == 404
    assert visiting.post(END).headers["Location"] == "/"
    assert len(trail(company)) == 2


def test_ending_takes_a_post_and_a_person(client, visiting, company) -> None:
    assert visiting.get(END).status_code == 405
    assert client.post(END).headers["Location"].startswith("/accounts/login/")
    assert visit_of(company).ended_at is None


def test_time_runs_out(visiting, company, time_machine) -> None:
    time_machine.move_to(timezone.now() + timedelta(minutes=15, seconds=1))

    response = visiting.get(DASHBOARD)
    assert response.headers["Location"] == f"/admin/companies/company/{company.pk}/change/"
    assert end_lapsed_visits_task() == 1
    visit = visit_of(company)
    assert (visit.ending, visit.ended_at) == (VisitEnding.EXPIRED, visit.ends_at)
    ended = last_changes(company, AuditSubject.VISIT)[0]
    assert (ended.action, ended.who) == (AuditAction.VISIT_ENDED, "FBO Cabinet")
    assert "Как закончился: вышло время" in ended.words
    assert end_lapsed_visits() == 0


def test_a_late_button_tells_the_truth(visiting, company, time_machine) -> None:
    time_machine.move_to(timezone.now() + timedelta(hours=2))
    visiting.post(END)

    visit = visit_of(company)
    assert (visit.ending, visit.ended_at) == (VisitEnding.EXPIRED, visit.ends_at)


@pytest.mark.parametrize("url", ["/accounts/logout/", "/admin/logout/"])
def test_signing_out_ends_it(visiting, company, url: str) -> None:
    visiting.post(url)

    assert visit_of(company).ending == VisitEnding.SIGNED_OUT
    assert trail(company)[-1].action == AuditAction.VISIT_ENDED


def test_who_is_no_longer_staff_is_out_at_once(visiting, staff, company) -> None:
    User.objects.filter(pk=staff.pk).update(is_staff=False)

    assert visiting.get(DASHBOARD).status_code == 404
    assert end_lapsed_visits() == 1
    assert visit_of(company).ending == VisitEnding.NOT_STAFF


def test_when_the_member_leaves_the_visit_is_over(visiting, company, owner) -> None:
    Membership.objects.for_company(company).filter(user=owner).delete()

    assert visiting.get(DASHBOARD).status_code == 302
    assert end_lapsed_visits() == 1
    assert visit_of(company).ending == VisitEnding.MEMBER_GONE


def test_one_visit_at_a_time(visiting, company, other_company, stranger) -> None:
    assert begin(visiting, other_company, stranger).status_code == 302

    assert visit_of(company).ending == VisitEnding.REPLACED
    assert visiting.get(DASHBOARD).status_code == 404
    assert visiting.get("/chuzhaya/").status_code == 200


def test_a_visit_is_of_one_browser(visiting, client_of, staff) -> None:
    assert client_of(staff, confirmed=True).get(DASHBOARD).status_code == 404


def test_a_visit_is_of_one_person(visiting, client_of, company) -> None:
    other = client_of(UserFactory(staff=True))
    session = other.session
    session["staff_visit"] = visit_of(company).pk
    session.save()

    assert other.get(DASHBOARD).status_code == 404


def test_ending_what_is_over_changes_nothing(visiting, company) -> None:
    visit = visit_of(company)
    assert end_visit(visit_id=visit.pk, ending=VisitEnding.LEFT) is not None
    assert end_visit(visit_id=visit.pk, ending=VisitEnding.SIGNED_OUT) is None

    assert visit_of(company).ending == VisitEnding.LEFT
    assert len(trail(company)) == 2


def test_visits_that_go_on_are_left_alone(visiting) -> None:
    assert end_lapsed_visits() == 0
    assert visiting.get(DASHBOARD).status_code == 200


# ---- the seller sees it -------------------------------------------------------------------------------------


def test_the_owner_reads_who_was_there_and_why(visiting, owner_client, staff, company) -> None:
    visiting.post(END)

    page = owner_client.get(f"{AUDIT}?visits=only").content.decode()
    assert f"Поддержка: {staff}" in page
    assert REASON in page
    assert "Вход поддержки" in page
    assert "Выход поддержки" in page
    assert "по кнопке" in page


def test_every_owner_hears_of_a_visit_when_it_begins(
    staff_client, company, owner, teammate, mailoutbox, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        begin(staff_client, company, owner)

    assert [letter.to for letter in mailoutbox] == [[owner.email]]
    assert REASON in mailoutbox[0].body
