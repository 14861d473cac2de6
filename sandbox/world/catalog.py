"""The assortment of a home-textile shop: families, sizes, colours, barcodes, base prices."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sandbox.world.moments import day_number
from sandbox.world.seeds import mix, unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Colour:
    """A colour with the endings its name takes with nouns of each gender."""

    code: str
    stem: str
    endings: tuple[str, str, str, str]
    hex: str

    def named(self, gender: int) -> str:
        """Return the colour as it stands after a noun: 0 he, 1 she, 2 it, 3 they."""
        return self.stem + self.endings[gender]


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Goods of one kind that differ in size and colour."""

    code: str
    name: str
    material: str
    gender: int
    sizes: tuple[tuple[str, str, int], ...]
    colours: tuple[str, ...]
    shape: str
    category: int
    kind: int
    kind_name: str
    season: str
    popularity: float
    commission: int
    weight: int
    box: tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One SKU of the seller. Money is in kopecks, weight in grams; `launched` is a day number, 0 for old goods."""

    index: int
    sku: int
    offer_id: str
    barcodes: tuple[str, ...]
    name: str
    description: str
    family: Family
    size: str
    colour: Colour
    base_price: int
    weight: int
    popularity: float
    launched: int
    archived: bool


_SOFT = ("ый", "ая", "ое", "ые")
_HARD = ("ой", "ая", "ое", "ые")
_FIXED = ("", "", "", "")

COLOURS = {
    colour.code: colour
    for colour in (
        Colour(code="OAT", stem="овсян", endings=_SOFT, hex="#d9c9ae"),
        Colour(code="GRY", stem="графит", endings=_FIXED, hex="#5b6068"),
        Colour(code="WHT", stem="бел", endings=_SOFT, hex="#f3f1ec"),
        Colour(code="TER", stem="терракота", endings=_FIXED, hex="#b8674a"),
        Colour(code="OLV", stem="оливков", endings=_SOFT, hex="#7d7f57"),
        Colour(code="SND", stem="песочн", endings=_SOFT, hex="#cdb38b"),
        Colour(code="MLK", stem="молочн", endings=_SOFT, hex="#ece3d2"),
        Colour(code="NAT", stem="натуральн", endings=_SOFT, hex="#bfae93"),
        Colour(code="BLU", stem="пыльно-голуб", endings=_HARD, hex="#8aa3b5"),
        Colour(code="SAG", stem="шалфей", endings=_FIXED, hex="#9aab90"),
        Colour(code="MOC", stem="мокко", endings=_FIXED, hex="#7a5c49"),
        Colour(code="LAV", stem="лавандов", endings=_SOFT, hex="#a99bc0"),
    )
}

_WIDE = tuple(COLOURS)
_CALM = ("OAT", "GRY", "WHT", "SND", "MLK", "NAT", "SAG")
_WEAR = ("XS", "S", "M", "L", "XL", "XXL")


def _wear(price: int, sizes: tuple[str, ...] = _WEAR) -> tuple[tuple[str, str, int], ...]:
    return tuple((size, f"р. {size}", price) for size in sizes)


FAMILIES = (
    Family(code="PLD", name="Плед", material="хлопок", gender=0, shape="fold", category=17028922, kind=93409, kind_name="Плед", season="winter", popularity=3.2, commission=20, weight=980, box=(380, 300, 110), colours=_WIDE, sizes=(("130", "130×170", 249000), ("150", "150×200", 299000), ("200", "200×220", 369000))),
    Family(code="POL", name="Полотенце банное", material="вафельное", gender=2, shape="towel", category=17028922, kind=93406, kind_name="Полотенце банное", season="flat", popularity=2.6, commission=19, weight=340, box=(300, 240, 60), colours=_CALM, sizes=(("70", "70×140", 89000), ("90", "90×150", 119000), ("50", "50×90", 54950))),
    Family(code="HLT", name="Халат вафельный", material="хлопок", gender=0, shape="robe", category=200001517, kind=93080, kind_name="Халат", season="winter", popularity=2.4, commission=22, weight=860, box=(360, 300, 90), colours=("GRY", "WHT", "SND", "OLV"), sizes=_wear(279000, ("S", "M", "L", "XL", "XXL"))),
    Family(code="PST", name="Постельное бельё", material="варёный хлопок", gender=2, shape="bed", category=17028922, kind=93404, kind_name="Комплект постельного белья", season="flat", popularity=1.9, commission=20, weight=2100, box=(400, 320, 140), colours=("GRY", "SND", "WHT", "OLV", "BLU", "NAT"), sizes=(("150", "1,5-спальное", 549000), ("180", "2-спальное", 629000), ("200", "евро", 729000), ("220", "семейное", 849000))),
    Family(code="SHT", name="Штора", material="лён", gender=1, shape="curtain", category=17028924, kind=93411, kind_name="Штора", season="spring", popularity=1.3, commission=21, weight=920, box=(340, 260, 70), colours=("LEN", "MLK", "GRY", "SAG"), sizes=(("150", "150×260", 319000), ("200", "200×270", 399000))),
    Family(code="NVL", name="Наволочки, 2 шт.", material="лён", gender=3, shape="pillow", category=17028922, kind=93405, kind_name="Наволочка", season="flat", popularity=1.5, commission=20, weight=360, box=(280, 220, 40), colours=_CALM, sizes=(("50", "50×70", 109000), ("70", "70×70", 124950))),
    Family(code="FRT", name="Фартук", material="лён", gender=0, shape="apron", category=17028926, kind=93420, kind_name="Фартук", season="flat", popularity=0.9, commission=21, weight=240, box=(260, 200, 30), colours=("OLV", "NAT", "TER", "GRY", "BLU"), sizes=(("UNI", "универсальный", 129000),)),
    Family(code="SKT", name="Скатерть", material="лён", gender=1, shape="cloth", category=17028926, kind=93418, kind_name="Скатерть", season="holiday", popularity=1.1, commission=21, weight=520, box=(300, 240, 50), colours=("NAT", "WHT", "SND", "TER"), sizes=(("150", "150×150", 199000), ("220", "150×220", 259000))),
    Family(code="SLF", name="Салфетки сервировочные, 4 шт.", material="лён", gender=3, shape="napkin", category=17028926, kind=93419, kind_name="Салфетка сервировочная", season="holiday", popularity=1.0, commission=21, weight=260, box=(240, 200, 30), colours=("NAT", "WHT", "OLV", "TER", "GRY"), sizes=(("40", "40×40", 89900),)),
    Family(code="PRS", name="Простыня на резинке", material="сатин", gender=1, shape="sheet", category=17028922, kind=93407, kind_name="Простыня", season="flat", popularity=1.6, commission=20, weight=640, box=(320, 260, 60), colours=_CALM, sizes=(("140", "140×200", 169000), ("160", "160×200", 184950), ("180", "180×200", 199000))),
    Family(code="PIZ", name="Пижама", material="муслин", gender=1, shape="pyjama", category=200001517, kind=93085, kind_name="Пижама", season="winter", popularity=1.4, commission=22, weight=420, box=(320, 260, 60), colours=("MLK", "SAG", "LAV", "BLU"), sizes=_wear(329000, ("XS", "S", "M", "L", "XL"))),
    Family(code="RBH", name="Рубашка льняная", material="лён", gender=1, shape="shirt", category=200001517, kind=93244, kind_name="Рубашка", season="summer", popularity=1.2, commission=22, weight=310, box=(320, 260, 40), colours=("WHT", "SND", "OLV", "BLU"), sizes=_wear(389000)),
    Family(code="BRK", name="Брюки льняные", material="лён", gender=3, shape="trousers", category=200001517, kind=93041, kind_name="Брюки", season="summer", popularity=0.9, commission=22, weight=380, box=(320, 260, 50), colours=("NAT", "GRY", "OLV"), sizes=_wear(349000)),
    Family(code="PLT", name="Платье льняное", material="лён", gender=2, shape="dress", category=200001517, kind=93210, kind_name="Платье", season="summer", popularity=1.0, commission=22, weight=420, box=(320, 260, 60), colours=("TER", "NAT", "LAV", "MOC"), sizes=_wear(459000)),
    Family(code="PDK", name="Пододеяльник", material="сатин", gender=0, shape="sheet", category=17028922, kind=93408, kind_name="Пододеяльник", season="flat", popularity=0.8, commission=20, weight=980, box=(340, 280, 80), colours=_CALM, sizes=(("150", "150×200", 219000), ("200", "200×220", 279000))),
    Family(code="TPC", name="Тапочки", material="лён", gender=3, shape="slippers", category=200001483, kind=93160, kind_name="Тапочки", season="flat", popularity=0.7, commission=23, weight=180, box=(290, 200, 90), colours=("NAT", "GRY", "MOC"), sizes=(("36", "р. 36–37", 79000), ("38", "р. 38–39", 79000), ("40", "р. 40–41", 79000), ("42", "р. 42–43", 84900))),
)  # fmt: skip

#: The day number from which the novelties of the assortment go on sale, one by one over a season.
_NOVELTIES = day_number(date(2026, 8, 20))

_LINEN = Colour(code="LEN", stem="льнян", endings=_HARD, hex="#c9bda4")


def ean13(twelve: str) -> str:
    """Append the check digit to the first twelve digits of an EAN-13."""
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(twelve))
    return twelve + str(-total % 10)


def _variants() -> Iterator[tuple[Family, tuple[str, str, int], Colour]]:
    """Go round the families so that a small shop has some of everything, the best sellers first."""
    queues = [
        [
            (family, size, COLOURS.get(code, _LINEN))
            for step, code in enumerate(family.colours)
            for size in (family.sizes if step % 2 == 0 else family.sizes[::-1])
        ]
        for family in FAMILIES
    ]
    while any(queues):
        for queue in queues:
            if queue:
                yield queue.pop(0)


_VARIANTS = tuple(_variants())


def _product(seed: int, index: int) -> Product:
    family, (size_code, size, price), colour = _VARIANTS[index % len(_VARIANTS)]
    series = index // len(_VARIANTS)
    suffix = f"-{series + 1}" if series else ""
    luck = unit(seed, 11, index)
    ean = f"{46701234 + mix(seed, 12) % 3000:08}{(31 + index) % 10000:04}"
    second = (ean13(f"{29}{mix(seed, 13, index) % 10**10:010}"),) if index % 29 == 7 else ()
    label = f"{family.name} {size}, {family.material}, {colour.named(family.gender)}"
    return Product(
        index=index,
        sku=2_480_000_000 + mix(seed, 14) % 400_000 * 1000 + index * 17 + int(luck * 16),
        offer_id=f"LN-{family.code}-{size_code}-{colour.code}{suffix}",
        barcodes=() if index % 97 == 61 else (ean13(ean), *second),
        name=label + (f", серия {series + 1}" if series else ""),
        description=_description(family, size=size, colour=colour),
        family=family,
        size=size,
        colour=colour,
        base_price=price + series * 5000,
        weight=family.weight + int(luck * 90),
        popularity=family.popularity * (0.05 + luck * luck * 1.9),
        launched=_NOVELTIES + int(unit(seed, 15, index) * 90) if index % 23 == 19 else 0,
        archived=index % 41 == 37,
    )


def _description(family: Family, *, size: str, colour: Colour) -> str:
    return (
        f"{family.name} из материала «{family.material}». Размер: {size}. Цвет: {colour.named(0)}.<br/>"
        "Сшито в Иванове из плотной ткани, которая мягче с каждой стиркой. "
        "Стирать при 40 °C, сушить без барабана."
    )


def assortment(seed: int, *, count: int) -> tuple[Product, ...]:
    """Make the seller's products; the first of any count are the same."""
    return tuple(_product(seed, index) for index in range(count))
