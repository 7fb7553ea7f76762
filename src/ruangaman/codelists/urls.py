"""Addresses of the lists."""

from __future__ import annotations

from django.urls import URLPattern, path

from ruangaman.codelists import views

LIST = "pengaturan/daftar/<slug:list_key>/"
app_name = "codelists"
urlpatterns: list[URLPattern] = [
    path("pengaturan/daftar/", views.lists, name="lists"),
    path(LIST, views.one_list, name="list"),
    path(LIST + "tambah/", views.add, name="add"),
    path(LIST + "<str:list_code>/ubah/", views.change, name="change"),
    path(LIST + "<str:list_code>/akhiri/", views.end, name="end"),
]
