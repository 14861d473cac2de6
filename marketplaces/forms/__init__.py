"""What people fill in about accounts and agreements."""

from marketplaces.forms.agreements import AgreementForm
from marketplaces.forms.keys import AccountTitleForm, CredentialsForm, credentials_form
from marketplaces.forms.payouts import PayoutChoiceForm

__all__ = [
    "AccountTitleForm",
    "AgreementForm",
    "CredentialsForm",
    "PayoutChoiceForm",
    "credentials_form",
]
