"""The dictionary of reasons: what the rules mean, what waits for one, and history that follows them."""

from __future__ import annotations

import random
import threading
import time
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.urls import reverse
from kombu.exceptions import OperationalError

from catalog.models import TouchedDay
from returns import tasks
from returns.choices import MatchBy
from returns.models import Reason, ReasonRule, ReasonWord, Return, ReturnEvent
from returns.selectors.preview import moved_by
from returns.selectors.rulebook import Rulebook
from returns.services import reasons as service
from returns.services.defaults import fill_dictionary
from returns.services.reasons import remap_reasons
from tests.factories.companies import UserFactory
from tests.factories.marketplaces import AccountFactory
from tests.factories.returns import ReasonFactory, ReasonRuleFactory, ReasonWordFactory, ReturnFactory
from tests.returns.snapshots import told
from tests.returns.test_services_record import record, the_return

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from companies.models import Company
    from marketplaces.models import MarketplaceAccount

pytestmark = pytest.mark.django_db


def meaning(marketplace: str, *, words_id: str = "", words: str = "") -> str:
    found = Rulebook.read().reason_id(marketplace, words_id=words_id, words=words)
    return Reason.objects.get(pk=found).code if found else ""


@pytest.mark.parametrize(
    ("marketplace", "words_id", "words", "code"),
    [
        ("ozon", "", "Не подошёл размер", "size"),
        ("ozon", "", "НЕ ПОДОШЕЛ   РАЗМЕР.", "size"),
        ("ozon", "", "Покупатель передумал", "changed-mind"),
        ("ozon", "", "Повреждена упаковка", "damaged-package"),
        ("ozon", "", "Обнаружен брак: разошёлся шов", "defect"),
        ("ozon", "", "Не вручен", "refused"),
        ("ozon", "", "Заказ утерян службой доставки", "lost"),
        ("ozon", "", "Возврат из службы доставки: нет доставки в указанный регион", "not-delivered"),
        ("wildberries", "receipt", "Отказ при получении", "refused"),
        ("wildberries", "expire", "Истёк срок получения", "not-collected"),
        ("yandex_market", "BAD_QUALITY/DAMAGED", "", "defect"),
        ("yandex_market", "BAD_QUALITY", "", "poor-quality"),
        ("yandex_market", "DOES_NOT_FIT/USER_CHANGED_MIND", "", "changed-mind"),
        ("yandex_market", "DOES_NOT_FIT/UNKNOWN", "", "does-not-fit"),
        ("yandex_market", "PICKUP_EXPIRED", "Покупатель не забрал заказ вовремя", "not-collected"),
        ("yandex_market", "UNKNOWN/UNKNOWN", "", ""),
        ("ozon", "", "", ""),
        ("ozon", "", "Совсем новые слова", ""),
    ],
)
def test_what_usual_words_mean(marketplace: str, words_id: str, words: str, code: str) -> None:
    assert meaning(marketplace, words_id=words_id, words=words) == code


def test_every_rule_of_a_new_cabinet_leads_to_its_reason() -> None:
    assert Reason.objects.values("group").distinct().count() == 8
    assert not Reason.objects.filter(rules=None).exists()


def test_the_dictionary_is_filled_once_and_what_staff_made_stays() -> None:
    count = ReasonRule.objects.count()
    Reason.objects.filter(code="size").update(name="Мал или велик")
    ReasonRule.objects.filter(words="пятн").delete()

    fill_dictionary(Reason, ReasonRule)

    assert ReasonRule.objects.count() == count
    assert Reason.objects.get(code="size").name == "Мал или велик"


def test_which_rule_stands() -> None:
    ReasonRule.objects.all().delete()
    a, b, c, d, e = ReasonFactory.create_batch(5)
    ReasonRuleFactory(words="глаз", match_by=MatchBy.PART, reason=a, priority=9)
    ReasonRuleFactory(words="не тот глаз", reason=b)
    ReasonRuleFactory(words="не тот глаз", reason=c, marketplace="ozon")
    ReasonRuleFactory(words="17", match_by=MatchBy.ID, reason=d)
    ReasonRuleFactory(words="18", match_by=MatchBy.ID, reason=e, is_active=False)

    assert meaning("ozon", words="глаз") == a.code
    assert meaning("wildberries", words="Не тот глаз") == b.code
    assert meaning("ozon", words="Не тот глаз") == c.code
    assert meaning("ozon", words_id="17", words="Не тот глаз") == d.code
    assert meaning("ozon", words_id="18") == ""


@pytest.mark.parametrize("match_by", MatchBy)
def test_a_higher_priority_goes_before_the_rule_of_this_marketplace(match_by: MatchBy) -> None:
    ReasonRule.objects.all().delete()
    of_all, of_ozon = ReasonFactory.create_batch(2)
    ReasonRuleFactory(words="синий глаз", match_by=match_by, reason=of_all, priority=9)
    held = ReasonRuleFactory(words="синий глаз", match_by=match_by, reason=of_ozon, marketplace="ozon")
    said = {"words_id" if match_by == MatchBy.ID else "words": "синий глаз"}

    assert meaning("ozon", **said) == of_all.code

    held.priority = 9
    held.save()
    assert meaning("ozon", **said) == of_ozon.code
    assert meaning("wildberries", **said) == of_all.code


def test_a_new_rule_is_the_youngest_in_its_preview_too() -> None:
    ReasonRule.objects.all().delete()
    ReasonWordFactory(words="синий глаз", seen=7)
    ReasonRuleFactory(words="глаз", match_by=MatchBy.PART)
    rule = ReasonRuleFactory.build(words="синий", match_by=MatchBy.PART, reason=ReasonFactory())

    assert not moved_by(rule)


def test_a_return_gets_the_reason_of_its_words(account: MarketplaceAccount) -> None:
    record(account, told())
    assert the_return(account).reason == Reason.objects.get(code="size")

    record(account, told(hours=2, reason="Слова, которых никто не знает"))

    held = the_return(account)
    assert (held.reason, held.external_reason) == (None, "Слова, которых никто не знает")
    word = ReasonWord.objects.get(reason=None)
    assert (word.words, word.seen) == (held.external_reason, 1)


def shuffled(company: Company) -> list[Return]:
    account = AccountFactory(company=company)
    words = ["Совсем новые слова", "Передумал", "Не понравился", "", "Новее нового"]
    rows = [ReturnFactory(account=account, external_reason=word) for word in words * 4]
    random.Random(7).shuffle(rows)
    return rows


def reasons(company: Company) -> dict[int, str]:
    rows = Return.objects.for_company(company).values_list("pk", "reason__code")
    return {pk: code or "" for pk, code in rows}


def test_history_follows_the_rules_there_and_back(company: Company) -> None:
    shuffled(company)
    remap_reasons()
    before = reasons(company)
    TouchedDay.all_companies.all().delete()
    rule = ReasonRuleFactory(words="новые слова", match_by=MatchBy.PART, reason=ReasonFactory(code="novelty"))

    there = remap_reasons()
    assert dict(there.moves) == {("", "novelty"): 4}
    assert list(reasons(company).values()).count("novelty") == 4
    assert TouchedDay.objects.for_company(company).exists()
    assert remap_reasons().returns == 0

    rule.delete()
    back = remap_reasons()
    assert dict(back.moves) == {("novelty", ""): 4}
    assert reasons(company) == before
    moved = ReturnEvent.objects.for_company(company).filter(
        kind="reason", details={"reason": ["novelty", ""]}
    )
    assert moved.count() == 4
    assert set(Return.objects.for_company(company).values_list("external_reason", flat=True)) == {
        "Совсем новые слова", "Передумал", "Не понравился", "", "Новее нового",
    }  # fmt: skip


def test_history_is_the_same_whatever_was_there_before(company: Company) -> None:
    rows = shuffled(company)
    remap_reasons()
    right = reasons(company)
    for row in rows[::2]:
        row.reason = Reason.objects.order_by("?").first()
        row.save()

    remap_reasons(company=company)

    assert reasons(company) == right


def test_a_dry_run_writes_nothing(company: Company, other_company: Company) -> None:
    shuffled(company)
    shuffled(other_company)

    heard = StringIO()
    call_command("remap_reasons", "--company", company.slug, "--dry-run", stdout=heard)

    assert "8 returns would get another reason" in heard.getvalue()
    assert set(reasons(company).values()) == {""}
    call_command("remap_reasons", "--company", company.slug, stdout=heard)
    assert set(reasons(company).values()) == {"", "changed-mind", "did-not-like"}
    assert set(reasons(other_company).values()) == {""}
    with pytest.raises(CommandError, match="nobody"):
        call_command("remap_reasons", "--company", "nobody")


def test_portions_reach_the_end(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("returns.services.reasons.PORTION", 3)
    shuffled(company)

    assert remap_reasons().returns == 8
    assert remap_reasons().returns == 0


def meanwhile(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Something happens once, when a remap is about to wait for those who write returns of the account."""
    left = [happens]
    lock = service.lock_until_commit

    def late(name: str, *ids: int) -> None:
        if left:
            left.pop()()
        lock(name, *ids)

    monkeypatch.setattr(service, "lock_until_commit", late)


def test_a_remap_goes_by_the_rules_as_they_were_edited_last(
    account: MarketplaceAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = ReturnFactory(account=account, external_reason="Новее нового")
    word = ReasonWordFactory(words="Новее нового")
    older, newer = ReasonFactory.create_batch(2)
    rule = ReasonRuleFactory(words="новее нового", reason=older)

    def edit() -> None:
        ReasonRule.objects.filter(pk=rule.pk).update(reason=newer)
        assert remap_reasons().returns == 1

    meanwhile(monkeypatch, edit)
    assert remap_reasons().returns == 0

    row.refresh_from_db()
    word.refresh_from_db()
    assert (row.reason, word.reason) == (newer, newer)
    assert ReturnEvent.all_companies.filter(return_of=row, kind="reason").count() == 1


@pytest.mark.parametrize("asked_again", [False, True], ids=["edits", "remaps"])
def test_a_remap_ends_however_often_the_rules_change_meanwhile(
    account: MarketplaceAccount, monkeypatch: pytest.MonkeyPatch, asked_again: bool
) -> None:
    monkeypatch.setattr(service, "PORTION", 2)
    ReturnFactory.create_batch(6, account=account, external_reason="Новее нового")
    rule = ReasonRuleFactory(words="новее нового")
    portions: list[int] = []
    move = service._move_portion

    def portion(*args: Any, **kwargs: Any) -> Any:
        moved = move(*args, **kwargs)
        portions.append(len(moved))
        assert len(portions) < 9, "it goes on for ever"
        rule.reason = ReasonFactory()
        rule.save()
        if asked_again:
            with monkeypatch.context() as patch:
                patch.setattr(service, "_move_portion", move)
                remap_reasons()
        return moved

    with monkeypatch.context() as patch:
        patch.setattr(service, "_move_portion", portion)
        remap_reasons()
    remap_reasons()

    assert set(Return.all_companies.values_list("reason", flat=True)) == {rule.reason_id}


def test_a_page_that_read_older_rules_is_remapped_too(
    account: MarketplaceAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = ReasonRuleFactory(words="новее нового")
    word = ReasonWordFactory(words="Новее нового")
    meanwhile(monkeypatch, lambda: ReturnFactory(account=account, external_reason="Новее нового"))

    assert remap_reasons().returns == 1

    word.refresh_from_db()
    assert (the_return(account).reason, word.reason) == (rule.reason, rule.reason)


def test_a_reason_made_meanwhile_is_known(
    account: MarketplaceAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = ReturnFactory(account=account, external_reason="Передумал")

    def give() -> None:
        Return.all_companies.filter(pk=row.pk).update(reason=ReasonFactory(code="brand-new"))

    meanwhile(monkeypatch, give)

    assert dict(remap_reasons().moves) == {("brand-new", "changed-mind"): 1}


@pytest.mark.django_db(transaction=True)
def test_a_remap_and_a_page_never_wait_for_each_other_s_words() -> None:
    later, sooner = ReasonWordFactory(words="я новее"), ReasonWordFactory(words="а новее")
    older, newer = ReasonFactory.create_batch(2)
    rule = ReasonRuleFactory(words="новее", match_by=MatchBy.PART, reason=older)

    def remap() -> None:
        try:
            remap_reasons()
        finally:
            connection.close()

    thread = threading.Thread(target=remap)
    with transaction.atomic():
        # A page of a sync writes its words in their order.
        ReasonWord.objects.select_for_update().get(pk=sooner.pk)
        thread.start()
        wait_until_somebody_waits()
        ReasonWord.objects.select_for_update(nowait=True).get(pk=later.pk)
        ReasonRule.objects.filter(pk=rule.pk).update(reason=newer)
    thread.join(timeout=20)

    assert set(ReasonWord.objects.values_list("reason", flat=True)) == {newer.pk}


def wait_until_somebody_waits() -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits")


def test_words_that_no_return_has_any_more_wait_for_nothing(account: MarketplaceAccount) -> None:
    record(account, told(reason="Слова раз"), told(external_id="2", reason="Слова раз"))
    record(account, told(hours=2, reason="Слова два"))
    assert dict(ReasonWord.objects.values_list("words", "seen")) == {"Слова раз": 1, "Слова два": 1}
    seen_at = ReasonWord.objects.get(words="Слова раз").last_seen_at
    assert seen_at < ReasonWord.objects.get(words="Слова два").last_seen_at

    record(account, told(external_id="2", hours=2, reason="Слова два"))
    assert dict(ReasonWord.objects.values_list("words", "seen")) == {"Слова два": 2}
    assert not moved_by(ReasonRuleFactory.build(words="слова раз", reason=ReasonFactory()))


def test_words_that_returns_exchange_are_counted_as_before(account: MarketplaceAccount) -> None:
    record(account, told(reason="Слова раз"), told(external_id="2", reason="Слова два"))
    record(account, told(hours=2, reason="Слова два"), told(external_id="2", hours=2, reason="Слова раз"))

    assert dict(ReasonWord.objects.values_list("words", "seen")) == {"Слова раз": 1, "Слова два": 1}


def test_words_leave_the_queue_with_the_rule(company: Company) -> None:
    word = ReasonWordFactory(words="Новее нового", seen=7)
    rule = ReasonRuleFactory.build(words="новее нового", reason=ReasonFactory())
    assert [one.seen for one in moved_by(rule)] == [7]

    rule.save()
    remap_reasons()

    word.refresh_from_db()
    assert word.reason == rule.reason


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(
        UserFactory(is_staff=True, is_superuser=True),
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    return client


def rule_form(**changes: object) -> dict[str, object]:
    return {
        "marketplace": "",
        "match_by": "text",
        "words": "Новее нового",
        "reason": Reason.objects.get(code="other").pk,
        "priority": "0",
        "is_active": "on",
        **changes,
    }


def test_staff_see_what_waits_and_make_a_rule_of_it(staff: Client) -> None:
    word = ReasonWordFactory(words="Новее нового", seen=7)
    page = staff.get(reverse("admin:returns_reasonword_changelist"))
    assert "Новее нового" in page.content.decode()
    add = reverse("admin:returns_reasonrule_add")
    assert f"{add}?marketplace=ozon&amp;match_by=text&amp;words=" in page.content.decode()
    assert staff.get(add, {"marketplace": "ozon", "match_by": "text", "words": word.words}).status_code == 200

    shown = staff.post(add, rule_form(only_preview="on"))
    assert shown.status_code == 200
    assert "(7)" in shown.content.decode()
    assert not ReasonRule.objects.filter(words="Новее нового").exists()

    kept = staff.post(add, rule_form())
    assert kept.status_code == 302
    assert ReasonRule.objects.get(words="Новее нового").reason.code == "other"


@pytest.mark.parametrize(
    "changes",
    [{"words": "а", "match_by": "part"}, {"words": "\u202eцвет"}, {"words": "ы" * 10_000}, {"words": ""},
     {"words": "\x00"}, {"match_by": "regex"}, {"priority": "99999999"}, {"reason": "0"}, {"marketplace": "moon"}],
)  # fmt: skip
def test_hostile_rules_are_refused_in_words(staff: Client, changes: dict[str, object]) -> None:
    count = ReasonRule.objects.count()

    page = staff.post(reverse("admin:returns_reasonrule_add"), rule_form(**changes))

    assert page.status_code == 200
    assert ReasonRule.objects.count() == count


def test_the_code_of_a_reason_stays(staff: Client) -> None:
    reason = Reason.objects.get(code="size")
    url = reverse("admin:returns_reason_change", args=[reason.pk])
    assert staff.get(url).status_code == 200
    assert staff.get(reverse("admin:returns_reason_changelist")).status_code == 200
    assert staff.get(reverse("admin:returns_reasonrule_changelist")).status_code == 200
    assert staff.get(reverse("admin:returns_return_changelist")).status_code == 200

    form = {"code": "other-code", "group": "buyer", "name": "Иначе", "advice": "", "is_active": "on",
            "rules-TOTAL_FORMS": "0", "rules-INITIAL_FORMS": "0"}  # fmt: skip
    assert staff.post(url, form).status_code == 302
    reason.refresh_from_db()
    assert (reason.code, reason.group, reason.name) == ("size", "buyer", "Иначе")


def test_staff_ask_for_the_history_to_follow(staff: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(
        "returns.admin.remap_reasons.apply_async", lambda **options: asked.append(options["kwargs"])
    )
    rule = ReasonRuleFactory()
    action = {"action": "remap", "_selected_action": [rule.pk]}

    assert staff.post(reverse("admin:returns_reasonrule_changelist"), action).status_code == 302
    entry = LogEntry.objects.get()
    assert (entry.object_id, entry.change_message) == (str(rule.pk), "Пересчитать историю по всем правилам")
    assert asked == [{"actor_id": entry.user_id}]

    def refuse(**_options: object) -> None:
        raise OperationalError

    monkeypatch.setattr("returns.admin.remap_reasons.apply_async", refuse)
    assert staff.post(reverse("admin:returns_reasonrule_changelist"), action).status_code == 302
    assert LogEntry.objects.count() == 1


def test_the_task_moves_what_the_rules_mean(company: Company) -> None:
    shuffled(company)

    assert tasks.remap_reasons() == 8
    assert set(ReturnEvent.all_companies.values_list("actor", flat=True)) == {None}


def test_the_history_says_who_asked_for_the_remap(company: Company) -> None:
    person = UserFactory()
    shuffled(company)

    assert tasks.remap_reasons(actor_id=person.pk) == 8
    assert set(ReturnEvent.all_companies.values_list("actor", flat=True)) == {person.pk}

    Return.all_companies.update(reason=None)
    gone = person.pk
    person.delete()
    assert tasks.remap_reasons(actor_id=gone) == 8


def test_a_rule_of_a_retired_reason_can_be_switched_off(staff: Client) -> None:
    rule = ReasonRuleFactory(words="слова", reason=ReasonFactory(is_active=False))
    url = reverse("admin:returns_reasonrule_change", args=[rule.pk])

    form = rule_form(words="слова", reason=rule.reason_id, is_active="")
    assert staff.post(url, form).status_code == 302

    rule.refresh_from_db()
    assert not rule.is_active
    fresh = staff.post(reverse("admin:returns_reasonrule_add"), rule_form(reason=rule.reason_id))
    assert fresh.status_code == 200
    assert not ReasonRule.objects.filter(words="Новее нового").exists()


@pytest.mark.parametrize("words", ["НОВЕЕ нового", "Новёе нового.", "Новее нового"])
def test_words_have_one_active_rule(staff: Client, words: str) -> None:
    held = ReasonRuleFactory(words="Новее нового")
    add = reverse("admin:returns_reasonrule_add")

    refused = staff.post(add, rule_form(words=words))

    assert refused.status_code == 200
    (said,) = refused.context["adminform"].form.errors["words"]
    assert "Новее нового" in said
    assert staff.post(add, rule_form(words=words, marketplace="ozon")).status_code == 302
    assert staff.post(add, rule_form(words=words, match_by="part")).status_code == 302
    change = reverse("admin:returns_reasonrule_change", args=[held.pk])
    assert staff.post(change, rule_form(words="новее нового")).status_code == 302


def test_of_two_rules_for_the_same_words_one_can_be_switched_off(staff: Client) -> None:
    ReasonRuleFactory(words="Новее нового")
    twin = ReasonRuleFactory(words="новее нового")
    url = reverse("admin:returns_reasonrule_change", args=[twin.pk])

    assert staff.post(url, rule_form(words=twin.words, is_active="")).status_code == 302
    assert staff.post(url, rule_form(words=twin.words)).status_code == 200

    twin.refresh_from_db()
    assert not twin.is_active


def test_a_rule_that_is_changed_says_what_it_moves(staff: Client) -> None:
    word = ReasonWordFactory(words="Новее нового", seen=7)
    rule = ReasonRuleFactory(words="новее нового")
    remap_reasons()
    assert staff.get(reverse("admin:returns_reasonword_changelist")).status_code == 200
    url = reverse("admin:returns_reasonrule_change", args=[rule.pk])

    kept = staff.post(url, rule_form(words=word.words, is_active=""), follow=True)

    assert "7" in "".join(str(message) for message in kept.context["messages"])
