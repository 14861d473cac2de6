"""The dictionary of reasons and the rules that a new cabinet begins with; staff change them in the admin.

Of parts that both stand in a text the reason that comes first here stands: what is narrower goes before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from django.db.models import Model


class Default(NamedTuple):
    """A reason: code, group, name, advice, and the words that mean it."""

    code: str
    group: str
    name: str
    advice: str
    ids: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()


DEFAULTS: Final = (
    Default(
        "size", "size", "Не подошёл размер",
        "Проверьте таблицу размеров и замеры; добавьте в карточку, на кого какой размер.",
        texts=("Не подошёл размер", "Не подошел по размеру", "Размер не подошёл"),
        parts=("размер", "маломерит", "большемерит", "слишком мал", "слишком велик", "не подошла посадка"),
    ),
    Default(
        "does-not-fit", "size", "Не подошёл",
        "Если это одежда или обувь, проверьте размерную сетку; иначе — описание и назначение товара.",
        ids=("DOES_NOT_FIT",), texts=("Не подошёл", "Товар не подошёл", "Покупателю не подошёл товар"),
    ),
    Default(
        "wrong-item", "marketplace", "Привезли не то",
        "Проверьте штрихкоды похожих товаров; если они верны, ошибся склад.",
        ids=("WRONG_ITEM", "WRONG_AMOUNT_DELIVERED", "MISGRADING"),
        parts=("не тот товар", "другой товар", "пересорт", "не то привез", "перепутал", "ошибочный товар"),
    ),
    Default(
        "damaged-package", "packaging", "Повреждена упаковка",
        "Упаковка не выдержала дороги: усильте её или добавьте защиту.",
        ids=("BAD_PACKAGE", "WRAPPING_DAMAGED"), parts=("упаковк", "упакован"),
    ),
    Default(
        "damaged-in-delivery", "delivery", "Повредили при доставке",
        "Посмотрите, не слаба ли упаковка; за повреждение в пути отвечает маркетплейс.",
        ids=("DAMAGE_DELIVERY",), parts=("при доставке", "при перевозке", "при транспортировке"),
    ),
    Default(
        "color-differs", "description", "Цвет отличается от фото",
        "Переснимите товар при дневном свете и проверьте название цвета.",
        ids=("WRONG_COLOR",), parts=("цвет", "оттенок"),
    ),
    Default(
        "not-as-described", "description", "Не соответствует описанию",
        "Сверьте фото, характеристики и описание с самим товаром.",
        ids=("DID_NOT_MATCH_DESCRIPTION", "CONTENT_FAIL"),
        parts=("не соответствует опис", "не соответствует фото", "отличается от опис", "отличается от фото",
               "не как на фото", "не как в описании", "характеристик", "описани"),
    ),
    Default(
        "defect", "product", "Брак",
        "Посмотрите, из какой поставки единицы, и проверьте партию у производителя.",
        ids=("DAMAGED", "BROKEN", "BROKEN_ITEM", "BAD_FLOWERS", "returnDefective"),
        parts=("брак", "дефект", "сломан", "повреждён товар", "товар повреждён", "шов", "швы", "порвал",
               "поврежден"),
    ),
    Default(
        "not-working", "product", "Не работает", "Проверьте партию и инструкцию: возможно, товар включают неверно.",
        ids=("NOT_WORKING",), parts=("не работает", "неисправ", "не включается"),
    ),
    Default(
        "poor-quality", "product", "Не устроило качество",
        "Прочитайте отзывы о материале и сборке; сравните с прежними партиями.",
        ids=("BAD_QUALITY", "USER_REFUSED_QUALITY"), parts=("качеств",),
    ),
    Default(
        "stains-smell", "product", "Пятна, запах или следы носки",
        "Возможно, на склад вернулось то, что уже носили: проверьте, что идёт обратно в продажу.",
        ids=("ITEM_WAS_USED",), parts=("пятн", "запах", "следы нос", "следы использ", "загрязн", "б/у"),
    ),
    Default(
        "incomplete", "product", "Неполный комплект", "Проверьте, как комплект собирают и запечатывают перед поставкой.",
        ids=("INCOMPLETENESS", "INCOMPLETE", "PART_MISSING"), parts=("комплект", "не хватает", "недостаёт"),
    ),
    Default(
        "late", "delivery", "Долго везли", "Держите запас ближе к покупателю: посмотрите кластер отгрузки.",
        ids=("DELIVERED_TOO_LONG", "TOO_LONG_DELIVERY", "DELIVERY_FAIL", "USER_REFUSED_DELIVERY", "DELIVERY_PROBLEMS",
             "TOO_MANY_DELIVERY_DATE_CHANGES"),
        parts=("срок доставки", "долго", "опозда", "поздно привез", "не вовремя", "условия доставки", "задерж"),
    ),
    Default(
        "not-delivered", "delivery", "Не смогли доставить",
        "Ничего не требуется; если таких много в одном регионе, сообщите в поддержку.",
        ids=("DELIVERY_SERVICE_UNDELIVERED", "DELIVERY_SERVICE_FAILED"),
        parts=("нет доставки", "не доставлен", "не удалось достав", "возврат из службы доставки"),
    ),
    Default(
        "lost", "delivery", "Потерялся в доставке", "Проверьте, что маркетплейс возместил цену.",
        ids=("DELIVERY_SERVICE_LOST", "SORTING_CENTER_LOST", "PARCEL_MISSING"), parts=("утерян", "потерян", "утрачен"),
    ),
    Default(
        "not-collected", "buyer", "Не забрали", "Покупатель не пришёл: посмотрите, не дольше ли обычного везли.",
        ids=("expire", "PICKUP_EXPIRED", "USER_UNREACHABLE"),
        parts=("не забрал", "истек срок", "срок хранения", "срок получения", "не востребован", "невостребован",
               "не удалось связаться"),
    ),
    Default(
        "refused", "buyer", "Отказ при получении",
        "Покупатель посмотрел и не взял: сравните карточку с тем, что он увидел.",
        ids=("receipt", "USER_REFUSED_PRODUCT"),
        parts=("отказ при получении", "отказался при получении", "не вручен", "отказ от получения",
               "отказался от получения", "при вручении"),
    ),
    Default(
        "changed-mind", "buyer", "Передумал", "Ничего не требуется.",
        ids=("USER_CHANGED_MIND", "USER_PLACED_OTHER_ORDER", "REPLACING_ORDER", "app"),
        parts=("передумал", "больше не нужен", "не нужен", "отказ до получения", "оформил другой", "заменил товар"),
    ),
    Default(
        "did-not-like", "buyer", "Не понравился", "Прочитайте отзывы: чего ждали и что увидели.",
        ids=("USER_DID_NOT_LIKE", "LOYALTY_FAIL"), parts=("не понрав",),
    ),
    Default(
        "cheaper", "buyer", "Нашёл дешевле", "Сравните цену с похожими товарами.",
        ids=("USER_BOUGHT_CHEAPER",), parts=("дешевле",),
    ),
    Default(
        "by-mistake", "buyer", "Заказал по ошибке", "Ничего не требуется.",
        ids=("WRONG_ORDER",), parts=("по ошибке", "ошибочно заказ", "ошибся"),
    ),
    Default(
        "not-paid", "buyer", "Не оплатил", "Ничего не требуется.",
        ids=("USER_NOT_PAID", "RESERVATION_EXPIRED"), parts=("не оплат",),
    ),
    Default(
        "out-of-stock", "marketplace", "Не оказалось на складе", "Сверьте остаток: возможно, единица пропала на складе.",
        ids=("MISSING_ITEM", "WAREHOUSE_FAILED_TO_SHIP"), parts=("не оказалось", "нет на складе"),
    ),
    Default(
        "technical", "marketplace", "Решение маркетплейса",
        "Посмотрите историю возврата; если причина не названа, спросите поддержку.",
        ids=("TECHNICAL_ERROR", "PROCESSING_EXPIRED"),
        parts=("техническ", "не опознан", "неопознан", "ошибка склада", "по решению"),
    ),
    Default(
        "own-withdrawal", "unknown", "Вывоз по просьбе продавца", "Ничего не требуется: свой товар едет обратно.",
        parts=("по инициативе продавца", "по запросу продавца", "по просьбе продавца"),
    ),
    Default(
        "other", "unknown", "Другое", "Маркетплейс не назвал причину: её могут знать отзывы и чаты.",
        ids=("other",), texts=("Иное", "Другое", "Прочее", "Другая причина", "Причина не указана", "Причина не известна"),
    ),
)  # fmt: skip


def fill_dictionary(reason_model: type[Model], rule_model: type[Model]) -> None:
    """Write the reasons and rules that are not there, with the models given (a migration has its own); what staff
    made stays as it is."""
    reasons: Any = reason_model._default_manager  # noqa: SLF001 - Django's documented way to a model's manager
    rules: Any = rule_model._default_manager  # noqa: SLF001
    for one in DEFAULTS:
        reason, _is_new = reasons.get_or_create(
            code=one.code, defaults={"group": one.group, "name": one.name, "advice": one.advice}
        )
        for match_by, words in (("id", one.ids), ("text", one.texts), ("part", one.parts)):
            for text in words:
                rules.get_or_create(
                    marketplace="", match_by=match_by, words=text, defaults={"reason": reason}
                )
