"""Faults of a body, told like any other mistake: what happened, that nothing is lost, what to do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

SENTENCES = {
    "incomplete": gettext_lazy("Sambungan terputus di tengah jalan, jadi belum ada yang tersimpan. Kirim sekali lagi."),
    "broken": gettext_lazy("Kiriman ini rusak di jalan, jadi belum ada yang tersimpan. Kirim sekali lagi."),
    "too_large": gettext_lazy("Kiriman ini terlalu besar. Kurangi tulisan atau berkasnya, lalu kirim lagi."),
    "too_many_fields": gettext_lazy("Terlalu banyak isian yang terkirim. Muat ulang halaman ini, lalu isi lagi."),
    "too_many_files": gettext_lazy("Paling banyak 10 berkas sekali kirim. Pilih lagi yang paling penting."),
    "file_too_large": gettext_lazy("Ada berkas yang lebih besar dari 25 MB. Pilih lagi yang lebih kecil."),
    "busy": gettext_lazy(
        "Sedang banyak yang mengirim berkas. Tunggu sebentar, lalu kirim lagi; tanpa berkas juga boleh."
    ),
    "stale": gettext_lazy("Halaman ini sudah lama terbuka. Tulisanmu masih ada; tekan Kirim sekali lagi."),
}
ABOUT_FILES = frozenset({"too_many_files", "file_too_large", "busy"})
"""Faults of single files: the sentence stands at the field."""


def tell_fault(request: HttpRequest, form: forms.Form) -> bool:
    """Put the sentence of the body's fault into the form. Returns whether there is a fault."""
    fault = getattr(request, "body_fault", None)
    if fault is None:
        return False
    missing = form.errors.get("what")
    if missing is not None and any(error.code == "required" for error in missing.as_data()):
        del form.errors["what"]  # it may have been written, and lost on the way
    form.add_error("files" if fault in ABOUT_FILES else None, _sentence(request, str(fault)))
    return True


def ask_files_again(request: HttpRequest, form: forms.Form) -> None:
    """Name the files that came along: a browser does not keep them."""
    names = file_names(request)
    if names:
        sentence = _("Pilih lagi berkas ini: %(names)s") % {"names": ", ".join(names)}
        form.add_error("files", sentence)


def file_names(request: HttpRequest) -> list[str]:
    """Return the names of the files that came along, without folders."""
    uploads: Any = getattr(request, "uploads", None)
    names = list(dict.fromkeys(uploads.names)) if uploads is not None else []
    return _bare(name for name in names if name not in _too_large(request))


def _sentence(request: HttpRequest, fault: str) -> str:
    """Return what to do; a file that is too large is named, for it is not to be chosen again."""
    large = _bare(_too_large(request))
    if fault != "file_too_large" or not large:
        return str(SENTENCES[fault])
    return _("%(names)s lebih besar dari 25 MB. Pilih yang lebih kecil, atau kirim tanpa itu.") % {
        "names": ", ".join(large)
    }


def _too_large(request: HttpRequest) -> list[str]:
    uploads: Any = getattr(request, "uploads", None)
    return [name for name, fault in uploads.faults if fault == "file_too_large"] if uploads is not None else []


def _bare(names: Iterable[str]) -> list[str]:
    return [name.replace("\\", "/").rpartition("/")[2][-80:] for name in names if name][:20]
