"""Numbers of Russian law and banks: INN, KPP, OGRN, BIC, accounts. Pure checks; each says what is wrong.

Every check takes what a person typed, gives the bare number back and raises BadRequisite.
"""

from __future__ import annotations

import re
from itertools import cycle
from typing import TYPE_CHECKING, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from stdnum.ru import inn as inn_rules

if TYPE_CHECKING:
    from collections.abc import Callable

# Digits 6-8 of an account; 643 is written where 810 is meant, since the rouble of 1998.
CURRENCIES: Final = {
    "810": "RUB",
    "643": "RUB",
    "156": "CNY",
    "840": "USD",
    "978": "EUR",
    "933": "BYN",
    "398": "KZT",
    "417": "KGS",
}

_ORNAMENT: Final = re.compile(r"[\s\u00a0\u2000-\u200b\u202f\u2060\ufeff.\-\u2010-\u2015\u2212]+")
_KPP: Final = re.compile(r"[0-9]{4}[0-9A-Z]{2}[0-9]{3}")
_ACCOUNT_WEIGHTS: Final = (7, 1, 3)
_ACCOUNT_LENGTH: Final = 20
# Where the key digit stands in an account.
_KEY: Final = 8
# Last digits of the BIC of a branch of the Bank of Russia: accounts there are keyed by the region.
_CENTRAL_BANK: Final = frozenset({"000", "001", "002"})


class BadRequisite(ValidationError):
    """The number cannot be right; the message says why, `code` in one word.

    Codes: `letters`, `length`, `wrong_kind`, `start`, `checksum`, `bic`.
    """

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message, code=code)


def digits(value: str) -> str:
    """What was typed, without the spaces, hyphens and dots that people put into long numbers."""
    return _ORNAMENT.sub("", value)


def inn(value: str, *, is_person: bool) -> str:
    """The taxpayer's number: 12 digits for a person (ИП too), 10 for a company, with check digits."""
    number = _only_digits(value)
    if is_person and len(number) == 10:
        raise BadRequisite(
            _("This is the INN of a company; that of a person has 12 digits."), code="wrong_kind"
        )
    if not is_person and len(number) == 12:
        raise BadRequisite(
            _("This is the INN of a person; that of a company has 10 digits."), code="wrong_kind"
        )
    _expect_length(number, 12 if is_person else 10)
    if number.startswith("00"):
        raise BadRequisite(_("No region has the code 00: check the first two digits."), code="start")
    return _checked(number, inn_rules.is_valid)


def kpp(value: str) -> str:
    """The reason code: 9 characters, of which the fifth and sixth may be capital Latin letters."""
    number = digits(value).upper()
    if len(number) != 9:
        raise BadRequisite(_length_message(len(number), 9), code="length")
    if not _KPP.fullmatch(number):
        raise BadRequisite(
            _("A KPP is written in digits; only the fifth and the sixth may be Latin letters."),
            code="letters",
        )
    if number.startswith("00"):
        raise BadRequisite(_("No region has the code 00: check the first two digits."), code="start")
    return number


def ogrn(value: str) -> str:
    """The registration number of a company: 13 digits, the last is a check digit."""
    number = _only_digits(value)
    if len(number) == 15:
        raise BadRequisite(_("This is an OGRNIP; the OGRN of a company has 13 digits."), code="wrong_kind")
    _expect_length(number, 13)
    if number[0] not in "15":
        raise BadRequisite(_("An OGRN begins with 1 or 5: check the first digit."), code="start")
    return _checked(number, _registration_fits)


def ogrnip(value: str) -> str:
    """The registration number of a sole proprietor: 15 digits, the last is a check digit."""
    number = _only_digits(value)
    if len(number) == 13:
        raise BadRequisite(_("This is the OGRN of a company; an OGRNIP has 15 digits."), code="wrong_kind")
    _expect_length(number, 15)
    if number[0] != "3":
        raise BadRequisite(_("An OGRNIP begins with 3: check the first digit."), code="start")
    return _checked(number, _registration_fits)


def bic(value: str) -> str:
    """The code of a Russian bank: 9 digits that begin with 04; it has no check digit of its own."""
    number = _only_digits(value)
    _expect_length(number, 9)
    if not number.startswith("04"):
        raise BadRequisite(
            _("The BIC of a Russian bank begins with 04: check the first digits."), code="start"
        )
    return number


def settlement_account(number: str, bic: str) -> str:
    """The account itself: 20 digits, of which the ninth is the key over the account and the BIC."""
    account = _only_digits(number)
    _expect_length(account, _ACCOUNT_LENGTH)
    if account.startswith("301"):
        raise BadRequisite(
            _("This is a correspondent account of a bank; give the account of the company."),
            code="wrong_kind",
        )
    if account[0] not in "34":
        raise BadRequisite(_("A settlement account begins with 4 or 3: check the first digit."), code="start")
    prefix = _region(bic) if bic[-3:] in _CENTRAL_BANK else bic[-3:]
    if not _key_fits(prefix, account):
        raise BadRequisite(
            _(
                "The account does not fit the BIC %(bic)s: the check digit does not come out. "
                "Usually it is one wrong digit or two that changed places."
            )
            % {"bic": bic},
            code="checksum",
        )
    return account


def correspondent_account(number: str, bic: str) -> str:
    """The bank's account with the Bank of Russia: begins with 30101, ends as the BIC, keyed by its region."""
    account = _only_digits(number)
    _expect_length(account, _ACCOUNT_LENGTH)
    if not account.startswith("30101"):
        raise BadRequisite(
            _("A correspondent account begins with 30101: check the first digits."), code="start"
        )
    if account[-3:] != bic[-3:]:
        raise BadRequisite(
            _("The last three digits of a correspondent account are those of the BIC: %(tail)s.")
            % {"tail": bic[-3:]},
            code="bic",
        )
    if not _key_fits(_region(bic), account):
        raise BadRequisite(
            _(
                "The correspondent account does not fit the BIC %(bic)s: the check digit does not come out. "
                "Usually it is one wrong digit or two that changed places."
            )
            % {"bic": bic},
            code="checksum",
        )
    return account


def correspondent_of(bic: str) -> str:
    """The correspondent account as most banks have it: 30101810 K 00000000 and the end of the BIC.

    An offer, not a rule: some banks have other digits in the middle.
    """
    blank = f"30101810000000000{bic[-3:]}"
    key = _weighted(_region(bic) + blank) * 3 % 10
    return f"{blank[:_KEY]}{key}{blank[_KEY + 1 :]}"


def currency_of_account(number: str) -> str | None:
    """The currency in which the account is kept (its digits 6-8); None for one that we do not know."""
    return CURRENCIES.get(digits(number)[5:8])


def _region(bic: str) -> str:
    return f"0{bic[4:6]}"


def _weighted(line: str) -> int:
    return (
        sum(int(digit) * weight % 10 for digit, weight in zip(line, cycle(_ACCOUNT_WEIGHTS), strict=False))
        % 10
    )


def _key_fits(prefix: str, account: str) -> bool:
    return _weighted(prefix + account) == 0


def _registration_fits(number: str) -> bool:
    # Not stdnum.ru.ogrn: of 15 digits it takes the remainder without its last digit, and refuses good numbers.
    return int(number[:-1]) % (len(number) - 2) % 10 == int(number[-1])


def _checked(number: str, is_valid: Callable[[str], bool]) -> str:
    if not is_valid(number):
        raise BadRequisite(
            _("The check digit does not come out: usually it is one wrong digit or two that changed places."),
            code="checksum",
        )
    return number


def _only_digits(value: str) -> str:
    number = digits(value)
    alien = next((sign for sign in number if sign not in "0123456789"), None)
    if alien is None:
        return number
    if alien.isalpha():
        raise BadRequisite(
            _("Only digits belong here, and there is the letter “%(letter)s”.") % {"letter": alien},
            code="letters",
        )
    raise BadRequisite(_("Only digits belong here."), code="letters")


def _expect_length(number: str, length: int) -> None:
    if len(number) != length:
        raise BadRequisite(_length_message(len(number), length), code="length")


def _length_message(found: int, wanted: int) -> str:
    return ngettext(
        "It should have %(wanted)s digits, and here is %(found)s.",
        "It should have %(wanted)s digits, and here are %(found)s.",
        found,
    ) % {"wanted": wanted, "found": found}
