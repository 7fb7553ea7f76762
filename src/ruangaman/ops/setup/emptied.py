"""The place that a restore needs: roles, an empty database of ours, folders. No table, no key, no question."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from ruangaman.ops import canary
from ruangaman.ops.production import SECRETS
from ruangaman.ops.setup import ground
from ruangaman.ops.setup.ground import Unfit
from ruangaman.ops.words import translate as _

Say = Callable[[str], object]


def prepare(say: Say) -> None:
    """Make it, and say which key files have to be brought before `restore` can begin.

    Raises:
        Unfit: the database holds tables, or it cannot be made; then nothing was changed, or the text has the SQL.
        OSError: a folder cannot be made.
    """
    addresses = ground.read_addresses()
    name = addresses["migrate"].name
    state = ground.read_state(addresses["migrate"])
    if state is not None and state[0]:
        raise Unfit(
            _("Basis data %(name)s sudah berisi tabel; tidak ada yang diubah. Sebut basis data lain di keempat alamat,")
            % {"name": name}
            + "\n"
            + _("atau, bila isinya memang boleh hilang: psql -d postgres -c 'DROP DATABASE \"%(name)s\"', lalu ulangi.")
            % {"name": name}
        )
    ground.make_folders()
    ground.prepare_server(addresses)
    say(_("Siap untuk dipulihkan: peran, basis data kosong %(name)s, dan foldernya.") % {"name": name})
    lacking = [path for path in (*(Path(os.environ[each]) for each in SECRETS), canary.path()) if not path.is_file()]
    if lacking:
        say(_("Berkas kunci ini masih harus dibawa dari salinan amannya, terbaca oleh pengguna ini saja (chmod 600):"))
        for path in lacking:
            say(f"  {path}")
        if Path(os.environ["RUANGAMAN_SECRET_KEY_FILE"]) in lacking:
            say(_("Hanya secret-key yang boleh dibuat baru: head -c 32 /dev/urandom > berkasnya."))
    say(_("Lalu: ./ruang restore CADANGAN --identity BERKAS-KUNCI"))
