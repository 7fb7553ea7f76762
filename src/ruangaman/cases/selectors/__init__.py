"""Every read of a case, always for somebody."""

from __future__ import annotations

from ruangaman.cases.selectors.access import AccessPage, AccessRow, get_access, get_access_page, list_readers, open_hold
from ruangaman.cases.selectors.cases import (
    count_open_tasks,
    get_case,
    get_file,
    get_governed,
    get_granted,
    get_managed,
    get_part,
    get_person,
    get_to_hand_over,
)
from ruangaman.cases.selectors.holders import HolderView, list_holders
from ruangaman.cases.selectors.listing import (
    CasePageOfList,
    count_needs,
    count_overseen_needs,
    list_assigned,
    list_load,
    list_needs,
    list_overseen,
    list_overseen_needs,
)
from ruangaman.cases.selectors.page import CasePage, get_case_page
from ruangaman.cases.selectors.people import (
    held_alone,
    join_names,
    list_assignable,
    list_held,
    list_managers,
    list_note_drawers,
    list_parts,
    list_persons,
    list_providers,
    open_person,
)
from ruangaman.cases.selectors.shelf import TaskView
from ruangaman.cases.selectors.versions import Step, get_history, get_record, list_versions, open_states

__all__ = [
    "AccessPage",
    "AccessRow",
    "CasePage",
    "CasePageOfList",
    "HolderView",
    "Step",
    "TaskView",
    "count_needs",
    "count_open_tasks",
    "count_overseen_needs",
    "get_access",
    "get_access_page",
    "get_case",
    "get_case_page",
    "get_file",
    "get_governed",
    "get_granted",
    "get_history",
    "get_managed",
    "get_part",
    "get_person",
    "get_record",
    "get_to_hand_over",
    "held_alone",
    "join_names",
    "list_assignable",
    "list_assigned",
    "list_held",
    "list_holders",
    "list_load",
    "list_managers",
    "list_needs",
    "list_note_drawers",
    "list_overseen",
    "list_overseen_needs",
    "list_parts",
    "list_persons",
    "list_providers",
    "list_readers",
    "list_versions",
    "open_hold",
    "open_person",
    "open_states",
]
