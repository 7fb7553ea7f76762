"""What commands say to the people of a city: Indonesian, or English from the same catalogue as the screens.

It works before Django is set up, for the first thing that `setup` says is what is still missing.
"""

from __future__ import annotations

import gettext
from pathlib import Path

LANGUAGES = ("id", "en")
_CATALOGUES = Path(__file__).resolve().parents[1] / "locale"
_spoken: list[gettext.NullTranslations] = [gettext.NullTranslations()]


def speak(language: str) -> None:
    """Go on in this language; also in what Django's part of the house says, once it is set up."""
    _spoken[0] = (
        gettext.NullTranslations()
        if language == "id"
        else gettext.translation("django", _CATALOGUES, [language], fallback=True)
    )


def translate(text: str) -> str:
    """Return a sentence in the language that is spoken."""
    return _spoken[0].gettext(text)
