"""Addresses of companies themselves."""

from django.urls import path

from companies.views import companies, invitations, people, visits

app_name = "companies"
urlpatterns = [
    path("new/", companies.company_create, name="company-create"),
    path("visit/end/", visits.visit_end, name="visit-end"),
    path("confirmed/", people.confirmed, name="confirmed"),
    path("invitations/<str:token>/", invitations.invitation, name="invitation"),
    path("invitations/<str:token>/signup/", invitations.invitation_signup, name="invitation-signup"),
    path("second-factor/<int:pk>/", people.second_factor, name="second-factor"),
]
