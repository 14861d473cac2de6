"""Addresses of a person's own pages, beside and before those of allauth."""

from django.urls import path

from companies.views import profile

app_name = "profile"
urlpatterns = [
    path("profile/", profile.profile, name="profile"),
    path("sign-ins/", profile.sign_ins, name="sign-ins"),
    path("sessions/", profile.sessions, name="sessions"),
    path("sessions/end-others/", profile.session_end_others, name="session-end-others"),
    path("sessions/<int:pk>/end/", profile.session_end, name="session-end"),
]
