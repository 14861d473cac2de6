"""The seller's own measure of his goods, beside what each marketplace believes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from catalog.models import Product

if TYPE_CHECKING:
    from companies.models import Company


@transaction.atomic
def measure_product(
    *,
    company: Company,
    product_id: int,
    length_mm: int | None,
    width_mm: int | None,
    height_mm: int | None,
    weight_g: int | None,
) -> Product:
    """Write down the seller's own measure; all None forgets it. Raises Product.DoesNotExist."""
    product: Product = Product.objects.for_company(company).select_for_update().get(pk=product_id)
    product.length_mm, product.width_mm, product.height_mm = length_mm, width_mm, height_mm
    product.weight_g = weight_g
    product.save(update_fields=["length_mm", "width_mm", "height_mm", "weight_g"])
    return product
