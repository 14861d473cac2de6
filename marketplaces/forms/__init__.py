"""What people fill in about accounts and agreements."""

from marketplaces.forms.agreements import AgreementForm
from marketplaces.forms.keys import (
    TITLE_FIELD,
    AccountTitleForm,
    CredentialsForm,
    DisconnectForm,
    connect_form,
    credentials_form,
)
from marketplaces.forms.payouts import PayoutChoiceForm

__all__ = [
    "TITLE_FIELD",
    "AccountTitleForm",
    "AgreementForm",
    "CredentialsForm",
    "DisconnectForm",
    "PayoutChoiceForm",
    "connect_form",
    "credentials_form",
]
