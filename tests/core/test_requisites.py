"""core.requisites: golden numbers pass, a wrong digit is found, and each refusal says what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core import requisites
from core.requisites import BadRequisite

Check = Callable[[str], str]

company_inn = partial(requisites.inn, is_person=False)
person_inn = partial(requisites.inn, is_person=True)
SBER = "044525225"


def settlement(number: str) -> str:
    return requisites.settlement_account(number, SBER)


def correspondent(number: str) -> str:
    return requisites.correspondent_account(number, SBER)


GOLDEN: dict[str, tuple[Check, str]] = {
    "inn of a company": (company_inn, "7707083893"),
    "inn of a person": (person_inn, "500100732259"),
    "ogrn": (requisites.ogrn, "1027700132195"),
    "ogrnip": (requisites.ogrnip, "304500116000157"),
    "kpp": (requisites.kpp, "773601001"),
    "bic": (requisites.bic, SBER),
    "correspondent account": (correspondent, "30101810400000000225"),
    "settlement account": (settlement, "40702810938000012345"),
}
# Every number but these two carries a check digit.
KEYED = {name: pair for name, pair in GOLDEN.items() if name not in ("kpp", "bic")}
HOSTILE = [
    "7" * 10_000,
    "\x00",
    "\u202e7707083893",
    "<script>alert(1)</script>",
    "٧٧٠٧٠٨٣٨٩٣",
    "７７０７０８３８９３",
    "²" * 10,
]


def code_of(check: Check, number: str) -> str:
    with pytest.raises(BadRequisite) as refusal:
        check(number)
    assert refusal.value.code
    return str(refusal.value.code)


@pytest.mark.parametrize(("check", "number"), GOLDEN.values(), ids=GOLDEN)
def test_golden_number_passes(check: Check, number: str) -> None:
    assert check(number) == number


@pytest.mark.parametrize(("check", "number"), GOLDEN.values(), ids=GOLDEN)
def test_spaces_hyphens_and_dots_are_left_out(check: Check, number: str) -> None:
    assert check(f" {number[:3]}\u00a0{number[3:5]}-{number[5:7]}\u2009{number[7:]}.\n") == number


@pytest.mark.parametrize(("check", "number"), GOLDEN.values(), ids=GOLDEN)
def test_too_short_and_too_long_say_so(check: Check, number: str) -> None:
    assert code_of(check, number[:-1]) == "length"
    assert code_of(check, number + "0" * 7) == "length"
    assert code_of(check, "") == "length"


@pytest.mark.parametrize("typed", HOSTILE)
@pytest.mark.parametrize(("check", "number"), GOLDEN.values(), ids=GOLDEN)
def test_hostile_input_is_refused(check: Check, number: str, typed: str) -> None:
    assert code_of(check, typed) in {"length", "letters"}


@pytest.mark.parametrize(("check", "number"), KEYED.values(), ids=KEYED)
def test_wrong_last_digit_is_found(check: Check, number: str) -> None:
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)

    assert code_of(check, wrong) in {"checksum", "bic"}


def with_digit(number: str, place: int, digit: int) -> str:
    return f"{number[:place]}{digit}{number[place + 1 :]}"


@given(place=st.integers(0, 19), digit=st.integers(0, 9))
@pytest.mark.parametrize("name", ["settlement account", "correspondent account"])
def test_any_wrong_digit_of_an_account_is_found(name: str, place: int, digit: int) -> None:
    check, number = GOLDEN[name]
    wrong = with_digit(number, place, digit)
    assume(wrong != number)

    code_of(check, wrong)


@given(
    region=st.integers(1, 99),
    rest=st.integers(0, 9_999_999),
    place=st.integers(0, 8),
    digit=st.integers(0, 9),
)
def test_any_wrong_digit_of_an_inn_is_found_but_where_the_law_is_blind(
    region: int, rest: int, place: int, digit: int
) -> None:
    body = f"{region:02}{rest:07}"
    number = body + str(inn_sum(body) % 10)
    wrong = with_digit(number, place, digit)
    assume(wrong != number)

    assert company_inn(number) == number
    try:
        company_inn(wrong)
    except BadRequisite:
        return
    # A remainder of 10 is written as 0: the two are one check digit.
    assert {inn_sum(body), inn_sum(wrong[:9])} in ({0, 10}, {inn_sum(body)})


def inn_sum(body: str) -> int:
    return sum(int(d) * w for d, w in zip(body, (2, 4, 10, 3, 5, 9, 4, 6, 8), strict=True)) % 11


@given(body=st.integers(10**13, 10**14 - 1).map(lambda number: f"3{number % 10**13:013}"))
def test_ogrnip_with_a_remainder_of_two_digits_passes(body: str) -> None:
    number = f"{body}{int(body) % 13 % 10}"

    assert requisites.ogrnip(number) == number


@given(place=st.integers(0, 11))
@pytest.mark.parametrize("name", KEYED)
def test_two_digits_that_changed_places_are_found(name: str, place: int) -> None:
    check, number = GOLDEN[name]
    assume(place + 1 < len(number))
    one, two = number[place], number[place + 1]
    # The weights of accounts differ by 6 or 2: a pair that differs by 5 slips through by the rule itself.
    assume(one != two and abs(int(one) - int(two)) != 5)

    code_of(check, number[:place] + two + one + number[place + 2 :])


@pytest.mark.parametrize(
    ("check", "number", "code"),
    [
        (company_inn, "500100732259", "wrong_kind"),
        (person_inn, "7707083893", "wrong_kind"),
        (company_inn, "0000000000", "start"),
        (person_inn, "000000000000", "start"),
        (company_inn, "77О7083893", "letters"),
        (requisites.ogrn, "304500116000157", "wrong_kind"),
        (requisites.ogrnip, "1027700132195", "wrong_kind"),
        (requisites.ogrn, "2027700132195", "start"),
        (requisites.ogrnip, "504500116000157", "start"),
        (requisites.kpp, "77360Я001", "letters"),
        (requisites.kpp, "7736AB00C", "letters"),
        (requisites.kpp, "003601001", "start"),
        (requisites.bic, "445252250", "start"),
        (settlement, "30101810400000000225", "wrong_kind"),
        (settlement, "00000000000000000000", "start"),
        (correspondent, "40702810938000012345", "start"),
        (correspondent, "30101810400000000974", "bic"),
    ],
)
def test_each_refusal_names_its_reason(check: Check, number: str, code: str) -> None:
    assert code_of(check, number) == code


def test_the_words_say_how_many_digits_are_missing() -> None:
    with pytest.raises(BadRequisite) as refusal:
        requisites.bic("0445252")

    assert refusal.value.messages == ["Должно быть 9 цифр, а здесь 7."]


def test_kpp_of_a_large_taxpayer_may_hold_latin_letters() -> None:
    assert requisites.kpp("7736ab001") == "7736AB001"


def test_an_account_that_fits_another_bank_is_refused_with_the_bic() -> None:
    with pytest.raises(BadRequisite) as refusal:
        requisites.settlement_account("40702810938000012345", "044525974")

    assert "044525974" in refusal.value.messages[0]


def test_accounts_with_the_bank_of_russia_are_keyed_by_the_region() -> None:
    prefix_of_region = requisites.correspondent_of("044525000")
    number = next(
        account
        for key in range(10)
        if requisites._weighted(f"025{(account := f'40501810{key}45252000001')}") == 0
    )

    assert requisites.settlement_account(number, "044525000") == number
    assert prefix_of_region.endswith("000")


@pytest.mark.parametrize(
    ("bic", "number"),
    [
        ("044525225", "30101810400000000225"),
        ("044525593", "30101810200000000593"),
        ("044030653", "30101810500000000653"),
    ],
)
def test_correspondent_account_is_made_from_the_bic(bic: str, number: str) -> None:
    assert requisites.correspondent_of(bic) == number
    assert requisites.correspondent_account(number, bic) == number


@given(st.integers(0, 9_999_999).map(lambda rest: f"04{rest:07}"))
def test_the_offered_correspondent_account_always_fits(bic: str) -> None:
    assert requisites.correspondent_account(requisites.correspondent_of(bic), bic)


@pytest.mark.parametrize(
    ("bic", "number"), [("044525974", "30101810145250000974"), ("044525104", "30101810745374525104")]
)
def test_a_correspondent_account_with_another_middle_is_good(bic: str, number: str) -> None:
    assert requisites.correspondent_account(number, bic) == number


@pytest.mark.parametrize(
    ("number", "currency"),
    [
        ("40702810938000012345", "RUB"),
        ("40702643538000012345", "RUB"),
        ("40702 156 538000012345", "CNY"),
        ("40702840538000012345", "USD"),
        ("40702978538000012345", "EUR"),
        ("40702933538000012345", "BYN"),
        ("40702398538000012345", "KZT"),
        ("40702417538000012345", "KGS"),
        ("40702999538000012345", None),
        ("", None),
    ],
)
def test_currency_is_read_from_the_account(number: str, currency: str | None) -> None:
    assert requisites.currency_of_account(number) == currency
