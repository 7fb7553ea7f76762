"""The drawings: one 24 by 24 path set per name, drawn with a stroke in the colour of the words beside it."""

from __future__ import annotations

from typing import Final

ICONS: Final[dict[str, str]] = {
    "arch": '<path d="M5 20V10a7 7 0 0 1 14 0v10M3 20h18M12 20v-6"/>',
    "back": '<path d="M19 12H6M11 6.5 5.5 12l5.5 5.5"/>',
    "bag": '<path d="M5 8.5h14l-1 11.5H6zM9 11V7a3 3 0 0 1 6 0v4"/>',
    "band": '<path d="M8.5 4.5 19.5 15.5a2.8 2.8 0 0 1-4 4L4.5 8.5a2.8 2.8 0 0 1 4-4zM9.5 13.5l4-4"/>',
    "bell": '<path d="M6.5 16.5V11a5.5 5.5 0 0 1 11 0v5.5l1.5 1.5H5zM10.5 20.5h3"/>',
    "book": (
        '<path d="M12 7c-2-1.6-4.6-2-8-2v12.5c3.4 0 6 .4 8 2 2-1.6 4.6-2 8-2V5c-3.4 0-6 .4-8 2Z"/><path d="M'
        '12 7v12.5"/>'
    ),
    "bowl": '<path d="M3.5 11.5h17a8.5 8 0 0 1-17 0zM9 20h6M12 4v3.5"/>',
    "care": '<path d="M12 19.5S4.5 15 4.5 9.7A3.9 3.9 0 0 1 12 8a3.9 3.9 0 0 1 7.5 1.7c0 5.3-7.5 9.8-7.5 9.8Z"/>',
    "cell": '<rect x="6.5" y="3" width="11" height="18" rx="1.8"/><path d="M11 17.8h2"/>',
    "chart": '<path d="M4 19.5h16M6.5 16v-4M11 16V7M15.5 16v-6M20 16V5"/>',
    "chat": (
        '<path d="M4 6.5A2.5 2.5 0 0 1 6.5 4h11A2.5 2.5 0 0 1 20 6.5v7a2.5 2.5 0 0 1-2.5 2.5H11l-4.5 4v-4A'
        '2.5 2.5 0 0 1 4 13.5z"/>'
    ),
    "check": '<path d="m5 12.5 5 5L19.5 7"/>',
    "chev": '<path d="m9.5 5.5 6.5 6.5-6.5 6.5"/>',
    "clip": (
        '<path d="M19.5 11.5 12 19a4.6 4.6 0 0 1-6.5-6.5l8-8a3.1 3.1 0 0 1 4.4 4.4l-7.9 7.9a1.5 1.5 0 0 '
        '1-2.2-2.2l7-7"/>'
    ),
    "clock": '<circle cx="12" cy="12" r="8.5"/><path d="M12 7.5V12l3 2"/>',
    "done": '<circle class="disc" cx="12" cy="12" r="10"/><path class="tick" d="m7.5 12.4 3 3 6-6.3"/>',
    "dots": '<path d="M6 12h.01M12 12h.01M18 12h.01" stroke-width="3"/>',
    "exit": '<path d="M13 4H6a1 1 0 0 0-1 1v14a1 1 0 0 0 1 1h7M10 12h10m-4-4 4 4-4 4"/>',
    "eye": '<path d="M3 12s3.3-6 9-6 9 6 9 6-3.3 6-9 6-9-6-9-6z"/><circle cx="12" cy="12" r="2.5"/>',
    "face": (
        '<circle cx="12" cy="12" r="8.5"/><path d="M8.5 14.3c1 1.2 2.1 1.7 3.5 1.7s2.5-.5 3.5-1.7M9 9.5v.5M15 9.5v.5"/>'
    ),
    "flag": '<path d="M6 20.5v-16h11l-2.2 4 2.2 4H6"/>',
    "folder": (
        '<path d="M3.5 18V6.8a1.3 1.3 0 0 1 1.3-1.3h4.4l2 2.3h8a1.3 1.3 0 0 1 1.3 1.3V18a1.3 1.3 0 0 1-1.3 '
        '1.3H4.8A1.3 1.3 0 0 1 3.5 18Z"/>'
    ),
    "gear": (
        '<circle cx="12" cy="12" r="3"/><path d="M12 3.5v3M12 17.5v3M3.5 12h3M17.5 12h3M6 6l2.1 2.1M15.9 '
        '15.9 18 18M18 6l-2.1 2.1M8.1 15.9 6 18"/>'
    ),
    "go": '<path d="M5 12h13M13 6.5l5.5 5.5-5.5 5.5"/>',
    "hand": (
        '<path d="M8 13V6.5a1.5 1.5 0 0 1 3 0V11 5a1.5 1.5 0 0 1 3 0v6-3.5a1.5 1.5 0 0 1 3 0V14a6 6 0 0 1-6 '
        '6c-2.6 0-4-1.3-5.2-3.8L4 12.6a1.4 1.4 0 0 1 2.4-1.4z"/>'
    ),
    "heart": '<path d="M12 20S4 15 4 9.3A4.3 4.3 0 0 1 12 7a4.3 4.3 0 0 1 8 2.3C20 15 12 20 12 20z"/>',
    "home": '<path d="M4 11.5 12 5l8 6.5M6.5 10v9h11v-9"/>',
    "house": '<path d="m4 11.5 8-7 8 7M6 10v9.5h12V10M10 19.5V14h4v5.5"/>',
    "key": '<circle cx="8" cy="15.5" r="4"/><path d="m11 12.5 8.5-8.5M16 7.5l2.5 2.5"/>',
    "list": '<path d="M8.5 6.5H20M8.5 12H20M8.5 17.5H20M4 6.5h.5M4 12h.5M4 17.5h.5"/>',
    "lock": '<path d="M5.5 11h13v9h-13zM8.5 11V8a3.5 3.5 0 0 1 7 0v3"/>',
    "locked": '<rect x="5" y="10.5" width="14" height="9.5" rx="2"/><path d="M8 10.5V8a4 4 0 0 1 8 0v2.5"/>',
    "look": '<path d="M12 4 2.8 19.5h18.4zM12 10v4M12 16.8v.1"/>',
    "look_at": (
        '<path d="M2.5 12S6 5.8 12 5.8 21.5 12 21.5 12 18 18.2 12 18.2 2.5 12 2.5 12Z"/><circle cx="12" cy'
        '="12" r="2.8"/>'
    ),
    "mark": (
        '<path d="M4 21h16M6.5 21V9a5.5 5.5 0 0 1 11 0v12"/><path d="M12.5 21V8.2l5-1.2v14z" fill="currentColor"/>'
    ),
    "merge": '<path d="M6 4.5v4a5 5 0 0 0 5 5h7M14.5 10l3.5 3.5-3.5 3.5M6 19.5v-3"/>',
    "message": '<path d="M4 5.5h16V16h-9l-4.5 3.5V16H4Z"/>',
    "never": '<circle cx="12" cy="12" r="8"/><path d="m6.5 6.5 11 11"/>',
    "now": '<circle cx="12" cy="12" r="9.5" stroke-width="2.25"/><circle class="dot" cx="12" cy="12" r="4"/>',
    "paper": '<path d="M7 3.5h7l4 4v13H7Z"/><path d="M13.5 3.5V8H18M9.8 12.5h5.5M9.8 16h5.5"/>',
    "pen": '<path d="m4 20 1-4.5L16 4.5a2.1 2.1 0 0 1 3 0l.5.5a2.1 2.1 0 0 1 0 3L8.5 19zM14 6.5l3.5 3.5"/>',
    "people": (
        '<circle cx="9" cy="8" r="3.3"/><path d="M3 19.5c.4-3.2 2.8-5 6-5s5.6 1.8 6 5M15.5 4.9a3.2 3.2 0 0 1 '
        '0 6.2M17.5 14.9c1.9.7 3.2 2.3 3.5 4.6"/>'
    ),
    "person": '<circle cx="12" cy="8" r="3.5"/><path d="M5 20c.5-3.6 3.2-5.5 7-5.5s6.5 1.9 7 5.5"/>',
    "phone": (
        '<path d="M6.5 3.5h3L11 7.7 9 9.3a12 12 0 0 0 5.7 5.7l1.6-2 4.2 1.5v3a2 2 0 0 1-2.2 2A16 16 0 0 1 '
        '4.5 5.7a2 2 0 0 1 2-2.2z"/>'
    ),
    "plus": '<path d="M12 5.5v13M5.5 12h13"/>',
    "print": '<path d="M7 9V4h10v5"/><rect x="4" y="9" width="16" height="8" rx="1.5"/><path d="M7 14h10v6.5H7Z"/>',
    "queue": '<path d="M4 7h9M4 12h13M4 17h6"/><circle cx="19" cy="7" r="1.6"/>',
    "refer": '<path d="M4 12h12M11.5 7l5 5-5 5M20 5v14"/>',
    "ring": '<circle cx="12" cy="12" r="9.5"/>',
    "route": (
        '<circle cx="6" cy="18" r="2"/><circle cx="18" cy="6" r="2"/><path d="M8 18h7a3 3 0 0 0 0-6H9a3 3 0 '
        '0 1 0-6h7"/>'
    ),
    "scale": (
        '<path d="M12 4v16M7.5 20h9M5.5 7h13M5.5 7 3 13.5a2.7 2.7 0 0 0 5 0zM18.5 7 16 13.5a2.7 2.7 0 0 0 5 0z"/>'
    ),
    "screen": '<rect x="3.5" y="4.5" width="17" height="12" rx="2"/><path d="M8 20h8M6.5 13.5l11-6"/>',
    "search": '<circle cx="11" cy="11" r="6"/><path d="m15.6 15.6 4.4 4.4"/>',
    "slip": '<path d="M6 3.5h12V20.5l-2-1.4-2 1.4-2-1.4-2 1.4-2-1.4-2 1.4zM9.5 8.5h5M9.5 12.5h5"/>',
    "stop": '<circle cx="12" cy="12" r="8.5"/><path d="M9.5 9v6M14.5 9v6"/>',
    "swap": '<path d="M5 9h13M14.5 5.5 18 9M19 15H6M9.5 18.5 6 15"/>',
    "tick": '<path d="m5 12.5 4.5 4.5L19 7.5"/>',
    "trace": '<path d="M4 12a8 8 0 1 0 2.5-5.8L4 8.5M4 4.5v4h4M12 8v4.5l3 1.8"/>',
    "undo": '<path d="M8.5 5l-4 4 4 4"/><path d="M4.5 9H14a5 5 0 0 1 0 10H9"/>',
    "unlocked": '<rect x="5" y="10.5" width="14" height="9.5" rx="2"/><path d="M8 10.5V8a4 4 0 0 1 7.6-1.8"/>',
    "veil": (
        '<path d="M4 4l16 16M9.5 6.4A9 9 0 0 1 12 6c5.7 0 9 6 9 6a15 15 0 0 1-2.8 3.4M6 8.2A15 15 0 0 0 3 12s'
        '3.3 6 9 6c1.4 0 2.7-.4 3.8-.9"/>'
    ),
    "words": (
        '<path d="M4 6.5A2.5 2.5 0 0 1 6.5 4h11A2.5 2.5 0 0 1 20 6.5v7a2.5 2.5 0 0 1-2.5 2.5H11l-4.5 4v-4A'
        '2.5 2.5 0 0 1 4 13.5zM12 7.5v3M12 12.9v.1"/>'
    ),
}
