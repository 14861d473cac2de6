"""Words of Wildberries: subjects, places, stock names, and moments in Moscow's time."""

from typing import NamedTuple

from sandbox.world.moments import DAY, HOUR, iso

WAREHOUSE_ID, WAREHOUSE = -999_999, "Склад WB"
WAREHOUSE_RU, WAREHOUSE_LARGE = "Склад WB РФ", "Склад WB СГТ РФ"
ON_WAY_TO, ON_WAY_BACK = "В пути до получателей", "В пути возвраты на склад WB"
TOTAL = "Всего находится на складах"
NO_DATE = "0001-01-01T00:00:00"
UNKNOWN_STATUS = "heldForInspection"
UNKNOWN_SUPPLY, UNKNOWN_RETURN, UNKNOWN_CLAIM = 9, "Уточняется", 12
BRAND = "Льняная лавка"
MOSCOW = 3 * HOUR
CATEGORIES = {
    17028922: "Текстиль для дома",
    17028924: "Шторы и карнизы",
    17028926: "Кухонный текстиль",
    200001517: "Одежда",
    200001483: "Домашняя обувь",
}


class Place(NamedTuple):
    """Where a buyer lives: country, federal district, region, city and the short name of the district."""

    country: str
    district: str
    region: str
    city: str
    short: str


def _place(district: str, region: str, city: str, country: str = "Россия") -> Place:
    return Place(country, f"{district} федеральный округ" if district else "", region, city, district)


#: By the place of a cluster in the world.
PLACES = (
    _place("Центральный", "Московская", "Москва"),
    _place("Северо-Западный", "Ленинградская", "Санкт-Петербург"),
    _place("Приволжский", "Татарстан", "Казань"),
    _place("Приволжский", "Самарская", "Самара"),
    _place("Центральный", "Воронежская", "Воронеж"),
    _place("Южный", "Краснодарский", "Краснодар"),
    _place("Уральский", "Свердловская", "Екатеринбург"),
    _place("Сибирский", "Новосибирская", "Новосибирск"),
    _place("Сибирский", "Красноярский", "Красноярск"),
    _place("Дальневосточный", "Хабаровский", "Хабаровск"),
    _place("", "Астана", "Астана", country="Казахстан"),
)


def moscow_naive(at: int) -> str:
    """Write an instant as statistics do: Moscow's time without an offset, whole seconds."""
    return iso(at + MOSCOW)[:19]


def moscow(at: int) -> str:
    """Write an instant as the feed does: Moscow's time with its offset."""
    return f"{moscow_naive(at)}+03:00"


def utc(at: int) -> str:
    """Write an instant as cards do: whole seconds and Z."""
    return f"{iso(at)[:19]}Z"


def comma(hundredths: int) -> str:
    """Write an amount as tariffs do: a comma before decimals, a space between thousands."""
    whole, rest = divmod(hundredths, 100)
    text = f"{whole:,}".replace(",", " ")
    return f"{text},{rest:02}".rstrip("0").rstrip(",") if rest else text


#: The warehouses that supplies are driven to, by the place of a warehouse in the world: id and name.
SUPPLY_WAREHOUSES = (
    (507, "Коледино"),
    (120762, "Электросталь"),
    (117501, "Подольск"),
    (159402, "Санкт-Петербург Уткина Заводь"),
    (117986, "Казань"),
    (301760, "Рязань Тюшевское"),
    (206348, "Тула"),
    (130744, "Краснодар Тихорецкая"),
    (301229, "Невинномысск"),
    (1733, "Екатеринбург Испытателей 14г"),
    (686, "Новосибирск"),
    (321932, "Красноярск Старцево"),
    (206968, "Хабаровск"),
    (204939, "Астана Карагандинское шоссе"),
)
#: Where the seller fetches goods that come back to him: id and address of the pick-up point.
SELLERS_POINT = (310105, "Ивановская обл., Фурманов, ул. Социалистическая, 12")


def moscow_day(at: int) -> int:
    """Return the number of an instant's day in Moscow."""
    return (at + MOSCOW) // DAY
