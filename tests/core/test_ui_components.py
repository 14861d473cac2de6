"""The components: what they render, what they refuse, and what they promise to readers and to the policy."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.urls import reverse

from core.components import Counter, HistoryItem, MenuItem, Part, Step, Tab
from core.styleguide import SampleStatus

TEMPLATES = Path(settings.BASE_DIR) / "templates"
NOW = datetime(2026, 11, 24, 6, 12, tzinfo=UTC)


def rendered(source: str, *, url: str = "/", **context: object) -> str:
    request = RequestFactory().get(url)
    return Template("{% load ui %}" + source).render(
        Context({"request": request, "csrf_token": "tok", **context})
    )


class ShopForm(forms.Form):
    name = forms.CharField(label="Название", help_text="Как в кабинете.")
    inn = forms.CharField(label="ИНН")
    kind = forms.ChoiceField(
        label="Вид", choices=[("a", "Первый"), ("b", "Второй")], widget=forms.RadioSelect
    )
    agree = forms.BooleanField(label="Согласен", required=False)
    token = forms.CharField(widget=forms.HiddenInput, required=False)


def test_icon_is_hidden_from_readers_and_carries_no_inline_style():
    markup = rendered('{% icon "truck" %}')

    assert markup.startswith("<svg ")
    assert 'aria-hidden="true"' in markup
    assert "style" not in markup


def test_icon_that_does_not_exist_is_an_error():
    with pytest.raises(Exception, match="no-such-icon"):
        rendered('{% icon "no-such-icon" %}')


def test_unknown_argument_of_a_component_is_an_error():
    with pytest.raises(TemplateSyntaxError, match="colour"):
        rendered('{% button "Сохранить" colour="red" %}')


def test_status_badge_has_a_tone_an_icon_and_a_word():
    markup = rendered("{% status_badge status %}", status=SampleStatus.DELIVERED)

    assert 'class="badge tone-success"' in markup
    assert "<svg" in markup
    assert markup.endswith(f"{SampleStatus.DELIVERED.label}</span>")


def test_status_badge_shows_a_word_we_do_not_know_escaped():
    markup = rendered("{% status_badge status %}", status="<new>")

    assert "tone-neutral" in markup
    assert "&lt;new&gt;" in markup


def test_marketplace_mark_has_a_name_for_readers():
    assert 'aria-label="Яндекс Маркет"' in rendered('{% marketplace_mark "yandex_market" %}')
    assert rendered('{% marketplace_mark "wildberries" name=True %}').endswith("Wildberries</span>")


@pytest.mark.parametrize(
    ("minutes", "state", "word"),
    [(30, "fresh", ""), (90, "late", "норма 1\u00a0ч"), (150, "stale", "стоит")],
)
def test_freshness_says_it_in_words_too(minutes, state, word):
    markup = rendered(
        "{% freshness at slo=slo now=now %}",
        at=NOW - timedelta(minutes=minutes),
        slo=timedelta(hours=1),
        now=NOW,
    )

    assert f"fresh--{state}" in markup
    assert word in markup


def test_freshness_of_what_never_came():
    assert "данных ещё нет" in rendered("{% freshness None slo=60 %}")


def test_button_is_a_link_or_a_button_and_a_disabled_link_is_a_disabled_button():
    assert rendered('{% button "Открыть" href="/x" %}') == '<a class="button" href="/x">Открыть</a>'
    assert rendered('{% button "Открыть" href="/x" disabled=True %}') == (
        '<button class="button" type="button" disabled>Открыть</button>'
    )


def test_button_escapes_what_it_is_given():
    assert "<script>" not in rendered("{% button label href=url %}", label="<script>", url='"><script>')


def test_icon_only_button_is_named():
    markup = rendered('{% button "Обновить" icon="refresh-cw" icon_only=True %}')

    assert 'aria-label="Обновить" title="Обновить"' in markup


def test_action_button_posts_with_the_token():
    markup = rendered('{% action_button "Обновить" url="/go/" %}')

    assert 'method="post" action="/go/"' in markup
    assert 'name="csrfmiddlewaretoken" value="tok"' in markup


def test_confirm_names_the_loss_and_puts_the_safe_button_first():
    markup = rendered(
        '{% confirm id="drop" title="Отключить?" url="/drop/" action="Отключить" %}<p>Данные останутся.</p>{% endconfirm %}'
    )

    assert "<p>Данные останутся.</p>" in markup
    assert markup.index("Оставить") < markup.rindex("Отключить")
    assert 'popover role="dialog" aria-labelledby="drop-title"' in markup


def test_menu_links_and_posts():
    items = [MenuItem(label="Выгрузить", url="/export/"), MenuItem(label="Выйти", url="/out/", post=True)]

    markup = rendered('{% menu items label="Ещё" %}', items=items)

    assert '<a class="menu__item" href="/export/">' in markup
    assert '<form method="post" action="/out/">' in markup


def test_panel_wraps_its_body_unless_flush():
    assert '<div class="panel__body">текст</div>' in rendered('{% panel title="Деньги" %}текст{% endpanel %}')
    assert "panel__body" not in rendered('{% panel title="Деньги" flush=True %}текст{% endpanel %}')


def test_panel_carries_definition_and_freshness():
    markup = rendered(
        '{% panel title="Выкуп" note="%" definition="Выкуплено ÷ всё" fresh_at=now %}{% endpanel %}', now=NOW
    )

    assert 'aria-label="Как считаем: Выкуп"' in markup
    assert "Выкуплено ÷ всё" in markup
    assert 'class="fresh fresh--fresh"' in markup


def test_page_head_keeps_actions_as_markup():
    markup = rendered('{% page_head title="Заказы" %}{% button "Выгрузить" href="/x" %}{% endpage_head %}')

    assert '<div class="actions"><a class="button" href="/x">Выгрузить</a></div>' in markup
    assert markup.count("<h1>") == 1


def test_field_is_wired_for_readers():
    form = ShopForm({"kind": "a"})

    markup = rendered("{% field form.name %}", form=form)

    assert '<label class="field__label" for="id_name">Название</label>' in markup
    assert 'aria-describedby="id_name_helptext id_name_error"' in markup
    assert 'aria-invalid="true"' in markup
    assert 'id="id_name_helptext"' in markup
    assert 'id="id_name_error"' in markup


def test_field_without_trouble_says_nothing_of_it():
    markup = rendered("{% field form.inn %}", form=ShopForm())

    assert "aria-invalid" not in markup
    assert "error" not in markup


def test_choices_are_a_fieldset_and_a_tick_is_beside_its_label():
    assert "<legend>Вид</legend>" in rendered("{% field form.kind %}", form=ShopForm())
    assert re.search(
        r'<label class="option"><input[^>]*type="checkbox"',
        rendered("{% field form.agree %}", form=ShopForm()),
    )


def test_form_fields_bring_the_hidden_ones():
    assert 'type="hidden" name="token"' in rendered("{% form_fields form %}", form=ShopForm())


def test_error_summary_links_to_the_fields():
    form = ShopForm({"name": "Лавка", "kind": "a"})

    markup = rendered('{% form_errors form title="Не сохранено" %}', form=form)

    assert re.findall(r'<a href="(#[^"]+)">', markup) == ["#id_inn"]
    assert 'role="alert"' in markup
    assert rendered("{% form_errors form %}", form=ShopForm()) == ""


class Filters(forms.Form):
    q = forms.CharField(required=False)
    status = forms.ChoiceField(label="Статус", choices=[("", "любой"), ("x", "Отменён")], required=False)


def test_filter_in_force_is_a_chip_in_words_that_removes_itself():
    url = "/?q=abc&status=x&sort=-sum&after=zzz"

    markup = rendered("{% filter_bar form=form %}{% endfilter_bar %}", url=url, form=Filters({"status": "x"}))

    assert "Статус: <b>Отменён</b>" in markup
    assert re.findall(r'class="chip chip--on" href="([^"]+)"', markup) == ["?q=abc&amp;sort=-sum"]
    assert '<input type="hidden" name="sort" value="-sum">' in markup
    assert 'name="q" value="abc"' in markup


def test_sort_header_turns_the_order_and_drops_the_page():
    descending = rendered('{% sort_header "sum" "Сумма" numeric=True %}', url="/?sort=-sum&after=zzz")
    ascending = rendered('{% sort_header "sum" "Сумма" numeric=True %}', url="/?sort=sum")
    other = rendered('{% sort_header "sum" "Сумма" numeric=True %}', url="/?sort=name")

    assert 'aria-sort="descending"' in descending
    assert 'href="?sort=sum"' in descending
    assert 'aria-sort="ascending"' in ascending
    assert "aria-sort" not in other
    assert 'href="?sort=-sum"' in other


def test_pager_has_no_numbers_and_switches_off_what_is_not_there():
    markup = rendered('{% pager older_url="?after=x" %}50 строк{% endpager %}')

    assert '<a class="button button--small" href="?after=x">' in markup
    assert markup.count("disabled") == 1


def test_counters_and_tabs_say_which_is_current():
    counters = [
        Counter(label="Все", value="10", url="?", is_current=True),
        Counter(label="Новые", value="3", url="?n"),
    ]

    assert rendered('{% counters items label="Статусы" %}', items=counters).count('aria-current="true"') == 1
    assert 'aria-current="page">Обзор' in rendered(
        '{% tabs items label="Вкладки" %}', items=[Tab(label="Обзор", url="#", is_current=True)]
    )


def test_steps_tell_readers_where_the_order_is():
    markup = rendered(
        '{% steps items label="Путь" %}',
        items=[Step(name="Принят", state="done"), Step(name="Доставлен", state="now")],
    )

    assert markup.count('aria-current="step"') == 1
    assert "(пройден)" in markup
    assert "(сейчас)" in markup


def test_history_shows_both_times():
    markup = rendered(
        "{% history items %}",
        items=[
            HistoryItem(
                old="Принят",
                new="Собран",
                happened_at=NOW,
                recorded_at=NOW + timedelta(hours=3),
                is_late=True,
            )
        ],
    )

    assert markup.count("<time ") == 1
    assert "узнали" in markup
    assert "event--late" in markup


def test_kpi_without_a_value_is_unknown_and_not_zero():
    markup = rendered('{% kpi "Реклама" None %}')

    assert '<span class="zero">–</span>' in markup
    assert "нет данных" in markup


@pytest.mark.parametrize(("days", "tone"), [(3, "danger"), (11, "warning"), (34, "accent"), (142, "muted")])
def test_cover_bar_takes_the_tone_of_its_days(days, tone):
    assert f'class="f-{tone}"' in rendered("{% cover_bar days %}", days=days)


def test_cover_of_unknown_days_draws_no_bar():
    assert rendered("{% cover_bar None %}") == '<span class="zero">–</span>'


def test_stock_bar_parts_add_up_to_the_whole():
    parts = [
        Part(label="есть", value=1, text="1", tone="success"),
        Part(label="нет", value=3, text="3", tone="danger"),
    ]

    widths = re.findall(
        r'class="f-(?:success|danger)" x="([\d.]+)%" width="([\d.]+)%"',
        rendered("{% stock_bar p %}", p=parts),
    )

    assert widths == [("0.00", "25.00"), ("25.00", "75.00")]


def test_progress_says_how_far_and_marks_an_estimate():
    assert "18\u00a0400 из ≈ 31\u00a0200" in rendered('{% progress 18400 31200 label="Заказы" about=True %}')
    assert "value=" not in rendered('{% progress None label="Заказы" %}')


# ---- promises that hold for every template ---------------------------------------------------------------------


def every_template() -> list[Path]:
    """Every page and part of one. A letter is no page: it brings its own styles along."""
    return sorted(path for path in TEMPLATES.rglob("*.html") if path.parent.name != "letters")


@pytest.mark.parametrize("path", every_template(), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_template_has_nothing_inline(path):
    source = path.read_text()

    assert not re.search(r"\sstyle=", source)
    assert not re.search(r"\son[a-z]+=", source)
    assert not re.search(r"<style", source)
    for tag in re.findall(r"<script[^>]*>", source):
        assert "src=" in tag or "application/json" in tag, tag


def test_every_component_has_its_variables_named_first():
    nameless = [
        path.name
        for path in (TEMPLATES / "components").glob("*.html")
        if not path.read_text().startswith("{#")
    ]

    assert nameless == []


def test_every_stylesheet_of_a_component_is_listed():
    css = Path(settings.BASE_DIR) / "static" / "css"

    listed = set(re.findall(r"components/([\w-]+)\.css", (css / "index.css").read_text()))

    assert listed == {path.stem for path in (css / "components").glob("*.css")}


def test_colours_are_named_in_the_tokens_only():
    css = Path(settings.BASE_DIR) / "static" / "css"

    loose = [
        f"{path.name}: {colour}"
        for path in css.rglob("*.css")
        if path.name != "tokens.css"
        for colour in re.findall(r"#[0-9a-f]{3,8}\b", path.read_text())
    ]

    assert loose == []


@pytest.mark.django_db
def test_styleguide_shows_every_component(client):
    page = client.get(reverse("styleguide")).content.decode()

    shown = [
        "badge",
        "button",
        "panel",
        "kpi",
        "chart",
        "table",
        "steps",
        "events",
        "dialog",
        "menu",
        "toast",
        "empty",
    ]
    assert [name for name in shown if f'class="{name}' not in page] == []
    assert "style=" not in page


@pytest.mark.django_db
def test_styleguide_is_closed_where_the_settings_say_so(client, settings):
    settings.STYLEGUIDE = False

    assert client.get(reverse("styleguide")).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["account_login", "account_signup", "account_reset_password", "account_reset_password_done"]
)
def test_entrance_pages_stand_in_our_layout(client, name):
    page = client.get(reverse(name)).content.decode()

    assert '<div class="gate">' in page
    assert page.count("<h1>") == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name",
    ["account_email", "account_change_password", "mfa_index", "mfa_list_webauthn", "usersessions_list"],
)
def test_pages_of_a_person_stand_in_our_layout(client_of, owner, name):
    page = client_of(owner).get(reverse(name)).content.decode()

    assert '<div class="person">' in page
    assert page.count("<h1>") == 1
