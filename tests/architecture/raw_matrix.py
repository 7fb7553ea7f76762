"""Which rows each database role reads and writes, for every actor: written by hand, so that a wider door shows here.

A cell says `VERB circle:column`, with S, I, U, D for SELECT, INSERT, UPDATE, DELETE. The circle is a set of names that
the actor has below (`all`: every row; `none`: the right is there, no row is). The column says which thing a row is
about. `(a b)` are the only columns that the verb may name. `{sql}` narrows further. `by:column` is who did it: always
oneself, of rows that are put in. What is not here is refused.

What the database does not say: how far a grant reaches into a case (compartments are keys), whether its time is over
(until the worker has deleted the wrap, the application refuses it: vault.md, rule 3), which verb a role gives, and who
is there at all: it believes the web process about `ra.user`, `ra.principals`, `ra.units`, `ra.keeper`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

NEAR = frozenset({"new", "late", "refused", "before case", "before unassigned", "before past", "before closed"})
"""The reports of the office's desk whose keys are still there."""
NEAR_ERASED = frozenset({"wiped", "before erased"})
FAR = frozenset({"avoiding", "before elsewhere"})
"""Those that were to avoid the office."""
OFFICE = frozenset({"case", "unassigned", "past", "closed", "erased"})
"""Its cases."""
TEAM = frozenset({"case", "past"})
ERASED = NEAR_ERASED | {"erased"}
WORDS = frozenset({"words case", "words elsewhere"})
"""Why somebody opened a case by the emergency key: a dossier of its own, which goes when the case goes."""
DESPITE = frozenset({"despite closed", "asked closed"})
"""Why a case was closed although something spoke against it, and what its closing says, for the heads: likewise."""
RULED = frozenset(
    f"ruling {name}"
    for name in (
        "refused",
        "wiped",
        "before case",
        "before closed",
        "before erased",
        "before past",
        "before unassigned",
    )
)
"""Why the desk decided so, for the desk and the heads."""

ENDED = (
    frozenset({"refused", "wiped", "closed", "before closed"}) | WORDS | DESPITE | RULED | {"ruling before elsewhere"}
)
"""What is in the register of ended dossiers: refused ones, a closed case with the report before it; WORDS, DESPITE."""
ALONE = frozenset({"refused", "wiped", "closed"})
"""Of those, what is ordered to be erased by itself: a report goes with the case that it became."""


INDEX, KIN = "uptd index", "kin"
"""The index of the office, and a relative that somebody declared who does not hold its key."""


@dataclass(frozen=True)
class Actor:
    """Who asks, and what is theirs.

    Args:
        keys: whose grants: oneself and desks.
        reports: seen; also those that were erased, by code and dates.
        held: dossiers that one holds a wrap of.
        cases: seen.
        works: cases that one may write in.
        oversees: dossiers of the unit that one oversees, erased ones included.
        people: whose requests one sees: those one decides about or is in charge of.
        places: units and desks that one is in charge of.
        seats: desks one sits at.
        ended: the register that one keeps.
        rules: the office's rules that one writes down: all of them (they are about nothing), or none.
        glass: cases whose openings by an emergency key one sees beside those one sees the case of.
    """

    keys: frozenset[str] = frozenset()
    reports: frozenset[str] = frozenset()
    held: frozenset[str] = frozenset()
    cases: frozenset[str] = frozenset()
    works: frozenset[str] = frozenset()
    oversees: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    seats: frozenset[str] = frozenset()
    ended: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    rules: frozenset[str] = frozenset()
    glass: frozenset[str] = frozenset()


def _person(name: str, **circles: frozenset[str]) -> Actor:
    keys = frozenset({name}) | circles.get("seats", frozenset())
    return Actor(keys=keys, own=frozenset({name}), **circles)


def _works(
    name: str, cases: frozenset[str], reports: frozenset[str] = frozenset(), finds: frozenset[str] = frozenset()
) -> Actor:
    return _person(name, cases=cases, works=cases, reports=reports, held=cases | reports | finds)


def _desk(name: str, place: str, reports: frozenset[str], erased: frozenset[str], **circles: frozenset[str]) -> Actor:
    held = reports | circles.pop("more", frozenset())
    return _person(name, reports=reports | erased, held=held, seats=frozenset({f"{place} desk"}), **circles)


UPTD, REHSOS = frozenset({"uptd", "uptd desk"}), frozenset({"rehsos", "rehsos desk"})
NEAR_PERSON, FAR_PERSON = frozenset({"pendamping"}), frozenset({"manajer lain"})
MANAGED = TEAM | {"closed"}
EVERY_RULE = frozenset({""})
OPENED = frozenset({"case", "elsewhere"})
"""What was opened by an emergency key."""

FINDS = frozenset({INDEX, KIN})
"""What those hold who may search in the office."""

STAFF = {
    "petugas": _desk("petugas", "uptd", NEAR, NEAR_ERASED, more=FINDS | RULED),
    "petugas 2": _desk("petugas 2", "uptd", NEAR, NEAR_ERASED, more=FINDS | RULED),
    "dinsos": _desk(
        "dinsos", "rehsos", FAR, frozenset(), more=frozenset({"words elsewhere", "ruling before elsewhere"}),
        glass=frozenset({"elsewhere"}),
    ),
    "manajer": _works(
        "manajer", MANAGED, frozenset({"before case", "before past", "before closed"}), FINDS | DESPITE
    ),
    "manajer 2": _works(
        "manajer 2", frozenset({"unassigned"}), frozenset({"before unassigned"}), frozenset({INDEX})
    ),
    "manajer lain": _works("manajer lain", frozenset({"elsewhere"}), frozenset({"before elsewhere"})),
    "pendamping": _works("pendamping", TEAM, frozenset({"before case", "before past"})),
    "psikolog": _works("psikolog", TEAM),
    "hukum": _works("hukum", TEAM, frozenset({"before case", "before past"}), frozenset({KIN})),
    "rumahaman": _works("rumahaman", TEAM),
    # Who reads a part of every case of the unit for a while; who was taken off one; who handed one over.
    "pembaca": _works("pembaca", MANAGED | {"unassigned"}),
    "pembaca lain": _works("pembaca lain", frozenset({"elsewhere"})),
    "mantan": _person("mantan"),
    "manajer lama": _person("manajer lama", held=FINDS),
    # Key officers: one oversees the unit, one keeps registers. Neither holds a key of a case or a report; both answer
    # for openings by the emergency key.
    "kepala": _person(
        "kepala",
        cases=OFFICE,
        oversees=OFFICE | NEAR | NEAR_ERASED | {INDEX},
        people=NEAR_PERSON,
        places=UPTD,
        held=frozenset({"words case"}) | DESPITE | RULED,
    ),
    "dpo": _person("dpo", people=NEAR_PERSON | FAR_PERSON, held=WORDS, glass=OPENED),
    "admin": _person("admin", people=NEAR_PERSON | FAR_PERSON, places=UPTD | REHSOS, rules=EVERY_RULE),
    "dpo as keeper": Actor(
        keys=frozenset({"dpo"}), own=frozenset({"dpo"}), people=NEAR_PERSON | FAR_PERSON, ended=ENDED, held=WORDS,
        glass=OPENED,
    ),
    "admin as keeper": Actor(
        keys=frozenset({"admin"}),
        own=frozenset({"admin"}),
        people=NEAR_PERSON | FAR_PERSON,
        places=UPTD | REHSOS,
        ended=ENDED,
        rules=EVERY_RULE,
    ),
    "nobody": Actor(),
} | {
    name: _person(name)
    for name in (
        "dinas", "auditor", "polisi", "rsud", "disdik", "kader", "plkb", "pemberdayaan", "pelatih",
    )
}  # fmt: skip

STREET = {
    "nobody": Actor(),
    **{
        f"{report} receipt": Actor(keys=frozenset({f"{report} receipt"}), held=frozenset({report}))
        for report in ("new", "late", "refused", "avoiding", "before case", "before closed", "before elsewhere")
    },
    "wiped receipt": Actor(),
}

ELSEWHERE = frozenset({"dinsos", "manajer lain", "pembaca lain"})
"""Who does not work in the office."""

CIRCLES: dict[str, Callable[[Actor], frozenset[str]]] = {
    "known": lambda actor: actor.held | actor.oversees,
    "watched": lambda actor: frozenset({"uptd desk"}) if actor.oversees else frozenset(),
    "living": lambda actor: (actor.held | actor.oversees) - ERASED,
    "theirs": lambda actor: frozenset() if actor.ended else actor.held | actor.oversees,
    "noted": lambda actor: actor.held | actor.oversees | actor.ended,
    "finds": lambda actor: actor.held if INDEX in actor.held else frozenset(),
    "puts": lambda actor: (actor.held | actor.oversees) - ERASED if INDEX in actor.held else frozenset(),
    "index": lambda actor: actor.held & {INDEX},
    "register": lambda actor: actor.ended & ALONE,
    "unit": lambda actor: frozenset({"rehsos" if actor.own & ELSEWHERE else "uptd"}) if actor.own else frozenset(),
    "personal": lambda actor: actor.held if not actor.seats else frozenset(),
}
"""Circles made of others."""

TABLES = {
    "accounts_agency": "id", "accounts_unit": "id", "accounts_desk": "id", "accounts_user": "id",
    "accounts_deskmember": "user_id", "accounts_dutyshift": "user_id", "accounts_signinattempt": "",
    "accounts_codemark": "user_id", "mfa_authenticator": "user_id", "accounts_invitation": "unit_id",
    "accounts_doorrequest": "user_id", "accounts_formerkeys": "user_id", "accounts_formeraddress": "user_id",
    "vault_principal": "id", "vault_principalkey": "principal_id", "vault_keysignature": "key_id",
    "vault_keyofficer": "principal_id", "vault_officerlist": "", "vault_door": "principal_id",
    "vault_groupkey": "member_id", "vault_dossier": "id", "vault_dossierepoch": "dossier_id",
    "vault_grant": "dossier_id", "vault_sealed": "dossier_id", "vault_sealedfile": "dossier_id",
    "vault_frame": "file_id", "vault_receiptlocator": "dossier_id", "vault_installationcheck": "",
    "vault_staffsession": "", "vault_publicsession": "", "vault_draft": "principal_id",
    "vault_waiting": "dossier_id", "vault_keeping": "dossier_id",
    "vault_legalhold": "dossier_id", "vault_erasureorder": "dossier_id", "vault_retentionclass": "",
    "cases_case": "id", "cases_assignment": "case_id", "cases_person": "case_id", "cases_incident": "case_id",
    "cases_incidentlink": "incident_id", "cases_note": "case_id", "cases_casefile": "case_id",
    "cases_servicerecord": "case_id", "cases_task": "case_id", "cases_transition": "case_id",
    "cases_access": "case_id", "cases_version": "case_id", "cases_bulkact": "by_id", "cases_bulkitem": "act_id",
    "cases_episode": "case_id", "cases_safetycheck": "case_id", "cases_assessment": "case_id", "cases_rightstold":
    "case_id", "cases_plan": "case_id", "cases_goal": "case_id", "cases_approval": "case_id", "cases_review":
    "case_id", "cases_conference": "case_id", "cases_session": "case_id", "cases_transfer": "case_id",
    "cases_contacttry": "case_id", "cases_closingassessment": "case_id", "cases_aftercare": "case_id",
    "cases_mediationrequest": "case_id", "cases_policedecision": "case_id",
    "consents_consent": "dossier_id", "cases_glass": "case_id", "cases_tie": "first_id",
    "vault_blindindex": "dossier_id", "vault_blindtag": "dossier_id", "vault_lookup": "principal_id",
    "vault_meeting": "found_id", "vault_bar": "dossier_id", "accounts_relative": "dossier_id",
    "accounts_avoidedplace": "user_id",
    "intake_report": "id", "intake_message": "report_id", "intake_attachment": "report_id",
    "intake_idempotencykey": "report_id", "intake_handover": "desk_id", "intake_ruling": "desk_id",
    "audit_auditevent": "", "audit_auditlane": "", "audit_auditseal": "", "audit_auditcheckpoint": "",
    "audit_auditalarm": "", "codelists_code": "", "clocks_limit": "", "clocks_clock": "dossier_id",
    "clocks_pause": "dossier_id",
    "clocks_clockkind": "", "clocks_holiday": "", "clocks_officeday": "", "notifications_alarmsent": "user_id",
    "web_savedfilter": "owner_id",
    "procrastinate_jobs": "",
    "procrastinate_events": "", "procrastinate_workers": "", "procrastinate_periodic_defers": "",
    "django_migrations": "", "django_content_type": "", "auth_permission": "",
    "auth_group": None, "auth_group_permissions": None, "account_emailaddress": None,
    "account_emailconfirmation": None,
}  # fmt: skip
"""Every table, and the column that says what a row is about. None: libraries brought it, and it is always empty."""

WEB = {
    "accounts_agency": "S all",
    "accounts_unit": "S all",
    "accounts_desk": "S all",
    "accounts_user": "S all; U own:id (language session_epoch single_keys)",
    "accounts_deskmember": "S all; I seats:desk_id; U own:user_id|places:desk_id (until)",
    "accounts_dutyshift": "S all; D own:user_id|places:desk_id",
    "accounts_signinattempt": "S all; I all; U all; D all",
    "accounts_codemark": "S own; I own; U own",
    "mfa_authenticator": "S own; I own; U own; D own",
    "accounts_invitation": "S places; I places by:made_by_id; U places (withdrawn_at)",
    "accounts_doorrequest": "S people|own:instead_of_id; I all by:asked_by_id; D own:asked_by_id {decided_at IS NULL}",
    "accounts_formerkeys": "S all",
    "vault_principal": "S all; I all {kind <> 'receipt'}; U all (retired_at)",
    "vault_principalkey": "S all; I all; U all (retired_at)",
    "vault_keysignature": "S all; I all by:officer_id",
    "vault_keyofficer": "S all; I all; D all",
    "vault_officerlist": "S all; I all; U all (mac changed_at)",
    "vault_door": "S keys; I all; U keys (salt memory_kib iterations lanes verifier bundle changed_at)",
    "vault_groupkey": "S keys; I all",
    "vault_dossier": "S noted; I all; U known (epoch)",
    "vault_dossierepoch": "S held; I living",
    "vault_grant": "S keys:principal_id; I living by:grantor_id",
    "vault_sealed": "S held; I living; U held (epoch version envelope sealed_at)",
    "vault_sealedfile": "S held; I living",
    "vault_frame": "S held; I living",
    "vault_staffsession": "S all; I all; U all; D all",
    "vault_draft": "S keys; I keys; U keys (generation place envelope mac saved_at rescued sent); D keys",
    "vault_waiting": "S theirs; I theirs by:asked_by_id {done_at IS NULL}; U theirs (done_at done_by_id declined)",
    "vault_keeping": "S noted; I theirs; D theirs",
    "vault_legalhold": "S noted; I noted by:placed_by_id; U noted (released_at released_by_id)",
    "vault_erasureorder": "S noted; I register by:proposed_by_id;"
    " U ended (approved_at approved_by_id withdrawn_at withdrawn_by_id)",
    "vault_retentionclass": "S all",
    "vault_blindindex": "S all; I index",
    "vault_blindtag": "S finds {subject <> 'kin'}; I puts; D finds {subject <> 'kin'}",
    "vault_lookup": "S keys:principal_id; I keys:principal_id; U keys:principal_id (count)",
    "vault_meeting": "S held; U held (done_at done_by_id)",
    "accounts_relative": "S held; I held by:user_id; U held (indexed_at withdrawn_at)",
    "accounts_avoidedplace": "S all; I own; U own (until)",
    "cases_tie": "S works; I works by:by_id; U works (until until_by_id)",
    "cases_case": "S cases; I none by:opened_by_id; U works"
    " (state state_since risk unsafe_at manager_id closed_at closed_by_id closing_reason closing_ref)",
    "cases_assignment": "S cases; I works; U works (until until_by_id)",
    "cases_person": "S cases; I works; U works (kind sex age_group identity_ref contact_ref indexed_at version)",
    "cases_incident": "S cases; I works; U works (from_on to_on place kecamatan forms narrative_ref version)",
    "cases_incidentlink": "S cases; I works; U works (relation forms)",
    "cases_note": "S cases; I works",
    "cases_casefile": "S cases; I works",
    "cases_servicerecord": "S cases; I works",
    "cases_task": "S cases; I works; U works (ref owner_id due_at done_at done_by_id version)",
    "cases_transition": "S cases; I works",
    "cases_version": "S cases; I works",
    "cases_bulkact": "S own; I all by:by_id; U own (undone_at)",
    "cases_bulkitem": "S own; I own",
    "cases_access": "S cases; I cases by:by_id; U cases (not_after ended_at ended_by_id)",
    "cases_episode": "S cases; I works by:by_id",
    "cases_safetycheck": "S cases; I works by:by_id",
    "cases_assessment": "S cases; I works by:by_id",
    "cases_rightstold": "S cases; I works by:by_id",
    "cases_plan": "S cases; I works by:by_id",
    "cases_review": "S cases; I works by:by_id",
    "cases_conference": "S cases; I works by:by_id",
    "cases_session": "S cases; I works by:by_id",
    "cases_contacttry": "S cases; I works by:by_id",
    "cases_closingassessment": "S cases; I works by:by_id",
    "cases_mediationrequest": "S cases; I works by:by_id",
    "cases_policedecision": "S cases; I works by:by_id",
    "cases_goal": "S cases; I works; U works (task_id)",
    "cases_approval": "S cases; I works by:asked_by_id; U oversees (decided_at decided_by_id outcome points)",
    "cases_transfer": "S cases; I works by:by_id; U works (acknowledged_at acknowledged_by_id acknowledged_ref"
    " withdrawn_at withdrawn_by_id withdrawn_ref)",
    "cases_aftercare": "S cases; I works by:by_id; U works (held_at held_by_id doing before ref due_on tries"
    " tried_at cancelled_at cancelled_by_id cancelled_ref)",
    "consents_consent": "S known; I held by:recorded_by_id; U held (ended_at ended_by_id ending)",
    "cases_glass": "S cases|glass",
    "intake_report": "S reports; U reports (danger state needs_desk due_at limit_key opened_at answered_at taken_by_id"
    " taken_at case_type authority triaged_by_id triaged_at triage_ref duplicate_of_id refusal_reason refused_by_id"
    " refused_at"
    " refusal_ref case_id)",
    "intake_message": "S reports; I reports; U reports (read_at)",
    "intake_attachment": "S reports; I reports",
    "codelists_code": "S all; I rules by:added_by_id; U rules (valid_to)",
    "clocks_clock": "S own:owner_id|seats:desk_id|oversees|personal; I living;"
    " U own:owner_id|seats:desk_id|oversees|personal (desk_id owner_id lead_id danger due_at presses_at paused_at"
    " pause_reason paused_seconds snoozed_until snooze_reason escalates_at stopped_at stopped_on)",
    "clocks_clockkind": "S all; I rules by:changed_by_id; U rules (valid_to changed_by_id)",
    "clocks_pause": "S known; I living by:by_id; U known (ended_at ended_by_id) {ended_at IS NULL}",
    "clocks_holiday": "S all; I rules by:changed_by_id; U rules (name source changed_by_id); D rules",
    "clocks_limit": "S all; I rules by:made_by_id; U rules (valid_to)",
    "clocks_officeday": "S all; I rules; U rules (opens closes); D rules",
    "web_savedfilter": "S own:owner_id|unit:unit_id; I unit:unit_id by:owner_id; U own:owner_id (name unit_id);"
    " D own:owner_id",
    "intake_ruling": "S seats|watched; I seats by:made_by_id; U watched (verdict read_at read_by_id word_ref)",
    "intake_handover": "S seats|watched; I seats by:given_by_id; U seats (taken_by_id taken_at)",
    "django_migrations": "S all",
}
"""For the staff's pages. Whoever holds a unit's emergency key sees what is asked for it: here the one who is to give it
up holds it alone. Whoever oversees may add to a dossier (a new epoch, a wrap to somebody), and reads nothing."""

PUBLIC = {
    "accounts_agency": "S all",
    "accounts_unit": "S all",
    "accounts_desk": "S all",
    "vault_principal": "S all {kind <> 'receipt'}; I all {kind = 'receipt'}",
    "vault_principalkey": "S all {principal_id IN (SELECT id FROM vault_principal WHERE kind <> 'receipt')};"
    " I all {principal_id IN (SELECT id FROM vault_principal WHERE kind = 'receipt')}",
    "vault_keysignature": "S all",
    "vault_keyofficer": "S all",
    "vault_officerlist": "S all",
    "vault_dossier": "S held; I all {epoch = 1}",
    "vault_dossierepoch": "S held; I none",
    "vault_grant": "S keys:principal_id; I none",
    "vault_sealed": "S held {compartment = 8}; I held {compartment = 8}",
    "vault_sealedfile": "S held {compartment = 8}; I held {compartment = 8}",
    "vault_frame": "S held {file_id IN (SELECT id FROM vault_sealedfile WHERE compartment = 8)};"
    " I held {file_id IN (SELECT id FROM vault_sealedfile WHERE compartment = 8)}",
    "vault_receiptlocator": "I none",
    "vault_publicsession": "S all; I all; U all; D all",
    "intake_message": "S held",
    "intake_attachment": "S held {message_id IS NOT NULL}",
    "clocks_limit": "S all",
}
"""For the street: reports are taken by a function; the thread alone is read, by its receipt."""

WORKER = {
    "accounts_agency": "S all",
    "accounts_unit": "S all",
    "accounts_desk": "S all",
    "accounts_user": "S all (id email role unit_id language is_active)",
    "accounts_deskmember": "S all",
    "accounts_dutyshift": "S all",
    "accounts_signinattempt": "S all (last_at) {last_at < now() - interval '24 hours'};"
    " D all {last_at < now() - interval '24 hours'}",
    "accounts_invitation": "S all (expires_at) {expires_at < now() - interval '30 days'};"
    " D all {expires_at < now() - interval '30 days'}",
    "accounts_formeraddress": "S all; D all",
    "vault_grant": "S all (not_after) {not_after IS NOT NULL}; D all {not_after IS NOT NULL}",
    "vault_staffsession": "S all (expire_date); D all",
    "vault_publicsession": "S all (expire_date); D all",
    "vault_draft": "S all (saved_at sent)"
    " {saved_at < now() - CASE WHEN sent THEN interval '1 hour' ELSE interval '7 days' END};"
    " D all {saved_at < now() - CASE WHEN sent THEN interval '1 hour' ELSE interval '7 days' END}",
    "vault_lookup": "S all (hour) {hour < now() - interval '1 day'}; D all {hour < now() - interval '1 day'}",
    "vault_retentionclass": "S all",
    "intake_report": "S all (id code desk_id danger received_at state needs_desk due_at opened_at)",
    "intake_handover": "S all (id desk_id given_by_id given_at taken_by_id taken_at)",
    "intake_idempotencykey": "S all (accepted_at) {accepted_at < now() - interval '24 hours'};"
    " D all {accepted_at < now() - interval '24 hours'}",
    "audit_auditcheckpoint": "S all; I all",
    "audit_auditalarm": "S all; I all",
    "clocks_clock": "S all; U all (level escalates_at due_at presses_at paused_at pause_reason paused_seconds)",
    "clocks_pause": "S all; U all (ended_at) {ended_at IS NULL}",
    "clocks_clockkind": "S all",
    "clocks_holiday": "S all",
    "clocks_limit": "S all",
    "clocks_officeday": "S all",
    "notifications_alarmsent": "S all; I all",
    "procrastinate_jobs": "S all; I all; U all; D all",
    "procrastinate_events": "S all; I all; U all; D all",
    "procrastinate_workers": "S all; I all; U all; D all",
    "procrastinate_periodic_defers": "S all; I all; U all; D all",
    "django_migrations": "S all",
}
"""No ciphertext, no wrap, no name; it tidies up by dates."""

TRAIL = {f"audit_audit{what}" for what in ("event", "lane", "seal", "checkpoint", "alarm")}
AUDIT = dict.fromkeys(TRAIL | {"clocks_limit", "vault_retentionclass"}, "S all")
ROLES = {
    "ra_web": WEB,
    "ra_public": PUBLIC,
    "ra_worker": WORKER,
    "ra_sender": {},
    "ra_audit": AUDIT,
    "ra_backup": dict.fromkeys(TABLES, "S all"),
}
LOGINS = {
    "ra_login_web": {"ra_public", "ra_web", "ra_audit"},
    "ra_login_worker": {"ra_worker"},
    "ra_login_sender": {"ra_sender"},
    "ra_login_migrate": {"ra_migrate", "ra_audit"},
    "ra_login_backup": {"ra_backup"},
}
"""Which roles each login may take on."""
CHANGES = {
    "accounts_user": "language = 'en'",
    "accounts_deskmember": "until = clock_timestamp()",
    "accounts_signinattempt": "failures = 9",
    "accounts_codemark": "counter = 9",
    "mfa_authenticator": "type = 'totp'",
    "accounts_invitation": "withdrawn_at = clock_timestamp()",
    "vault_principal": "retired_at = clock_timestamp()",
    "vault_principalkey": "retired_at = clock_timestamp()",
    "vault_officerlist": "changed_at = clock_timestamp()",
    "vault_door": "changed_at = clock_timestamp()",
    "vault_dossier": "epoch = 9",
    "vault_sealed": "version = 9",
    "vault_staffsession": "expire_date = clock_timestamp()",
    "vault_publicsession": "expire_date = clock_timestamp()",
    "vault_draft": "rescued = true",
    "vault_waiting": "declined = false",
    "vault_legalhold": "released_at = clock_timestamp(), released_by_id = '{me}'",
    "vault_erasureorder": "withdrawn_at = clock_timestamp(), withdrawn_by_id = '{me}'",
    "vault_lookup": "count = 9",
    "vault_meeting": "done_at = clock_timestamp(), done_by_id = '{me}'",
    "accounts_relative": "withdrawn_at = clock_timestamp()",
    "accounts_avoidedplace": "until = clock_timestamp()",
    "cases_tie": "until = clock_timestamp(), until_by_id = '{me}'",
    "cases_case": "manager_id = '{me}'",
    "cases_assignment": "until = clock_timestamp(), until_by_id = '{me}'",
    "cases_person": "sex = 'L'",
    "cases_incident": "version = 9",
    "cases_bulkact": "undone_at = clock_timestamp()",
    "cases_incidentlink": "relation = 'TEMAN'",
    "cases_task": "owner_id = '{me}'",
    "cases_access": "not_after = clock_timestamp() + interval '1 day'",
    "clocks_clock": "escalates_at = clock_timestamp()",
    "clocks_pause": "ended_at = clock_timestamp()",
    "clocks_clockkind": "valid_to = clock_timestamp(), changed_by_id = '{me}'",
    "clocks_holiday": "name = 'x', changed_by_id = '{me}'",
    "clocks_limit": "valid_to = clock_timestamp() + interval '9 years'",
    "clocks_officeday": "opens = '00:01'",
    "web_savedfilter": "name = 'x'",
    "cases_goal": "task_id = NULL",
    "cases_approval": "decided_at = clock_timestamp(), decided_by_id = '{me}', outcome = 'approved', points = '{{}}'",
    "cases_transfer": "acknowledged_at = clock_timestamp(), acknowledged_by_id = '{me}',"
    " acknowledged_ref = gen_random_uuid()",
    "cases_aftercare": "held_at = clock_timestamp(), held_by_id = '{me}', doing = 'well', ref = NULL",
    "consents_consent": "ended_at = clock_timestamp(), ended_by_id = '{me}', ending = 'revoked'",
    "intake_report": "danger = 1",
    "intake_message": "read_at = clock_timestamp()",
    "codelists_code": "valid_to = '2199-01-01'",
    "intake_ruling": "verdict = 'read', read_at = clock_timestamp(), read_by_id = '{me}', word_ref = NULL",
    "intake_handover": "taken_by_id = '{me}', taken_at = clock_timestamp()",
    "procrastinate_jobs": "priority = 9",
    "procrastinate_events": "at = clock_timestamp()",
    "procrastinate_workers": "last_heartbeat = clock_timestamp()",
    "procrastinate_periodic_defers": "periodic_id = 'y'",
}
"""A change that reads nothing: rows that one may change but not see would show up, too."""

FUNCTIONS = {
    "ra_web": "accounts_accept_invitation accounts_awaited accounts_call_heads accounts_call_officers"
    " accounts_call_second accounts_change_email accounts_close accounts_closed_to_all accounts_count_dossiers"
    " accounts_decide accounts_finish accounts_finish_emergency accounts_held_alone accounts_holds_emergency"
    " accounts_make_room accounts_may_decide accounts_may_manage accounts_open_request accounts_read_invitation"
    " accounts_reopenable accounts_shared_with accounts_tell_of_move accounts_unit_of"
    " audit_append audit_readings audit_seal_hash audit_seal_versions cases_count_code"
    " cases_count_concerned codelists_may_manage clocks_count_open clocks_desks clocks_may_set"
    " cases_glass_agree cases_glass_ask cases_glass_break cases_glass_close cases_glass_find cases_glass_live"
    " cases_glass_review cases_guards cases_may_write cases_shown intake_answered intake_case_of intake_desks"
    " intake_dossiers_of intake_end_turns intake_hand_turns intake_heard intake_is_over intake_overdue intake_send_back"
    " intake_told_again"
    " ra_keeper ra_opening ra_own_principals ra_principals ra_units ra_user"
    " vault_ask_epochs vault_delete_grants vault_delete_grants_made vault_delete_wraps_of vault_dossier_grants"
    " vault_group_members vault_has_ended vault_keep_pepper vault_may_add vault_may_add_frame vault_read_door"
    " vault_remove_member vault_shred ra_barred vault_ask_about vault_barred_holders vault_forget_kin vault_is_barred"
    " vault_is_kin vault_is_lifted vault_lift_bars vault_note_kin vault_note_matches web_unit",
    "ra_public": "audit_append audit_seal_hash intake_accept intake_is_mine intake_mark_read"
    " intake_own intake_reception intake_safe_status intake_write ra_principals ra_units ra_user"
    " vault_is_new vault_keep_pepper vault_locate_receipt vault_may_add_frame vault_may_add_to_thread",
    "ra_worker": "audit_append audit_first_bad audit_leaves audit_seal_versions audit_tips cases_glass_freeze"
    " procrastinate_* ra_principals ra_units ra_user vault_ask_epochs vault_delete_wraps_of vault_keep_pepper"
    " accounts_end_addresses intake_old_notes vault_not_shredded vault_shred vault_shredded",
    "ra_sender": "audit_append ra_principals ra_units ra_user vault_keep_pepper",
    "ra_audit": "audit_append audit_digest audit_first_bad audit_leaves audit_part audit_readings audit_tips"
    " audit_verify intake_dossiers_of ra_principals ra_units ra_user",
    "ra_backup": "audit_append_backup",
}
"""Doors that see more than who goes through: which role may call which. `*`: all that begin so."""

ASKED = (
    ("ra_web", "SELECT 1 FROM vault_dossier_grants({dossier})", "living"),
    ("ra_web", "SELECT 1 FROM audit_readings({dossier}, {types})", "known"),
    ("ra_web", "SELECT 1 FROM intake_dossiers_of({code}) WHERE code = {code}", "known"),
    ("ra_public", "SELECT 1 FROM intake_own() WHERE id = {report}", "held"),
    ("ra_public", "SELECT 1 FROM intake_safe_status({report})", "held"),
    ("ra_public", "SELECT 1 WHERE intake_is_mine({report})", "held"),
    ("ra_audit", "SELECT 1 FROM audit_readings({dossier}, {types})", "all"),
    ("ra_audit", "SELECT 1 FROM intake_dossiers_of({code}) WHERE code = {code}", "all"),
)
"""Those that answer about one report or dossier: about which, for whom."""
