"""Market's warehouses: fewer than the world has, so each of them holds the goods of several."""

from dataclasses import dataclass

from sandbox.world.cells import WIDTH
from sandbox.world.geography import DROP_OFFS, WAREHOUSES


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """A warehouse of Market and the clusters of the world whose goods lie in it."""

    index: int
    id: int
    name: str
    city: str
    street: str
    number: str
    gps: tuple[float, float]
    clusters: tuple[int, ...]


def _markets() -> tuple[Market, ...]:
    rows = (
        (172, "Яндекс Маркет (Софьино)", "Софьино", "Логистический парк", "к1", (55.5, 38.16), (154,)),
        (145, "Яндекс Маркет (Санкт-Петербург)", "Шушары", "Московское шоссе", "231", (59.8, 30.4), (2,)),
        (300, "Яндекс Маркет (Самара)", "Новосемейкино", "Горный проезд", "1", (53.4, 50.3), (16, 146)),
        (147, "Яндекс Маркет (Ростов-на-Дону)", "Аксай", "Новочеркасское", "33", (47.3, 39.9), (6, 17)),
        (301, "Яндекс Маркет (Екатеринбург)", "Екатеринбург", "Бахчиванджи", "2", (56.8, 60.8), (12, 151)),
        (302, "Яндекс Маркет (Новосибирск)", "Обь", "Аэропортовская", "5", (55.0, 82.7), (148, 149, 7)),
    )
    return tuple(
        Market(
            index=index,
            id=id_,
            name=name,
            city=city,
            street=street,
            number=number,
            gps=gps,
            clusters=clusters,
        )
        for index, (id_, name, city, street, number, gps, clusters) in enumerate(rows)
    )


MARKETS = _markets()


def _of(cluster: int) -> Market:
    return next(market for market in MARKETS if cluster in market.clusters)


#: For each warehouse of the world the one of Market that stands for it.
MARKET_OF = tuple(_of(warehouse.cluster.id) for warehouse in WAREHOUSES)


def market_at(place: int) -> Market:
    """Return the warehouse in which the goods of a place of the world lie."""
    return MARKET_OF[place % WIDTH]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transit:
    """A transit warehouse of Market: supplies for one far away are brought here. Its slots are in its own zone."""

    id: int
    name: str
    address: str
    gps: tuple[float, float]
    zone: str


_TRANSIT = ((901, "Калининград", 54.7), (902, "Балашиха", 55.8), (903, "Артём", 43.4))
#: For each drop-off point of the world the transit warehouse that stands for it.
TRANSITS = tuple(
    Transit(
        id=id_,
        name=f"Транзитный склад Маркета ({city})",
        address=point.address,
        gps=(latitude, point.longitude),
        zone=point.timezone,
    )
    for (id_, city, latitude), point in zip(_TRANSIT, DROP_OFFS, strict=True)
)
