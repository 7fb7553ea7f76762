"""Words of the vault: compartments, principals, purposes, and the shapes that its services take and give."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _

from ruangaman.core.types import Json

Content: TypeAlias = dict[str, Json]
"""What is sealed under one reference: JSON, made canonical and padded before sealing."""


class Compartment(IntegerChoices):
    """A part of a dossier with its own key. The numbers are in sealed bytes: never reuse or renumber one."""

    IDENTITY = 1, _("Identitas")
    CONTACT = 2, _("Kontak aman")
    NARRATIVE = 3, _("Cerita kejadian")
    CLINICAL = 4, _("Catatan klinis")
    LEGAL = 5, _("Catatan hukum")
    SHELTER = 6, _("Rumah aman")
    ATTACHMENT = 7, _("Lampiran")
    THREAD = 8, _("Percakapan")
    WORK = 9, _("Catatan kerja")


class PrincipalKind(TextChoices):
    """Who can hold a wrap."""

    USER = "user", _("Petugas")
    DESK = "desk", _("Meja layanan")
    SENDER = "sender", _("Pengirim pesan")
    RECOVERY = "recovery", _("Kunci pemulihan")
    BREAKGLASS = "breakglass", _("Kunci darurat")
    RECEIPT = "receipt", _("Pelapor")
    INBOX = "inbox", _("Kotak masuk instansi")
    CLIENT = "client", _("Sistem mitra")


class Purpose(TextChoices):
    """Why sealed content is opened; written into the audit event of the reading."""

    TRIAGE = "triage", _("Memilah laporan")
    HANDLING = "handling", _("Menangani kasus")
    SUPERVISION = "supervision", _("Mengawasi penanganan")
    REPLY = "reply", _("Menjawab pelapor")
    REPORTER_THREAD = "reporter_thread", _("Pelapor membaca percakapannya")
    DOWNLOAD = "download", _("Mengunduh berkas")
    OPEN_CASE = "open_case", _("Membuka kasus dari laporan")
    HANDOVER = "handover", _("Serah terima")
    CORRECTION = "correction", _("Membetulkan data")
    EXPORT = "export", _("Salinan untuk pemilik data")
    BREAK_GLASS = "break_glass", _("Akses darurat")
    REVIEW = "review", _("Meninjau akses darurat")
    FINDING = "finding", _("Mencari orang")
    PROOF = "proof", _("Membuktikan pemulihan cadangan")


class HoldReason(TextChoices):
    """Why a dossier must not be erased though its time may come. Source: UU 27/2022 art. 44."""

    COURT = "court", _("Perkara di pengadilan")
    POLICE = "police", _("Penyidikan polisi")
    COMPLAINT = "complaint", _("Pengaduan atas layanan")
    REQUEST = "request", _("Diminta pemilik data")
    AUDIT = "audit", _("Pemeriksaan")


class ErasureReason(TextChoices):
    """Why a dossier is erased. Source: UU 27/2022 art. 43 and 44."""

    DUE = "due", _("Masa simpan habis")
    REQUEST = "request", _("Diminta pemilik data")
    UNLAWFUL = "unlawful", _("Diperoleh tanpa dasar")


class IdentifierKind(TextChoices):
    """By what somebody can be found in the blind index. The words are in derived bytes: never rename one."""

    NIK = "nik", _("NIK")
    PHONE = "phone", _("Nomor telepon")


class TagSubject(TextChoices):
    """What a tag of the blind index leads to."""

    PERSON = "person", _("Orang dalam kasus")
    REPORT = "report", _("Kontak pelapor")
    KIN = "kin", _("Kerabat petugas")


@dataclass(frozen=True)
class GrantSpec:
    """A grant that is wished for: who, what, why, until when.

    Args:
        compartments: None means the whole data key, only for recovery and break-glass principals.
        reason: a code, never free text.
        not_after: timezone-aware; None means as long as the dossier lives.
    """

    principal_id: UUID
    compartments: frozenset[Compartment] | None
    reason: str
    not_after: datetime | None = None


@dataclass(frozen=True)
class Place:
    """Where something is sealed; bound to the ciphertext, so content can be neither moved nor rolled back."""

    dossier_id: UUID
    compartment: Compartment
    ref: UUID
    epoch: int
    version: int


@dataclass(frozen=True)
class Closed:
    """Stands where content would be, when the viewer holds no key for its compartment."""

    compartment: Compartment
