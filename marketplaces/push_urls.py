"""`/push/<token>/`, outside any company: the token names the account."""

from django.urls import path

from marketplaces import push_views

urlpatterns = [path("push/<str:token>/", push_views.push, name="push")]
