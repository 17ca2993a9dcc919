"""Addresses: the account pages of allauth, and ours."""

from django.urls import include, path

from accalmie.pages.signin import closed_urls

urlpatterns = [
    path("account/", include(closed_urls)),
    path("account/", include("allauth.urls")),
    path("", include("accalmie.pages.urls")),
]

handler400 = "accalmie.pages.shell.not_understood"
handler403 = "accalmie.pages.shell.refused"
handler404 = "accalmie.pages.shell.not_found"
handler429 = "accalmie.pages.shell.too_often"
handler500 = "accalmie.pages.shell.broken"
