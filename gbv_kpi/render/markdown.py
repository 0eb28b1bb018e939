"""An outcome as Markdown: readable as it stands, and as a page where a wiki or a repository shows it.

Text from files and plans is text: whatever Markdown or HTML would take for a sign of its own is escaped.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from gbv_kpi.console import escape_controls
from gbv_kpi.i18n import Bilingual, Language, Phrase, phrase, plural
from gbv_kpi.kpi.finding import Finding, Status
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.kpi.scorecard import Coverage, Scorecard
from gbv_kpi.render.formatting import MARK, MEANING, counts_text, rate_text, result_text, threshold_text
from gbv_kpi.render.paging import SHOWN_UNITS, missed_rows, year_rows
from gbv_kpi.render.problem_groups import SEVERITY, grouped, place_text
from gbv_kpi.render.sentences import (
    amount_lacking,
    caveats,
    completeness,
    monitored_figures,
    outlook,
    progress,
    refused_returns,
    verdict,
    withheld_notes,
)
from gbv_kpi.render.year_record import record_sentences

ANYWHERE = re.compile(
    r"""
      [\\`*\[\]<|~$@]
    | (?<![^\W_])_ | _(?![^\W_])  # between letters it is only itself
    | & (?=[#\w]+;)               # an entity
    | (?<=:)/ (?=/) | (?<=www)\.  # an address
    | \# (?=\s*$)                 # the end of a heading
    """,
    re.IGNORECASE | re.VERBOSE,
)
IN_FRONT = re.compile(r"^\s*(?:[#>+=-]|\d+(?=[.)]))")  # a heading, quotation or list

Text = Phrase | Bilingual | str


def to_markdown(outcome: Outcome, language: Language) -> str:
    """The verdict first, then every year, the problems and the files."""
    return "\n".join(_Writer(outcome, language).lines()).rstrip("\n") + "\n"


def escaped(text: str) -> str:
    r"""The text as Markdown shows it unchanged, on a line of its own.

    >>> print(escaped("1. <b>*x*</b> | =y"))
    1\. \<b>\*x\*\</b> \| =y
    """
    return IN_FRONT.sub(_escape, _within(text))


def _within(text: str) -> str:
    """The same within a line, where nothing begins a heading or list."""
    return ANYWHERE.sub(_escape, escape_controls(text))


def _escape(found: re.Match[str]) -> str:
    sign = found.group()
    return f"{sign}\\" if sign[-1].isdigit() else f"{sign[:-1]}\\{sign[-1]}"


def markdown_table(
    headings: Sequence[str], rows: Iterable[Sequence[str]], figures_from: int | None = None
) -> Iterator[str]:
    """Yield the lines of a table whose texts are escaped already."""
    width = len(headings)
    rules = ["---:" if figures_from is not None and column >= figures_from else "---" for column in range(width)]
    yield ""
    for row in (headings, rules, *rows):
        yield f"| {' | '.join([*row, *[''] * (width - len(row))])} |"


class _Writer:
    """One outcome being said in one language."""

    def __init__(self, outcome: Outcome, language: Language) -> None:
        self.outcome = outcome
        self.plan = outcome.scorecard.plan
        self.language = language

    def say(self, text: Text) -> str:
        return _within(self.language.say(text))

    def _line(self, text: Text) -> str:
        return escaped(self.language.say(text))

    def lines(self) -> Iterator[str]:
        yield self._heading(1, phrase("Plan {number}", number=self.plan.number))
        yield from self._paragraphs([self.plan.title])
        yield from self._verdicts()
        for coverage in self.outcome.scorecard.coverage:
            yield from self._year(self.outcome.scorecard.of_year(coverage.year), coverage)
        yield from self._problems()
        yield from self._files()

    def _heading(self, level: int, text: Text) -> str:
        return f"{'#' * level} {self.say(text)}"

    def _verdicts(self) -> Iterator[str]:
        said = [verdict(self.outcome, year) for year in self.outcome.scorecard.years]
        for sentence in (refused_returns(self.outcome), *said):
            if sentence:
                yield from ("", f"**{self.say(sentence)}**")
        yield from self._paragraphs(outlook(self.plan, found) for found in self.outcome.outlook)
        yield from self._paragraphs(withheld_notes(self.plan, self.outcome.withheld))
        yield from self._paragraphs(record_sentences(self.outcome.year_record, self.plan, self.language))

    def _paragraphs(self, sentences: Iterable[Text]) -> Iterator[str]:
        for sentence in sentences:
            yield from ("", self._line(sentence))

    def _year(self, scorecard: Scorecard, coverage: Coverage) -> Iterator[str]:
        yield from ("", self._heading(2, phrase("Year {year}", year=str(coverage.year))))
        if len(scorecard.judged.frame):
            yield from self._matrix(scorecard)
            present = scorecard.judged.statuses
            signs = (f"{MARK[status]} {self.say(MEANING[status])}" for status in Status if status in present)
            yield from ("", " · ".join(signs))
        yield from self._paragraphs(sentence for _, sentence in monitored_figures(scorecard, None, self.language))
        yield from self._lacking(scorecard)
        for finding in scorecard.of_province().findings:
            if sentence := progress(self.plan, finding, self.language):
                yield from self._paragraphs([sentence])
        yield from self._paragraphs(sentence for sentence, _ in completeness(coverage))
        yield from self._paragraphs(caveats(self.plan, scorecard.rated_indicators))

    def _matrix(self, scorecard: Scorecard) -> Iterator[str]:
        rows_of_year = year_rows(scorecard)
        province = rows_of_year.province
        indicators = self.plan.indicators
        place = self.say(self.plan.place)
        if any(finding.provisional for finding in province.values()):
            place += " " + self.say(phrase("(provisional)"))
        in_force = (province[indicator.id].threshold for indicator in indicators)
        rows = [[self.say(name), *(self._cell(of[i.id]) for i in indicators)] for name, of in rows_of_year.units]
        if rows_of_year.left_out:
            rows.append([self.say(plural("… {count} more unit", "… {count} more units", rows_of_year.left_out))])
        rows.append([f"**{place}**", *(f"**{self._cell_with_counts(province[i.id])}**" for i in indicators)])
        rows.append(
            [
                self.say(phrase("Threshold in force")),
                *(self.say(threshold_text(t, self.language) if t else phrase("not yet")) for t in in_force),
            ]
        )
        yield from self._table([phrase("Unit"), *(indicator.title for indicator in indicators)], rows, figures_from=1)

    def _lacking(self, scorecard: Scorecard) -> Iterator[str]:
        missed, more = missed_rows(scorecard)
        if not missed:
            return
        rows = [
            [
                self.say(self.plan.indicator_by_id[finding.indicator].title),
                self.say(finding.unit_name or self.plan.place),
                self.say(result_text(finding, self.language)),
                self.say(amount_lacking(finding, self.plan.indicator_by_id[finding.indicator])),
            ]
            for finding in missed
        ]
        if more:
            rows.append([self.say(plural("… {count} more", "… {count} more", more))])
        yield from self._table([phrase("Missed"), phrase("Unit"), phrase("Result"), phrase("Lacking")], rows)

    def _table(
        self, headings: Sequence[Text], rows: Iterable[Sequence[str]], figures_from: int | None = None
    ) -> Iterator[str]:
        return markdown_table([self.say(heading) for heading in headings], rows, figures_from)

    def _cell(self, finding: Finding) -> str:
        return " ".join(part for part in (MARK[finding.status], rate_text(finding, self.language)) if part)

    def _cell_with_counts(self, finding: Finding) -> str:
        counts = f" ({counts_text(finding, self.language)})" if finding.is_known else ""
        return self._cell(finding) + counts

    def _problems(self) -> Iterator[str]:
        if not self.outcome.problems:
            return
        yield from ("", self._heading(2, phrase("Problems")))
        for file, groups in grouped(self.outcome.problems):
            yield from ("", self._heading(3, file))
            for group in groups:
                many = f" ({self.language.number(len(group.problems))})" if len(group.problems) > 1 else ""
                yield from ("", f"**{self.say(SEVERITY[group.severity])}** `{group.code}`{many}", "")
                for problem in group.examples:
                    message = self.language.say(problem.message)
                    yield f"- {escaped(f'{spot}: {message}' if (spot := place_text(problem)) else message)}"
                if group.more:
                    yield f"- {self._line(plural('… and {count} more', '… and {count} more', group.more))}"
                for hint in dict.fromkeys(map(self.say, group.hints)):
                    yield f"- → {hint}"

    def _files(self) -> Iterator[str]:
        if not self.outcome.files:
            return
        yield from ("", self._heading(2, phrase("Files")))
        hashed = any(file.sha256 for file in self.outcome.files)
        rows = [
            [self.say(file.path), self.language.number(file.returns), *([f"`{file.sha256}`"] if hashed else [])]
            for file in self.outcome.files[:SHOWN_UNITS]
        ]
        if len(self.outcome.files) > SHOWN_UNITS:
            more = plural("… {count} more", "… {count} more", len(self.outcome.files) - SHOWN_UNITS)
            rows.append([self.say(more)])
        yield from self._table([phrase("File"), phrase("Valid returns"), *(["SHA-256"] if hashed else [])], rows)
