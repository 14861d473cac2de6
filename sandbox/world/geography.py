"""Where goods lie and where buyers live: clusters and warehouses of a country-wide marketplace."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A region that is served from its own warehouses first."""

    index: int
    id: int
    macro_id: int
    name: str
    country: str
    longitude: float
    buyers: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Warehouse:
    """A fulfilment centre; `share` is how readily sellers keep a product there."""

    index: int
    id: int
    name: str
    cluster: Cluster
    address: str
    timezone: str
    share: float


def _clusters() -> tuple[Cluster, ...]:
    rows = (
        (154, 4039, "Москва, МО и Дальние регионы", "Россия", 37.6, 34.0),
        (2, 4007, "Санкт-Петербург и СЗО", "Россия", 30.3, 13.0),
        (16, 4016, "Казань", "Россия", 49.1, 8.0),
        (146, 4046, "Самара", "Россия", 50.2, 7.0),
        (6, 4006, "Воронеж", "Россия", 39.2, 6.0),
        (17, 4017, "Краснодар", "Россия", 39.0, 10.0),
        (12, 4012, "Екатеринбург", "Россия", 60.6, 9.0),
        (148, 4048, "Новосибирск", "Россия", 82.9, 6.5),
        (149, 4049, "Красноярск", "Россия", 92.9, 3.0),
        (7, 4008, "Дальний Восток", "Россия", 135.1, 2.5),
        (151, 4051, "Казахстан", "Казахстан", 71.4, 1.0),
    )
    return tuple(
        Cluster(
            index=index, id=old, macro_id=macro, name=name, country=country, longitude=east, buyers=buyers
        )
        for index, (old, macro, name, country, east, buyers) in enumerate(rows)
    )


CLUSTERS = _clusters()


def _warehouses() -> tuple[Warehouse, ...]:
    moscow, petersburg, kazan, samara, voronezh, krasnodar, ural, siberia, yenisei, east, kazakhstan = (
        CLUSTERS
    )
    rows = (
        (
            15431806189000,
            "ХОРУГВИНО_РФЦ",
            moscow,
            "Московская область, Солнечногорск, д. Хоругвино",
            "Europe/Moscow",
            1.0,
        ),
        (
            22655170176000,
            "ПУШКИНО_1_РФЦ",
            moscow,
            "Московская область, Пушкино, Ярославское шоссе, 2",
            "Europe/Moscow",
            0.55,
        ),
        (
            1020000177886000,
            "ПЕТРОВСКОЕ_РФЦ",
            moscow,
            "Московская область, Ногинск, д. Петровское",
            "Europe/Moscow",
            0.35,
        ),
        (
            18044249781000,
            "САНКТ_ПЕТЕРБУРГ_РФЦ",
            petersburg,
            "Ленинградская область, Тельмана, Онежская ул., 7",
            "Europe/Moscow",
            0.75,
        ),
        (
            23843917228000,
            "КАЗАНЬ_РФЦ_НОВЫЙ",
            kazan,
            "Татарстан, Зеленодольск, Промышленный парк, 4",
            "Europe/Moscow",
            0.6,
        ),
        (
            1020000115166000,
            "САМАРА_РФЦ",
            samara,
            "Самарская область, Новосемейкино, Индустриальная ул., 1",
            "Europe/Samara",
            0.45,
        ),
        (
            1020000890214000,
            "ВОРОНЕЖ_2_РФЦ",
            voronezh,
            "Воронежская область, Новая Усмань, Логистическая ул., 9",
            "Europe/Moscow",
            0.4,
        ),
        (
            18044570445000,
            "РОСТОВ_НА_ДОНУ_РФЦ",
            krasnodar,
            "Ростовская область, Аксай, Новочеркасское шоссе, 33",
            "Europe/Moscow",
            0.4,
        ),
        (
            1020000039316000,
            "НОВОРОССИЙСК_МРФЦ",
            krasnodar,
            "Краснодарский край, Новороссийск, Анапское шоссе, 80",
            "Europe/Moscow",
            0.45,
        ),
        (
            1020001122590000,
            "ЕКАТЕРИНБУРГ_РФЦ_НОВЫЙ",
            ural,
            "Свердловская область, Екатеринбург, Бахчиванджи, 17",
            "Asia/Yekaterinburg",
            0.65,
        ),
        (
            1020000201349000,
            "НОВОСИБИРСК_РФЦ_НОВЫЙ",
            siberia,
            "Новосибирская область, Толмачёво, Аэропортовская ул., 5",
            "Asia/Novosibirsk",
            0.45,
        ),
        (
            1020001835658000,
            "КРАСНОЯРСК_МРФЦ",
            yenisei,
            "Красноярский край, Емельяново, Логистический пр., 1",
            "Asia/Krasnoyarsk",
            0.2,
        ),
        (
            1020000639571000,
            "ХАБАРОВСК_2_РФЦ",
            east,
            "Хабаровский край, Хабаровск, Восточное шоссе, 44",
            "Asia/Vladivostok",
            0.18,
        ),
        (
            1020001504327000,
            "АСТАНА_РФЦ",
            kazakhstan,
            "Казахстан, Астана, шоссе Алаш, 23",
            "Asia/Almaty",
            0.12,
        ),
    )
    return tuple(
        Warehouse(
            index=index, id=id_, name=name, cluster=cluster, address=address, timezone=zone, share=share
        )
        for index, (id_, name, cluster, address, zone, share) in enumerate(rows)
    )


WAREHOUSES = _warehouses()


def _nearest_first(home: Cluster) -> tuple[int, ...]:
    def distance(warehouse: Warehouse) -> tuple[bool, float, float]:
        return (
            warehouse.cluster is not home,
            abs(warehouse.cluster.longitude - home.longitude),
            -warehouse.share,
        )

    return tuple(warehouse.index for warehouse in sorted(WAREHOUSES, key=distance))


#: For each cluster the warehouses that may serve its buyers, the nearest first.
ROUTES = tuple(_nearest_first(cluster) for cluster in CLUSTERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class DropOff:
    """A point where a supply is handed in for a warehouse far from it; its slots are in its own zone."""

    index: int
    id: int
    name: str
    address: str
    timezone: str
    longitude: float


DROP_OFFS = (
    DropOff(index=0, id=1020002087410000, name="КАЛИНИНГРАД_КРОССДОКИНГ", address="Калининград, Большая Окружная ул., 7", timezone="Europe/Kaliningrad", longitude=20.5),
    DropOff(index=1, id=1020002087411000, name="МОСКВА_ВОСТОК_КРОССДОКИНГ", address="Московская область, Балашиха, Западная ул., 3", timezone="Europe/Moscow", longitude=37.9),
    DropOff(index=2, id=1020002087412000, name="ВЛАДИВОСТОК_КРОССДОКИНГ", address="Приморский край, Артём, Портовая ул., 12", timezone="Asia/Vladivostok", longitude=132.2),
)  # fmt: skip
