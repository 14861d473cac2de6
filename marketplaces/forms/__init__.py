"""What people fill in about accounts and agreements."""

from marketplaces.forms.keys import AccountTitleForm, CredentialsForm, credentials_form

__all__ = ["AccountTitleForm", "CredentialsForm", "credentials_form"]
