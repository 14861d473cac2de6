"""The components of the cabinet: one tag, one template in templates/components and one stylesheet each.

The functions live in core.ui, grouped by what they are for. Numbers and dates are in fmt, charts in charts.
An argument a component does not know is an error.
"""

from __future__ import annotations

from django import template

from core.ui import actions, fields, lists, marks, numbers, page, steps

register = template.Library()
for _part in (marks, actions, page, numbers, lists, steps, fields):
    register.tags.update(_part.register.tags)
    register.filters.update(_part.register.filters)
