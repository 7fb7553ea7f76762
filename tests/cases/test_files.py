"""Files that came with the report: their keys are sealed again in the case, their frames stay where they are."""

from __future__ import annotations

from io import BytesIO

import pytest

from ruangaman.accounts.types import ROLE_COMPARTMENTS, Role
from ruangaman.audit.models import AuditEvent
from ruangaman.cases.models import Case
from ruangaman.cases.types import NewFile
from ruangaman.vault import services as vault
from ruangaman.vault.files import FrameSealer, SealedUpload
from ruangaman.vault.models import Frame, Sealed
from ruangaman.vault.types import Compartment, GrantSpec
from tests.factories.accounts import working
from tests.factories.cases import FEB_1, Team
from tests.support.signing_in import signed_in

BYTES = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 1500


def upload() -> SealedUpload:
    """Seal a picture as it arrives."""
    sealer = FrameSealer(name="foto-uji.png")
    sealer.feed(BYTES)
    return sealer.finish()


@pytest.fixture
def case(team: Team) -> Case:
    """A case whose report brought a picture; the manager holds a grant on the report, as `intake` sees to."""
    picture = upload()
    held = ROLE_COMPARTMENTS[Role.PETUGAS]
    with working(team.desk):
        grants = [GrantSpec(user.principal_id, held, "desk") for user in (team.desk, team.manager)]
        report = vault.new_dossier(kind="report", unit_id=team.office.unit.pk, grants=grants, at=FEB_1, by=team.desk)
        vault.seal_file(
            dossier_id=report.dossier_id, upload=picture, compartment=Compartment.ATTACHMENT, by=team.desk, at=FEB_1
        )
    return team.open(files=[NewFile(picture.file_id, picture.to_content())])


def test_the_manager_downloads_the_very_bytes_and_it_is_recorded(team: Team, case: Case) -> None:
    row = case.files.get()
    client = signed_in(team.manager)
    assert "foto-uji.png" in client.get(f"/kasus/{case.code}/").content.decode()

    answer = client.get(f"/kasus/{case.code}/lampiran/{row.pk}")

    assert answer.headers["Content-Disposition"] == 'attachment; filename="foto-uji.png"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert BytesIO(b"".join(answer.streaming_content)).getvalue() == BYTES  # type: ignore[arg-type]
    assert AuditEvent.objects.filter(type="vault.revealed", detail__purpose="download").count() == 1


def test_a_psychologist_sees_that_there_is_a_file_and_cannot_open_it(team: Team, case: Case) -> None:
    team.assign(case, team.psychologist)
    client = signed_in(team.psychologist)
    text = client.get(f"/kasus/{case.code}/").content.decode()
    assert "Lampiran" in text
    assert "foto-uji.png" not in text
    refused = client.get(f"/kasus/{case.code}/lampiran/{case.files.get().pk}")
    assert refused.status_code == 404


def test_a_file_or_a_page_that_is_not_as_it_was_sealed_says_so(team: Team, case: Case) -> None:
    row = case.files.get()
    Frame.objects.filter(file_id=row.file_id).delete()
    client = signed_in(team.manager)
    answer = client.get(f"/kasus/{case.code}/lampiran/{row.pk}")
    assert answer.status_code == 409
    assert "tidak utuh" in answer.content.decode()

    Sealed.objects.filter(ref=row.key_ref).update(envelope=b"x" * 300)
    answer = client.get(f"/kasus/{case.code}/")
    assert answer.status_code == 409
    assert "bukan seperti saat disimpan" in answer.content.decode()
    assert AuditEvent.objects.filter(type="vault.refused", detail__why="tampered").exists()
