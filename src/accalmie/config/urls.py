"""Addresses: the account pages of allauth, and ours."""

from django.urls import include, path

urlpatterns = [
    path("account/", include("allauth.urls")),
    path("", include("accalmie.pages.urls")),
]
