"""The unit's emergency key is handed on by three: who names, who agrees, who holds it. Under the database's roles."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection

from ruangaman.accounts import selectors, services
from ruangaman.accounts.models import DoorRequest, Unit, User
from ruangaman.accounts.types import Role
from ruangaman.audit.models import AuditEvent
from ruangaman.audit.types import Role as DatabaseRole
from ruangaman.core.errors import Conflict, Locked, NotAllowed, NotFound
from ruangaman.vault import services as vault
from ruangaman.vault.errors import KeyNotSigned
from ruangaman.vault.models import GroupKey
from ruangaman.vault.types import Compartment, GrantSpec, Purpose
from tests.accounts.conftest import Clock
from tests.factories.accounts import JAN_5, Office, make_user, working
from tests.support.signing_in import signed_in

WEEK, SECOND = timedelta(days=7), timedelta(seconds=1)
URL = "/pengaturan/darurat/"


@pytest.fixture
def holder(safe: Office) -> User:
    """Who holds the emergency key of the office: neither in charge nor a second person."""
    user = safe.user(Role.MANAJER, username="pemegang")
    with working(role=DatabaseRole.MIGRATE):
        services.appoint_emergency_officers(unit=safe.unit, officers=[user], by=None, at=JAN_5)
    safe.unit.refresh_from_db()
    sign_group(safe)
    return user


def sign_group(office: Office) -> None:
    for officer in (office.head, office.guard):
        with working(officer):
            vault.sign_key(principal_id=office.unit.breakglass_id, by=officer, at=JAN_5)  # type: ignore[arg-type]


def name(
    office: Office, user: User, *, old: User | None = None, by: User | None = None, at: datetime = JAN_5
) -> DoorRequest:
    manager = by or office.head
    unit = Unit.objects.get(pk=office.unit.pk)
    with working(manager):
        return services.name_emergency_holder(unit=unit, user=user, instead_of=old, by=manager, at=at)


def agree(office: Office, request: DoorRequest, *, approve: bool = True, at: datetime = JAN_5) -> DoorRequest:
    with working(office.guard):
        services.decide(request=fresh(request), is_approved=approve, by=office.guard, at=at)
    return fresh(request)


def fresh(request: DoorRequest) -> DoorRequest:
    return DoorRequest.objects.select_related("user__unit", "instead_of", "asked_by").get(pk=request.pk)


def hand(request: DoorRequest, by: User, at: datetime = JAN_5) -> None:
    seen = fresh(request)
    with working(by):
        services.hand_emergency_key(request=seen, by=by, at=at)


def begin_anew(request: DoorRequest, by: User) -> None:
    with working(by):
        services.begin_emergency_anew(request=fresh(request), by=by, at=JAN_5)


def holders(office: Office) -> set[object]:
    return set(vault.read_members(office.unit.breakglass_id))  # type: ignore[arg-type]


def story(office: Office, by: User) -> object:
    """Something sealed in a dossier that the emergency key opens whole."""
    parts = frozenset({Compartment.IDENTITY})
    glass = GrantSpec(office.unit.breakglass_id, None, "breakglass")  # type: ignore[arg-type]
    specs = [GrantSpec(by.principal_id, parts, "pendamping"), glass]
    with working(by):
        made = vault.new_dossier(kind="case", unit_id=office.unit.pk, grants=specs, at=JAN_5, by=by)
        return vault.seal_in(made, compartment=Compartment.IDENTITY, content={"n": "NAMA-UJI"}, at=JAN_5)


def opens(office: Office, user: User, ref: object) -> bool:
    """Whether somebody opens it by the emergency key: what that screen will do in one request."""
    user.keyring = vault.open_door(principal_id=user.principal_id, password="kuda batu payung sunyi")
    user.desk_principals = (office.unit.breakglass_id,)  # type: ignore[assignment]
    try:
        with working(user):
            return bool(vault.reveal(ref=ref, purpose=Purpose.HANDLING, by=user, at=JAN_5))  # type: ignore[arg-type]
    except NotFound:
        return False
    finally:
        user.desk_principals = ()


def test_the_key_goes_from_one_to_another_by_three_people_and_the_old_one_opens_nothing(
    safe: Office, holder: User
) -> None:
    new, worker = safe.user(Role.PENDAMPING), safe.user(Role.PENDAMPING)
    ref = story(safe, worker)
    assert opens(safe, holder, ref)
    assert not opens(safe, new, ref)
    request = agree(safe, name(safe, new, old=holder))
    assert holders(safe) == {holder.principal_id}
    hand(request, holder)

    assert holders(safe) == {new.principal_id}
    assert not GroupKey.objects.filter(member_id=holder.principal_id).exists()
    assert opens(safe, new, ref)
    assert not opens(safe, holder, ref)
    sign_group(safe)
    assert opens(safe, new, story(safe, worker))
    assert fresh(request).done_at == JAN_5
    event = AuditEvent.objects.get(type="accounts.emergency_handed")
    assert (event.actor, event.subject) == (str(holder.principal_id), str(new.pk))
    assert event.detail == {"unit": safe.unit.code, "is_anew": False, "instead_of": str(holder.pk)}


def test_naming_again_undoes_it(safe: Office, holder: User) -> None:
    new, worker = safe.user(Role.PENDAMPING), safe.user(Role.PENDAMPING)
    ref = story(safe, worker)
    hand(agree(safe, name(safe, new, old=holder)), holder)
    hand(agree(safe, name(safe, holder, old=new)), new)
    assert holders(safe) == {holder.principal_id}
    assert opens(safe, holder, ref)
    assert not opens(safe, new, ref)


def test_four_hold_it_at_most_and_a_fifth_takes_somebodys_place(safe: Office, holder: User) -> None:
    people = [safe.user(Role.PENDAMPING) for _ in range(4)]
    for user in people[:3]:
        hand(agree(safe, name(safe, user)), holder)
    with pytest.raises(NotAllowed):
        name(safe, people[3])
    hand(agree(safe, name(safe, people[3], old=people[0])), holder)
    assert holders(safe) == {one.principal_id for one in (holder, *people[1:])}


def test_nobody_of_a_desk_is_named_and_nobody_becomes_one_unseen(safe: Office, holder: User) -> None:
    seated, officer, later = safe.user(Role.PENDAMPING), safe.user(Role.PETUGAS), safe.user(Role.PENDAMPING)
    safe.desk(seated, officer)
    for user in (seated, officer):
        with pytest.raises(NotAllowed):
            name(safe, user)
    request = agree(safe, name(safe, later))
    safe.desk(later)
    with pytest.raises(NotAllowed):
        hand(request, holder)
    assert holders(safe) == {holder.principal_id}
    assert fresh(request).done_at is None


def test_who_is_not_in_charge_names_nobody_and_nobody_names_themselves(safe: Office, holder: User) -> None:
    new = safe.user(Role.PENDAMPING)
    for by in (holder, safe.guard, safe.user(Role.PENDAMPING)):
        with pytest.raises(NotAllowed):
            name(safe, new, by=by)
    with pytest.raises(NotAllowed):
        name(safe, safe.head)
    admin = safe.user(Role.ADMIN)
    name(safe, safe.head, by=admin)


def test_who_asked_does_not_agree_and_without_agreement_nothing_is_handed_on(safe: Office, holder: User) -> None:
    new = safe.user(Role.PENDAMPING)
    request = name(safe, new, old=holder)
    with working(safe.head), pytest.raises(NotAllowed):
        services.decide(request=fresh(request), is_approved=True, by=safe.head, at=JAN_5)
    with pytest.raises(Conflict):
        hand(request, holder)
    with pytest.raises(Conflict):
        hand(agree(safe, request, approve=False), holder)
    assert holders(safe) == {holder.principal_id}


def test_an_agreement_is_good_once_and_for_seven_days(safe: Office, holder: User) -> None:
    new, other = safe.user(Role.PENDAMPING), safe.user(Role.PENDAMPING)
    late = agree(safe, name(safe, other))
    with pytest.raises(Conflict):
        hand(late, holder, at=JAN_5 + WEEK + SECOND)
    hand(late, holder, at=JAN_5 + WEEK)
    request = agree(safe, name(safe, new))
    hand(request, holder)
    with working(safe.head):
        services.end_emergency_holding(unit=safe.unit, user=new, by=safe.head, at=JAN_5)
    with pytest.raises(Conflict):
        hand(request, holder)


def test_only_who_holds_it_with_keys_in_hand_hands_it_on(safe: Office, holder: User) -> None:
    new = safe.user(Role.PENDAMPING)
    request = agree(safe, name(safe, new, old=holder))
    for by in (safe.head, safe.guard, safe.user(Role.PENDAMPING)):
        with pytest.raises((NotAllowed, Conflict)):
            hand(request, by)
    holder.keyring, keys = None, holder.keyring
    with pytest.raises(Locked):
        hand(request, holder)
    holder.keyring = keys
    hand(request, holder)


def test_the_database_shows_and_finishes_it_for_holders_and_who_is_in_charge_only(safe: Office, holder: User) -> None:
    request = agree(safe, name(safe, safe.user(Role.PENDAMPING)))
    for who, sees in ((holder, True), (safe.head, True), (safe.user(Role.MANAJER), False)):
        with working(who), connection.cursor() as cursor:
            assert DoorRequest.objects.filter(pk=request.pk).exists() is sees
            if not sees:
                cursor.execute("SELECT accounts_finish_emergency(%s, %s)", [request.pk, JAN_5])
                assert cursor.fetchone()[0] is False


def test_a_key_that_nobody_signed_is_not_wrapped_to(safe: Office, holder: User) -> None:
    unsigned = make_user(safe.unit, Role.PENDAMPING, "belum")
    with pytest.raises(KeyNotSigned):
        hand(agree(safe, name(safe, unsigned)), holder)


def test_when_nobody_can_hand_it_on_a_new_key_opens_what_comes(safe: Office, holder: User) -> None:
    new, worker = safe.user(Role.PENDAMPING), safe.user(Role.PENDAMPING)
    old = story(safe, worker)
    second = safe.user(Role.PENDAMPING)
    hand(agree(safe, name(safe, second)), holder)
    request = agree(safe, name(safe, new, old=holder))
    with pytest.raises(NotAllowed, match="Masih ada"):
        begin_anew(request, safe.head)
    with working(safe.head):
        services.end_emergency_holding(unit=safe.unit, user=second, by=safe.head, at=JAN_5)
    with pytest.raises(NotAllowed):
        begin_anew(request, holder)
    begin_anew(request, safe.head)
    assert holders(safe) == {new.principal_id}
    sign_group(safe)

    assert not opens(safe, new, old)
    assert opens(safe, new, story(safe, worker))
    events = AuditEvent.objects.filter(type="accounts.emergency_handed").order_by("subject")
    assert {one.subject: one.detail["is_anew"] for one in events} == {str(second.pk): False, str(new.pk): True}
    with working(safe.head):
        services.let_go(user=holder, by=safe.head, at=JAN_5)


def test_a_holder_is_taken_off_by_who_is_in_charge_but_never_the_last(safe: Office, holder: User) -> None:
    second = safe.user(Role.PENDAMPING)
    hand(agree(safe, name(safe, second)), holder)
    with working(second), pytest.raises(NotAllowed):
        services.end_emergency_holding(unit=safe.unit, user=holder, by=second, at=JAN_5)
    with working(safe.head):
        services.end_emergency_holding(unit=safe.unit, user=holder, by=safe.head, at=JAN_5)
        with pytest.raises(NotAllowed):
            services.end_emergency_holding(unit=safe.unit, user=second, by=safe.head, at=JAN_5)
    assert holders(safe) == {second.principal_id}
    assert AuditEvent.objects.filter(type="accounts.emergency_ended", subject=str(holder.pk)).count() == 1


def test_the_refusals_of_naming(safe: Office, holder: User, admin: User) -> None:
    new, second = safe.user(Role.PENDAMPING), safe.user(Role.PENDAMPING)
    with working(role=DatabaseRole.MIGRATE):
        bare = services.create_unit(agency=safe.agency, code="lain", name="Lain", by=None, at=JAN_5)
    stranger = safe.user(Role.PENDAMPING, unit=bare)
    with pytest.raises(Conflict):
        name(safe, holder)
    with pytest.raises(Conflict):
        name(safe, new, old=second)
    with pytest.raises(NotAllowed):
        name(safe, stranger, by=admin)
    with working(admin), pytest.raises(NotAllowed, match="belum punya"):
        services.name_emergency_holder(unit=bare, user=stranger, by=admin, at=JAN_5)


def test_asking_again_for_another_place_or_too_late_makes_room(safe: Office, holder: User) -> None:
    new = safe.user(Role.PENDAMPING)
    first = name(safe, new)
    assert name(safe, new).pk == first.pk
    second = name(safe, new, old=holder)
    assert second.pk != first.pk
    assert list(DoorRequest.objects.values_list("pk", flat=True)) == [second.pk]
    with working(safe.head):
        third = services.name_emergency_holder(
            unit=safe.unit, user=new, instead_of=holder, by=safe.head, at=JAN_5 + WEEK + SECOND
        )
    assert list(DoorRequest.objects.values_list("pk", flat=True)) == [third.pk]


# --- the pages --------------------------------------------------------------------------------------------------------


def test_the_pages_from_the_naming_to_the_handing_on(safe: Office, holder: User, clock: Clock) -> None:
    new = safe.user(Role.PENDAMPING, username="pengganti")
    head, guard, his = signed_in(safe.head), signed_in(safe.guard), signed_in(holder)
    assert "menunggu Anda menyerahkannya" not in his.get("/kerja/").content.decode()
    facts = {"user": new.pk, "instead_of": holder.pk}
    assert head.post(f"{URL}{safe.unit.code}/", {}).status_code == 422
    assert head.post(f"{URL}{safe.unit.code}/", {"user": holder.pk, "instead_of": ""}).status_code == 422
    assert head.post(f"{URL}{safe.unit.code}/", facts).headers["Location"] == f"{URL}?sudah=diminta"
    request = DoorRequest.objects.get()
    assert "menggantikan" in guard.get("/pengaturan/permintaan/").content.decode()
    assert his.post(f"{URL}{request.pk}/serahkan").status_code == 404
    assert guard.post(f"/pengaturan/permintaan/{request.pk}/", {"jawaban": "setuju"}).status_code == 302

    assert "menunggu Anda menyerahkannya" in his.get("/kerja/").content.decode()
    assert "Serahkan sekarang" in his.get(URL).content.decode()
    assert "Serahkan sekarang" not in head.get(URL).content.decode()
    assert head.post(f"{URL}{request.pk}/serahkan").status_code == 409
    assert guard.post(f"{URL}{request.pk}/serahkan").status_code == 404
    answer = his.post(f"{URL}{request.pk}/serahkan", follow=True)
    assert "Anda tidak memegangnya lagi" in answer.content.decode()
    assert holders(safe) == {new.principal_id}
    assert his.get(URL).status_code == 404
    assert "Kunci darurat unit" not in his.get("/pengaturan/").content.decode()
    mine = signed_in(new)
    assert "Kunci darurat unit" in mine.get("/pengaturan/").content.decode()
    assert "Minta persetujuan" not in mine.get(URL).content.decode()


def test_the_page_takes_a_holder_off_and_begins_anew(safe: Office, holder: User, clock: Clock) -> None:
    new, third = safe.user(Role.PENDAMPING), safe.user(Role.PENDAMPING)
    hand(agree(safe, name(safe, new)), holder)
    head = signed_in(safe.head)
    request = agree(safe, name(safe, third, old=holder, at=clock()), at=clock())
    assert "Mulai kunci baru" not in head.get(URL).content.decode()
    assert head.post(f"{URL}{request.pk}/serahkan", {"cara": "baru"}).status_code == 409
    url = f"{URL}{safe.unit.code}/lepas"
    assert head.post(url, {"user": third.pk}).headers["Location"] == URL
    assert head.post(url, {"user": new.pk}).headers["Location"] == f"{URL}?sudah=dilepas"
    assert head.post(url, {"user": holder.pk}).status_code == 409
    page = head.get(URL).content.decode()
    assert "Mulai kunci baru" in page
    assert head.post(f"{URL}{request.pk}/serahkan", {"cara": "baru"}).headers["Location"] == f"{URL}?sudah=baru"
    assert holders(safe) == {third.principal_id}


def test_who_can_be_named_has_a_key_that_counts_and_no_desk(safe: Office, holder: User) -> None:
    fit, seated = safe.user(Role.PENDAMPING), safe.user(Role.PENDAMPING)
    safe.user(Role.PETUGAS)
    safe.desk(seated)
    make_user(safe.unit, Role.PENDAMPING, "belum")
    with working(safe.head):
        key = selectors.get_emergency_key(code=safe.unit.code, viewer=safe.head, at=JAN_5)
        assert set(selectors.list_nameable(key=key, viewer=safe.head)) == {fit, safe.guard}
