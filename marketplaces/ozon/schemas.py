"""Answers of the Ozon Seller API: only the fields that we read, tolerant of what live answers really hold."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, StringConstraints
from pydantic import BeforeValidator as Before

from core.money import LARGEST

MOST_UNITS = 1_000_000


class Wire(BaseModel):
    """Base of all: unknown fields are ignored, an int64 may come as a number or as text."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True, protected_namespaces=())


# A number of theirs that names something; 0 means "not given yet" and is not one.
Id = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,18}$")]
# The same where it may be missing: 0, an empty text or null.
MaybeId = Annotated[str, StringConstraints(pattern=r"^[0-9]{0,19}$")] | None
# A name of an object, always text: printable ASCII without spaces.
Key = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=100, pattern=r"^[!-~]+$")]
Article = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Word = Annotated[str, StringConstraints(strict=True, max_length=64)]
Text = str | None
Count = Annotated[int, Field(ge=-MOST_UNITS, le=MOST_UNITS)] | None
Amount = Annotated[Decimal, Field(ge=0, le=LARGEST, allow_inf_nan=False)]
# Prices that are not set come as null, "" or are missing.
MaybeAmount = Annotated[Amount | Literal[""] | None, Field(union_mode="left_to_right")]
# A moment that is not known comes as null, "" or the zero of Go; the document's own example holds a word.
MaybeMoment = Annotated[datetime | str | None, Field(union_mode="left_to_right")]


def _list(value: Any) -> Any:
    return [] if value is None else value


def _texts(value: Any) -> Any:
    """A list of texts, also where one text, null or a list with nulls came."""
    if value is None:
        return []
    return [item for item in value if item is not None] if isinstance(value, list) else [value]


Texts = Annotated[list[str], Before(_texts)]


class Money(Wire):
    """`{amount, currency}`, `{value, currency_code}` or `{price, currency_code}`, the sum as text or number."""

    amount: Amount = Field(validation_alias=AliasChoices("amount", "value", "price"))
    currency: Text = Field(None, validation_alias=AliasChoices("currency", "currency_code"))


# ---- the seller -------------------------------------------------------------------------------------------
class Role(Wire):
    name: Text = None
    methods: Texts = Field(default_factory=list)


class Roles(Wire):
    expires_at: MaybeMoment = None
    roles: Annotated[list[Role], Before(_list)] = Field(default_factory=list)


class SellerCompany(Wire):
    name: Text = None
    legal_name: Text = None
    inn: Text = None
    ogrn: Text = None
    currency: Text = None
    ownership_form: Text = None
    tax_system: Text = None


class SellerInfo(Wire):
    company: SellerCompany | None = None


# ---- products ---------------------------------------------------------------------------------------------
class ProductRef(Wire):
    product_id: Id


class ProductListResult(Wire):
    items: Annotated[list[ProductRef], Before(_list)]
    last_id: Text = None
    total: Count = Field(None, validation_alias=AliasChoices("total_items", "total"))


class ProductList(Wire):
    result: ProductListResult


class ProductStatuses(Wire):
    status: Text = None
    status_name: Text = None
    status_failed: Text = None
    moderate_status: Text = None
    validation_status: Text = None


class ProductVisibility(Wire):
    has_price: bool | None = None
    has_stock: bool | None = None


class ProductSource(Wire):
    sku: MaybeId = None
    source: Text = None


class ProductInfo(Wire):
    id: Id
    offer_id: Article
    sku: MaybeId = None
    sources: Annotated[list[ProductSource], Before(_list)] = Field(default_factory=list)
    name: Text = None
    barcodes: Texts = Field(default_factory=list)
    primary_image: Texts = Field(default_factory=list)
    images: Texts = Field(default_factory=list)
    price: MaybeAmount = None
    old_price: MaybeAmount = None
    min_price: MaybeAmount = None
    currency_code: Text = None
    is_archived: bool | None = None
    is_autoarchived: bool | None = None
    statuses: ProductStatuses | None = None
    visibility_details: ProductVisibility | None = None
    created_at: MaybeMoment = None
    updated_at: MaybeMoment = None


class ProductInfoList(Wire):
    items: Annotated[list[ProductInfo], Before(_list)]


Size = Annotated[Decimal, Field(ge=0, le=10_000_000, allow_inf_nan=False)] | None


class ProductAttributes(Wire):
    id: Id
    depth: Size = None
    width: Size = None
    height: Size = None
    dimension_unit: Text = None
    weight: Size = None
    weight_unit: Text = None


class ProductAttributesPage(Wire):
    result: Annotated[list[ProductAttributes], Before(_list)]
    last_id: Text = None


# ---- prices -----------------------------------------------------------------------------------------------
class PriceNow(Wire):
    """`price` of a row of /v5/product/info/prices."""

    price: MaybeAmount = None
    old_price: MaybeAmount = None
    min_price: MaybeAmount = None
    currency_code: Text = None


class PriceRow(Wire):
    product_id: Id
    price: PriceNow


class PricePage(Wire):
    items: Annotated[list[PriceRow], Before(_list)]
    cursor: Text = None
    total: Count = Field(None, validation_alias=AliasChoices("total_items", "total"))


class PriceError(Wire):
    code: Text = None
    message: Text = None


class PriceResult(Wire):
    """What became of one item of /v1/product/import/prices."""

    product_id: MaybeId = None
    offer_id: Text = None
    updated: bool | None = None
    errors: Annotated[list[PriceError], Before(_list)] = Field(default_factory=list)


class PriceResults(Wire):
    result: Annotated[list[PriceResult], Before(_list)]


# ---- tariffs ----------------------------------------------------------------------------------------------
# Percents and sums that are charged; what is not told is null, "" or missing.
class Commissions(Wire):
    sales_percent_fbo: MaybeAmount = None
    fbo_deliv_to_customer_amount: MaybeAmount = None
    fbo_direct_flow_trans_min_amount: MaybeAmount = None
    fbo_direct_flow_trans_max_amount: MaybeAmount = None
    fbo_return_flow_amount: MaybeAmount = None


class TariffPrice(Wire):
    currency_code: Text = None


class PricedProduct(Wire):
    product_id: Id
    offer_id: Text = None
    price: TariffPrice | None = None
    commissions: Commissions | None = None
    acquiring: MaybeAmount = None


class PricedProducts(Wire):
    items: Annotated[list[PricedProduct], Before(_list)]
    cursor: Text = None
    total: Count = Field(None, validation_alias=AliasChoices("total_items", "total"))


# ---- stock and warehouses ---------------------------------------------------------------------------------
class StockRow(Wire):
    """A row of /v1/analytics/stocks: one SKU at one warehouse."""

    sku: Id
    warehouse_id: Id
    warehouse_name: Text = None
    macrolocal_cluster_id: MaybeId = None
    cluster_id: MaybeId = None
    cluster_name: Text = None
    available_stock_count: Count = None
    valid_stock_count: Count = None
    requested_stock_count: Count = None
    transit_stock_count: Count = None
    waiting_docs_stock_count: Count = None
    waiting_docs_to_export_stock_count: Count = None
    expiring_stock_count: Count = None
    excess_stock_count: Count = None
    stock_defect_stock_count: Count = None
    transit_defect_stock_count: Count = None
    other_stock_count: Count = None
    return_from_customer_stock_count: Count = None
    return_to_seller_stock_count: Count = None
    ads: Annotated[Decimal, Field(ge=0, lt=10_000_000, allow_inf_nan=False)] | None = None
    ads_cluster: Annotated[Decimal, Field(ge=0, lt=10_000_000, allow_inf_nan=False)] | None = None
    days_without_sales: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    turnover_grade: Text = None


class StockPage(Wire):
    items: Annotated[list[StockRow], Before(_list)]


class FboStockRow(Wire):
    """A row of /v1/product/info/stocks-by-warehouse/fbo: the plain quantities."""

    sku: Id
    warehouse_id: Id
    present: Count = None
    reserved: Count = None


class FboStockPage(Wire):
    products: Annotated[list[FboStockRow], Before(_list)]
    cursor: Text = None
    has_next: bool | None = None


class NamedWarehouse(Wire):
    warehouse_id: Id
    name: Text = None


class MacroCluster(Wire):
    name: Text = None


class ClusterData(Wire):
    macrolocal_cluster: MacroCluster | None = None
    fulfillments: Annotated[list[NamedWarehouse], Before(_list)] = Field(default_factory=list)


class ClusterV2(Wire):
    macrolocal_cluster_id: Id
    data: ClusterData | None = None


class ClustersV2(Wire):
    result: Annotated[list[ClusterV2], Before(_list)]


class LogisticCluster(Wire):
    warehouses: Annotated[list[NamedWarehouse], Before(_list)] = Field(default_factory=list)


class ClusterV1(Wire):
    id: MaybeId = None
    macrolocal_cluster_id: MaybeId = None
    name: Text = None
    logistic_clusters: Annotated[list[LogisticCluster], Before(_list)] = Field(default_factory=list)


class ClustersV1(Wire):
    clusters: Annotated[list[ClusterV1], Before(_list)]


class OzonWarehouse(Wire):
    warehouse_id: Id
    name: Text = None
    address: Text = None
    timezone: Text = None
    is_active: bool | None = None


class OzonWarehouses(Wire):
    warehouses: Annotated[list[OzonWarehouse], Before(_list)]


# ---- postings ---------------------------------------------------------------------------------------------
class PostingProduct(Wire):
    """A position. The list gives the price as an object, `get` as text with the currency beside it."""

    sku: Id
    offer_id: Article
    name: Text = None
    quantity: Annotated[int, Field(ge=1, le=MOST_UNITS)]
    price: Annotated[Money | Amount, Field(union_mode="left_to_right")]
    currency_code: Text = None


class PostingAnalytics(Wire):
    warehouse_id: MaybeId = None
    warehouse_name: Text = None
    delivery_type: Text = None
    city: Text = None
    client_delivery_date_begin: MaybeMoment = None
    client_delivery_date_end: MaybeMoment = None


class FinancialProduct(Wire):
    """`product_id` is the SKU here: Ozon calls it so. The discount is of one unit."""

    product_id: MaybeId = None
    total_discount_value: Decimal | None = None


class PostingFinancial(Wire):
    cluster_from: Text = None
    cluster_to: Text = None
    products: list[FinancialProduct] | None = None


class Cancellation(Wire):
    cancel_reason: Text = None
    cancellation_initiator: Text = None
    cancellation_type: Text = None


class Posting(Wire):
    """An FBO posting, of /v3/posting/fbo/list and of /v2/posting/fbo/get alike."""

    posting_number: Key
    order_number: Text = None
    status: Word
    substatus: Text = None
    created_at: datetime
    in_process_at: MaybeMoment = None
    fact_delivery_date: MaybeMoment = None
    cancel_reason_id: MaybeId = None
    cancellation: Cancellation | None = None
    products: Annotated[list[PostingProduct], Field(min_length=1, max_length=1000)]
    analytics_data: PostingAnalytics | None = None
    financial_data: PostingFinancial | None = None


class PostingList(Wire):
    postings: list[Posting] | None
    cursor: Text = None
    has_next: bool | None = None


class CancelReason(Wire):
    id: Id
    name: Text = Field(None, validation_alias=AliasChoices("name", "title"))
    type_id: Text = None


class CancelReasons(Wire):
    reasons: Annotated[list[CancelReason], Before(_list)] = Field(
        validation_alias=AliasChoices("reasons", "result")
    )


# ---- notices ----------------------------------------------------------------------------------------------
class PushType(Wire):
    type: Text = None


class PushAddress(Wire):
    id: Id
    url: str
    enable: bool | None = None
    types: Annotated[list[PushType], Before(_list)] = Field(default_factory=list)


class PushAddresses(Wire):
    urls: Annotated[list[PushAddress], Before(_list)]
