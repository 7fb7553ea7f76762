"""What still helps once a window of health or evidence is over; the city's doctors verify it."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

STILL_HELPS: dict[str, Promise] = {
    "clinical.pep": _(
        "Jendela PEP sudah lewat. Tes HIV dan infeksi lain, vaksin hepatitis B, dan pemeriksaan tetap menolong: "
        "tawarkan, lalu catat jawabannya"
    ),
    "clinical.contraception": _(
        "Jendela kontrasepsi darurat sudah lewat. Tes kehamilan dan pemeriksaan tetap menolong: tawarkan, lalu catat "
        "jawabannya"
    ),
    "evidence.sexual": _(
        "Jendela bukti di badan sudah lewat. Luka, pakaian yang disimpan, foto, pesan, dan saksi tetap berarti: "
        "tawarkan visum, ia yang memutuskan"
    ),
    "evidence.physical": _(
        "Lukanya mungkin sudah pudar. Foto, catatan berobat, dan saksi tetap berarti: tawarkan visum, "
        "ia yang memutuskan"
    ),
}
"""By key of the kind."""
