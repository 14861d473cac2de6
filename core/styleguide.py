"""The style guide at /styleguide/: every component in every state, with sample data of an invented linen shop."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.http import Http404
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from core import formats, svg
from core.components import (
    CheckItem,
    Chip,
    CompanyOption,
    Counter,
    Crumb,
    Decision,
    Fact,
    HistoryItem,
    MenuItem,
    Part,
    Step,
    Tab,
)
from core.statuses import StatusChoices

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


class SampleStatus(StatusChoices):
    """The tones of a status."""

    ACCEPTED = "accepted", "info", "check", False, _("Accepted")
    PACKED = "packed", "info", "package", False, _("Packed")
    SHIPPED = "shipped", "progress", "truck", False, _("Handed to delivery")
    DELIVERED = "delivered", "success", "check", True, _("Delivered")
    CANCELLED = "cancelled", "neutral", "x", True, _("Cancelled")
    LATE = "late", "warning", "clock", False, _("Needs action")
    LOST = "lost", "danger", "triangle-alert", True, _("Discrepancy")


class SampleForm(forms.Form):
    """A field of every kind, some of them wrong."""

    name = forms.CharField(label="Название склада")
    account = forms.ChoiceField(label="Кабинет", choices=[("1", "Ozon"), ("2", "Wildberries")])
    lead_days = forms.IntegerField(
        label="Срок поставки, дней", help_text="От отгрузки до продажи, измерено: 14 ± 3."
    )
    barcode = forms.CharField(label="Штрихкод")
    bik = forms.CharField(label="БИК")
    corr = forms.CharField(
        label="Корреспондентский счёт", help_text="Нашли по БИК.", disabled=True, required=False
    )
    returns = forms.BooleanField(
        label="Учитывать возвраты", help_text="второй сорт считаем отдельно", required=False
    )
    week = forms.ChoiceField(
        label="Какой неделе отнести возврат",
        choices=[("order", "Неделе заказа"), ("return", "Неделе возврата")],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label="Примечание", widget=forms.Textarea(attrs={"rows": 3}), required=False)

    def clean_barcode(self) -> str:
        """Refuse the sample, so that the error shows."""
        raise forms.ValidationError("Контрольная цифра не сходится. Отсканируйте ещё раз.")


class SampleFilter(forms.Form):
    """The filters of a list."""

    q = forms.CharField(label="Поиск", required=False)
    status = forms.ChoiceField(label="Статус", choices=[("", "любой"), *SampleStatus.choices], required=False)
    cluster = forms.CharField(label="Кластер", required=False)


_NOW = [203, 207, 195, 221, 236, 218, 207, 201, 200, 212, 228, 238, 220, 216, 178, 427, 282, 229, 235, 223, 222, 221,
        233, 220, 235, 233, 245, 226]  # fmt: skip
_BEFORE = [172, 188, 186, 205, 214, 202, 184, 186, 192, 185, 192, 229, 223, 190, 184, 188, 193, 209, 218, 203, 198,
           193, 186, 189, 214, 223, 208, 203]  # fmt: skip
_HOURS = [
    [2, 1, 0, 0, 1, 2, 5, 11, 18, 24, 29, 31, 30, 27, 26, 28, 30, 34, 39, 43, 45, 38, 22, 9],
    [1, 1, 0, 0, 1, 3, 6, 12, 19, 25, 30, 33, 31, 28, 27, 29, 31, 36, 41, 46, 47, 40, 24, 8],
    [2, 0, 0, 1, 0, 2, 6, 13, 20, 26, 31, 32, 32, 29, 28, 30, 33, 37, 42, 47, 49, 41, 25, 10],
    [1, 1, 1, 0, 1, 2, 7, 12, 21, 25, 30, 34, 33, 30, 29, 31, 34, 38, 43, 48, 50, 42, 26, 11],
    [3, 1, 0, 0, 1, 3, 6, 13, 22, 27, 33, 35, 34, 31, 30, 32, 35, 38, 42, 46, 47, 44, 31, 15],
    [6, 3, 1, 1, 0, 1, 3, 7, 14, 23, 31, 38, 40, 39, 38, 37, 38, 40, 42, 44, 43, 41, 33, 19],
    [7, 4, 2, 1, 0, 1, 2, 6, 13, 22, 32, 40, 42, 41, 40, 39, 40, 42, 45, 47, 46, 40, 29, 14],
]


def _day_labels(count: int, last: datetime, *, step: int = 1) -> list[str]:
    return [formats.day(last - timedelta(days=(count - 1 - index) * step)) for index in range(count)]


def _charts(now: datetime) -> dict[str, Any]:
    days = _day_labels(28, now)
    points = [
        svg.Point(label=label, now=today, before=then)
        for label, today, then in zip(days, _NOW, _BEFORE, strict=True)
    ]
    gap = [
        svg.Point(label=point.label, now=None if index in {8, 9} else point.now)
        for index, point in enumerate(points)
    ]
    return {
        "line": svg.LineChart(
            message="Заказы по дням: 6 231 за 28 дней, прошлый период 5 566",
            points=points,
            now_label=f"{days[0]} – {days[-1]}",
            before_label="28 дней раньше",
            now_total=formats.number(sum(_NOW)),
            before_total=formats.number(sum(_BEFORE)),
            marks=[svg.NamedMark(index=15, label="распродажа 11.11: 427")],
        ),
        "unripe": svg.LineChart(
            message="Доля возвратов по неделям заказа: растёт с 3,6 до 5,1 %",
            points=[
                svg.Point(label=label, now=value / 1000, before=then / 1000)
                for label, value, then in zip(
                    _day_labels(12, now, step=7),
                    [36, 38, 37, 39, 41, 40, 42, 45, 48, 51, 44, 23],
                    [35, 34, 36, 36, 37, 35, 38, 39, 38, 40, 41, 42],
                    strict=True,
                )
            ],
            now_label="по неделе заказа",
            before_label="те же недели год назад",
            unripe_from=10,
            whole=False,
            text=formats.percent,
            height=196,
            place="Неделя",
        ),
        "gap": svg.LineChart(
            message="Остатки: два дня кабинет не отвечал", points=gap, now_label="на конец дня", height=160
        ),
        "bars": svg.StackedBars(
            message="Заказы по маркетплейсам за неделю: больше всего у Ozon",
            categories=["пн", "вт", "ср", "чт", "пт", "сб", "вс"],
            series=[
                svg.Series(label="Ozon", values=[98, 104, 101, 99, 112, 106, 104], fill="ozon"),
                svg.Series(label="Wildberries", values=[84, 88, 86, 92, 95, 101, 87], fill="wb"),
                svg.Series(label="Яндекс Маркет", values=[26, 31, 24, 29, 33, 28, 31], fill="yandex"),
            ],
        ),
        "heat": svg.HeatMap(
            message="Когда заказывают: вечером, с 18 до 21 часа, чаще всего в четверг",
            rows=["пн", "вт", "ср", "чт", "пт", "сб", "вс"],
            columns=[str(hour) for hour in range(24)],
            values=_HOURS,
            numbers=False,
            corner="День",
        ),
        "matrix": svg.HeatMap(
            message="Товар и причина: халаты возвращают из-за размера",
            rows=["Халат вафельный, L", "Плед 130×170", "Штора 150×260"],
            columns=["Размер", "Цвет", "Брак", "Раздумал"],
            values=[[19, 6, 4, None], [1, 3, 10, 9], [24, 1, 2, 0]],
            corner="Товар",
        ),
        "pareto": svg.Pareto(
            message="Четыре причины из восьми дают 81 % возвратов",
            shares=[
                svg.Share(label=label, value=value)
                for label, value in [
                    ("Не подошёл размер", 71), ("Цвет не как на фото", 46), ("Брак: шов или петля", 33),
                    ("Передумали", 28), ("Пятно, запах", 17), ("Приехал не тот товар", 11),
                    ("Повреждена упаковка", 8), ("Не указана", 6),
                ]
            ],
            heading="Причина",
            value_heading="Возвраты",
        ),
        "spark": (_NOW, _BEFORE),
    }  # fmt: skip


def _numbers() -> dict[str, Any]:
    return {
        "better": formats.change(Decimal("15.11"), Decimal("12.80")),
        "worse": formats.change(Decimal("0.048"), Decimal("0.044"), more_is_better=False, shares=True),
        "same": formats.change(40, 40),
        "stock": [
            Part(label="в продаже", value=1629, text="1 629", tone="success"),
            Part(label="в обработке", value=137, text="137", tone="progress"),
            Part(label="брак", value=16, text="16", tone="warning"),
            Part(label="недостача", value=28, text="28", tone="danger"),
        ],
        "covers": [(3, 10), (11, 10), (34, None), (142, None), (None, None)],
        "decisions": [
            Decision(title="Wildberries: 3 товара закончатся до поставки 3 декабря", amount="313 940 ₽", share=1,
                     why="Спрос × цена × дни без остатка, склад за складом. Ближайший слот Коледино свободен.",
                     until="до 26 ноя, 18:00", tone="warning", action="Смотреть разрывы", url="#talk"),
            Decision(title="Поставка 2000031847: недостача 18 шт., брак 6 шт.", amount="23 070 ₽", share=0.07,
                     why="Хоругвино, 22 ноября, по себестоимости. Акт подписан без расхождений.",
                     until="осталось 5 дн. 4 ч", tone="danger", action="Заявить", url="#talk"),
        ],
        "counters": [
            Counter(label="Все заказы", value="1 455", note="3,41 млн ₽", url="#tables", is_current=True),
            Counter(label="Принят", value="99", note="сегодня 61", url="#tables", tone="info"),
            Counter(label="Укомплектован", value="171", note="9 дольше 24 ч", url="#tables", tone="info"),
            Counter(label="В доставке", value="689", note="31 дольше 10 дн.", url="#tables", tone="progress"),
            Counter(label="Доставлен", value="409", note="в среднем 3,4 дн.", url="#tables", tone="success"),
            Counter(label="Отменён", value="87", note="6,0 % от всех", url="#tables", tone="neutral"),
        ],
    }  # fmt: skip


def _time(now: datetime) -> dict[str, Any]:
    return {
        "on_the_way": [
            Step(name="Принят", state="done", when="22 ноя, 19:42", note="покупатель оплатил"),
            Step(name="Укомплектован", state="done", when="23 ноя, 11:05", note="через 15 ч 23 мин"),
            Step(name="Передан в доставку", state="now", when="24 ноя, 08:58", note="через 21 ч 53 мин, в пути"),
            Step(name="Доставлен", state="next", when="ждём 28 ноября", note="обычно 3–5 дней на Урал"),
        ],
        "cancelled": [
            Step(name="Принят", state="done", when="20 ноя, 10:11"),
            Step(name="Отменён", state="bad", when="20 ноя, 12:30", note="покупателем, до сборки"),
        ],
        "history": [
            HistoryItem(old="Укомплектован", new="Передан в доставку", note="Ozon, опрос заказов", tone="progress",
                        happened_at=now - timedelta(hours=1), recorded_at=now - timedelta(minutes=57)),
            HistoryItem(old="Принят", new="Укомплектован", note="кабинет не отвечал с 11:00 до 14:10", tone="info",
                        happened_at=now - timedelta(hours=22), recorded_at=now - timedelta(hours=19), is_late=True, lag="позже на 3 ч"),
            HistoryItem(text="Сумма скидки изменена: 0 → 412,00 ₽", note="Ozon, опрос заказов",
                        happened_at=now - timedelta(days=2), recorded_at=now - timedelta(days=2)),
        ],
        "fresh": [(now - timedelta(minutes=12), 60), (now - timedelta(minutes=80), 60), (now - timedelta(hours=3), 60), (None, 60)],
        "checklist": [
            CheckItem(name="Компания", note="ИНН проверен", is_done=True),
            CheckItem(name="Кабинет Wildberries", note="ключ без права «Поставки»", is_failed=True,
                      action="Заменить", url="#work"),
            CheckItem(name="Себестоимость", note="нужна для прибыли", action="Загрузить", url="#work"),
        ],
    }  # fmt: skip


def _lists() -> dict[str, Any]:
    return {
        "tones": ["neutral", "info", "progress", "success", "warning", "danger"],
        "statuses": list(SampleStatus),
        "tabs": [
            Tab(label="Обзор", url="#tables", is_current=True),
            Tab(label="Цены", url="#tables", count=3),
            Tab(label="Заказы", url="#tables"),
        ],
        "views": [
            Tab(label="Последние изменения", url="#tables", is_current=True),
            Tab(label="Зависли дольше нормы", url="#tables", count=40),
            Tab(label="Отмены за неделю", url="#tables", count=87),
        ],
        "periods": [
            Tab(label="7 дней", url="#controls"),
            Tab(label="28 дней", url="#controls", is_current=True),
            Tab(label="Месяц", url="#controls"),
        ],
        "menu": [
            MenuItem(label="Выгрузить XLSX", url="#controls", icon="file-spreadsheet"),
            MenuItem(label="Выгрузить CSV", url="#controls", icon="file-text", is_current=True),
            MenuItem(label="История выгрузок", url="#controls", icon="history", is_separated=True),
        ],
        "chips": [Chip(label="Период", value="18–24 ноября", url="#tables")],
        "crumbs": [Crumb(label="Заказы", url="#top")],
        "facts": [
            Fact(label="Сумма заказа", value=formats.money(4270, kopecks=True)),
            Fact(label="Комиссия 17 %", value=formats.money(Decimal("-725.90"), kopecks=True)),
            Fact(label="Ожидаем к выплате", value=formats.money(Decimal("3544.10"), kopecks=True), is_total=True),
        ],
        "rows": [
            SimpleNamespace(id="1", name="Плед 130×170, овсяный", sku="LN-PLD-130-OAT", sales=Decimal(1488620),
                            margin=Decimal("0.276"), cover=3, supply=10, marketplace="ozon", icon="package"),
            SimpleNamespace(id="2", name="Полотенце 70×140, белое", sku="LN-POL-70-WHT", sales=Decimal(980340),
                            margin=Decimal("0.182"), cover=11, supply=10, marketplace="wildberries", icon="package"),
            SimpleNamespace(id="3", name="Штора 150×260, молочная", sku="LN-SHT-150-LEN", sales=Decimal(84200),
                            margin=Decimal("-0.024"), cover=142, supply=None, marketplace="yandex_market",
                            icon="package"),
            SimpleNamespace(id="4", name="Фартук, олива", sku="LN-FRT-UNI-OLV", sales=Decimal(0), margin=None,
                            cover=None, supply=None, marketplace="ozon", icon="package"),
        ],
        "swatches": ["paper", "surface", "well", "pressed", "line", "line-control", "ink-3", "ink-2", "ink",
                     "accent-soft", "accent-line", "accent", "neutral-solid", "info-solid", "progress-solid",
                     "success-solid", "warning-solid", "danger-solid", "ozon", "wb", "yandex", "heat-1", "heat-3",
                     "heat-6"],
        "figures": [Decimal("1111.11"), Decimal("8888.88"), Decimal("-2380.00"), Decimal(0), None],
        "toasts": [
            SimpleNamespace(level_tag="success", text="Цена отправлена в Ozon. Ждём подтверждения."),
            SimpleNamespace(level_tag="error", text="Ozon не принял цену: ниже минимальной 1 990 ₽."),
        ],
    }  # fmt: skip


def _navigation() -> list[SimpleNamespace]:
    rows = [
        ("Утро", "gauge", True, 0, False, ""),
        ("Заказы", "shopping-bag", False, 61, False, ""),
        ("Остатки", "warehouse", False, 0, False, ""),
        ("Поставки", "truck", False, 4, False, ""),
        ("Возвраты", "undo-2", False, 18, False, ""),
        ("Каталог", "package", False, 0, False, ""),
        ("Аналитика", "chart-line", False, 0, False, ""),
        ("Синхронизация", "refresh-cw", False, 3, True, "Кабинет"),
        ("Настройки", "sliders-horizontal", False, 0, False, "Кабинет"),
    ]
    names = ("label", "icon", "is_current", "count", "count_alert", "group")
    return [SimpleNamespace(url="#top", **dict(zip(names, row, strict=True))) for row in rows]


def _companies() -> list[CompanyOption]:
    return [
        CompanyOption(pk=1, name="Льняная лавка", url="#top", role="Владелец"),
        CompanyOption(
            pk=2, name="ИП Соколова", url="#top", role="Бухгалтер", note="ключ не принят", tone="danger"
        ),
        CompanyOption(pk=3, name="Тихий дом", url="#top", role="Наблюдатель", note="кабинетов ещё нет"),
    ]


def sample(now: datetime) -> dict[str, Any]:
    """Everything the page shows."""
    form = SampleForm({"name": "Хоругвино_РФЦ", "account": "1", "lead_days": "14", "barcode": "4670123400105",
                       "bik": "044525225", "week": "order", "returns": "on"})  # fmt: skip
    form.is_valid()
    accounts = [
        SimpleNamespace(pk=1, marketplace="ozon", name="Ozon"),
        SimpleNamespace(pk=2, marketplace="wildberries", name="Wildberries"),
        SimpleNamespace(pk=3, marketplace="yandex_market", name="Яндекс Маркет"),
    ]
    company = SimpleNamespace(pk=1, name="Льняная лавка", slug="lavka", get_absolute_url="#top")
    return {
        **_numbers(), **_time(now), **_lists(), "charts": _charts(now), "form": form, "filter": SampleFilter(),
        "navigation": _navigation(), "company": company, "companies": _companies(), "accounts": accounts,
        "data_as_of": now - timedelta(minutes=3), "now": now,
    }  # fmt: skip


@require_GET
def styleguide(request: HttpRequest) -> HttpResponse:
    """Show the style guide, where the settings switch it on."""
    if not settings.STYLEGUIDE:
        raise Http404
    return render(request, "styleguide.html", sample(timezone.now()))


urlpatterns = [path("", styleguide, name="styleguide")]
