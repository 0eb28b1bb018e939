"""Translate sentences: each is a `Phrase` until a `Language` says it.

Problems and findings are made once and may be shown in Vietnamese, in English or both, so they
carry their English wording and the details that fill it, never a finished sentence.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from gettext import NullTranslations, translation
from pathlib import Path
from typing import ClassVar

LOCALE_FOLDER = Path(__file__).parent / "locale"
LANGUAGES = ("vi", "en")
SEPARATORS = {"en": {}, "vi": str.maketrans(",.", ".,")}  # from the English ones, as in CLDR


@dataclass(frozen=True)
class Bilingual:
    """A text of the plan in Vietnamese and, where one was given, in English."""

    vi: str
    en: str = ""

    __pydantic_config__: ClassVar = {"extra": "forbid"}


@dataclass(frozen=True)
class Phrase:
    """A sentence to translate: its English wording and the details to fill in."""

    wording: str
    details: "Mapping[str, Detail]" = field(default_factory=dict)
    plural: str | None = None  # the wording for a `count` other than 1
    count: int = 1


Detail = str | int | Decimal | Bilingual | Phrase


def phrase(wording: str, /, **details: Detail) -> Phrase:
    """Return a sentence to translate later; the call marks `wording` for the translators' catalogue."""
    return Phrase(wording, details)


def plural(singular: str, many: str, /, count: int, **details: Detail) -> Phrase:
    """Return a sentence with one wording for a `count` of 1 and another for any other."""
    return Phrase(singular, {"count": count, **details}, many, count)


@dataclass(frozen=True)
class Language:
    """One of `LANGUAGES`, with its words and its way to write numbers."""

    tag: str
    catalogue: NullTranslations = field(repr=False)

    def say(self, sentence: Phrase | Bilingual | str) -> str:
        """Return the sentence in this language.

        >>> ENGLISH.say(phrase("{count} people sought help.", count=1234))
        '1,234 people sought help.'
        """
        match sentence:
            case Phrase(wording, details, None):
                template = self.catalogue.gettext(wording)
            case Phrase(wording, details, many):
                template = self.catalogue.ngettext(wording, many or wording, sentence.count)
            case Bilingual():
                return sentence.en if self.tag == "en" and sentence.en else sentence.vi
            case _:
                return sentence
        return template.format_map({name: self._word(value) for name, value in details.items()})

    def number(self, value: int | Decimal, decimals: int = 0) -> str:
        """Return a number with this language's separators: 1.234,5 in Vietnamese, 1,234.5 in English."""
        return f"{Decimal(value):,.{decimals}f}".translate(SEPARATORS[self.tag])

    def _word(self, value: Detail) -> str:
        match value:
            case str():
                return value
            case Phrase() | Bilingual():
                return self.say(value)
            case Decimal():
                return self.number(value, max(0, -int(value.normalize().as_tuple().exponent)))
            case _:
                return self.number(value)


@lru_cache
def language(tag: str) -> Language:
    """Return the language with that tag; anything but Vietnamese is English, the wording in the code."""
    if tag == "vi":
        return Language("vi", translation("gbv_kpi", LOCALE_FOLDER, ["vi"]))
    return Language("en", NullTranslations())


ENGLISH = language("en")


def language_from_env(environment: Mapping[str, str], default: str | None = None) -> str:
    """Return the tag in GBV_KPI_LANG, else `default`, else that of the locale, else English.

    >>> [language_from_env(given) for given in ({"GBV_KPI_LANG": "vi"}, {"LANG": "vi_VN.UTF-8"}, {"LANG": "C"})]
    ['vi', 'vi', 'en']
    """
    asked = tag_in(environment)
    if tag := asked if asked in LANGUAGES else default:
        return tag
    locale = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    return "vi" if locale.lower().startswith("vi") else "en"


def tag_in(environment: Mapping[str, str]) -> str:
    """Return the language in GBV_KPI_LANG, known or not, without its region; empty if there is none."""
    return environment.get("GBV_KPI_LANG", "").lower().replace("-", "_").partition("_")[0]
