"""Words of the steps of a case: what is looked at, decided, agreed, told. Source: domain.md 1.2, 2.1, 2.3, 3.3."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Domain(models.TextChoices):
    """The seven domains of a biopsychosocial assessment."""

    PHYSICAL = "physical", _("Badan dan kesehatan")
    PSYCHOLOGICAL = "psychological", _("Perasaan dan pikiran")
    SOCIAL = "social", _("Keluarga dan lingkungan")
    ECONOMIC = "economic", _("Ekonomi")
    EDUCATION = "education", _("Sekolah")
    LEGAL = "legal", _("Hukum")
    DISABILITY = "disability", _("Disabilitas dan akses")


class NeedCode(models.TextChoices):
    """What somebody needs, by domain: the code begins with the domain's."""

    PHYSICAL_CARE = "physical.care", _("Pemeriksaan atau pengobatan")
    PHYSICAL_VISUM = "physical.visum", _("Visum")
    PSYCHOLOGICAL_COUNSEL = "psychological.counsel", _("Konseling")
    PSYCHOLOGICAL_CLINICAL = "psychological.clinical", _("Psikolog klinis atau psikiater")
    SOCIAL_SHELTER = "social.shelter", _("Tempat aman")
    SOCIAL_SUPPORT = "social.support", _("Dukungan keluarga atau lingkungan")
    SOCIAL_CARE = "social.care", _("Pengasuhan anak")
    ECONOMIC_BASIC = "economic.basic", _("Kebutuhan dasar")
    ECONOMIC_INCOME = "economic.income", _("Penghasilan atau pelatihan kerja")
    EDUCATION_STAY = "education.stay", _("Tetap bersekolah")
    EDUCATION_MOVE = "education.move", _("Pindah sekolah")
    LEGAL_ADVICE = "legal.advice", _("Konsultasi hukum")
    LEGAL_POLICE = "legal.police", _("Pendampingan ke polisi atau sidang")
    LEGAL_PROTECTION = "legal.protection", _("Perintah pelindungan")
    LEGAL_PAPERS = "legal.papers", _("Dokumen kependudukan")
    DISABILITY_INTERPRETER = "disability.interpreter", _("Juru bahasa atau pendamping komunikasi")
    DISABILITY_AID = "disability.aid", _("Alat bantu atau jalan yang dapat dilalui")

    @property
    def domain(self) -> Domain:
        """The domain that it belongs to."""
        return Domain(self.value.split(".")[0])


class Escort(models.TextChoices):
    """Who was there when somebody was brought to safety; nobody is fetched without police or health."""

    NONE = "none", _("Tidak perlu dijemput")
    POLICE = "police", _("Bersama polisi")
    HEALTH = "health", _("Bersama tenaga kesehatan")


class WhyNot(models.TextChoices):
    """Why a plan was not made with the person."""

    IN_CRISIS = "in_crisis", _("Belum sanggup membicarakannya")
    TOO_YOUNG = "too_young", _("Terlalu kecil untuk ditanya")
    UNREACHABLE = "unreachable", _("Belum dapat ditemui")
    DECLINED = "declined", _("Memilih tidak ikut menyusun")


class Agreed(models.TextChoices):
    """How the person said yes to a plan."""

    SIGNED = "signed", _("Ditandatangani")
    SPOKEN = "spoken", _("Diucapkan")
    NOT_YET = "not_yet", _("Belum disepakati")


class ApprovalKind(models.TextChoices):
    """What the head of the unit decides."""

    PLAN = "plan", _("Rencana")
    CLOSING = "closing", _("Penutupan")


class Outcome(models.TextChoices):
    """What was decided."""

    APPROVED = "approved", _("Disetujui")
    RETURNED = "returned", _("Dikembalikan")


class Point(models.TextChoices):
    """What has to be looked at again before it can be approved."""

    GOALS = "goals", _("Tujuannya belum jelas")
    SERVICES = "services", _("Layanannya belum cukup")
    DATES = "dates", _("Batas waktunya belum masuk akal")
    SAFETY = "safety", _("Keselamatannya belum terjawab")
    WITH_HER = "with_her", _("Suaranya belum terdengar")
    CONFERENCE = "conference", _("Perlu konferensi kasus dahulu")
    TOO_EARLY = "too_early", _("Terlalu dini untuk ditutup")
    AFTERCARE = "aftercare", _("Tindak lanjut sesudahnya belum jelas")
    TALK = "talk", _("Perlu dibicarakan langsung")

    @classmethod
    def of(cls, kind: ApprovalKind) -> list[Point]:
        """Return those that fit what is asked about."""
        other = _OF_CLOSINGS if kind is ApprovalKind.PLAN else _OF_PLANS
        return [point for point in cls if point not in other]


_OF_PLANS = frozenset({Point.GOALS, Point.DATES})
_OF_CLOSINGS = frozenset({Point.TOO_EARLY, Point.AFTERCARE})


class Reached(models.TextChoices):
    """What came of trying to reach somebody."""

    REACHED = "reached", _("Terhubung")
    NO_ANSWER = "no_answer", _("Tidak ada jawaban")
    UNSAFE = "unsafe", _("Dihentikan karena tidak aman")


class Way(models.TextChoices):
    """How somebody was contacted; never by one that she ruled out."""

    PHONE = "phone", _("Telepon")
    CHAT = "chat", _("Pesan")
    THREAD = "thread", _("Percakapan laporan")
    EMAIL = "email", _("Email")
    VISIT = "visit", _("Kunjungan")
    MEETING = "meeting", _("Bertemu di tempat lain")


class Finding(StrEnum):
    """What a look at her safety means for who manages the case; told to the clocks."""

    SAFE = "safe"
    SEEN = "seen"
    """Not safe, as the manager found."""
    UNSEEN = "unseen"
    """Not safe, as somebody else found: the manager has yet to see to it."""


class Doing(models.TextChoices):
    """How it goes after the case is closed."""

    WELL = "well", _("Baik, dapat menjaga diri")
    UNSURE = "unsure", _("Ada yang perlu diperhatikan")
    DANGER = "danger", _("Tidak aman, perlu dibuka lagi")


class PoliceChoice(models.TextChoices):
    """What the legal staff decided about telling the police of a sexual crime. Source: UU 12/2022 art. 7, 41."""

    REPORT = "report", _("Dilaporkan ke polisi")
    COMPLAINT_ONLY = "complaint_only", _("Delik aduan, menunggu keputusannya")
    NO_DUTY = "no_duty", _("Kewajiban ini tidak berlaku")
    REPORTED_BEFORE = "reported_before", _("Sudah dilaporkan pihak lain")


class Right(models.TextChoices):
    """What somebody is entitled to. Source: UU 12/2022 ch. V, art. 66–70."""

    INFORMATION = "information", _("Tahu proses dan hasil penanganannya")
    DOCUMENTS = "documents", _("Mendapat dokumen penanganan")
    LEGAL = "legal", _("Layanan hukum")
    PSYCHOLOGICAL = "psychological", _("Penguatan psikologis")
    MEDICAL = "medical", _("Layanan kesehatan")
    SPECIAL = "special", _("Layanan sesuai kebutuhan khusus")
    TAKEDOWN = "takedown", _("Penghapusan konten seksual")
    PROTECTION = "protection", _("Pelindungan dari ancaman")
    SECRECY = "secrecy", _("Kerahasiaan identitas")
    DIGNITY = "dignity", _("Pelindungan dari sikap merendahkan petugas")
    WORK_SCHOOL = "work_school", _("Tidak kehilangan pekerjaan atau sekolah")
    COUNTERSUIT = "countersuit", _("Tidak dituntut balik atas laporannya")
    REHABILITATION = "rehabilitation", _("Rehabilitasi medis, mental, dan sosial")
    EMPOWERMENT = "empowerment", _("Pemberdayaan sosial")
    RESTITUTION = "restitution", _("Restitusi atau kompensasi")
    REINTEGRATION = "reintegration", _("Kembali ke keluarga atau masyarakat")
