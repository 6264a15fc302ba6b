"""Words and export table of ``gaps``: measures, thresholds, facts."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from lib.language.text import Lang, date, is_blank, number, t
from lib.power.gaps.find import DIFFICULT, Choice, Gaps
from lib.power.gaps.measures import MEASURES, Measure
from lib.tables.glossary import value_label


def measure_name(key: str, lang: Lang) -> str:
    """Return what a measure is called."""
    return t(f"gaps.measure_{key}", lang)


def short_name(key: str, lang: Lang) -> str:
    """Return what a measure is called where there is little room."""
    return t(f"gaps.short_{key}", lang)


def shown(key: str, value: float | None, lang: Lang) -> str:
    """Return a value of a measure with its unit, or *chưa có số liệu*."""
    return number(value, lang, MEASURES[key].digits, t(f"gaps.unit_{key}", lang))


def threshold_shown(key: str, value: float, lang: Lang) -> str:
    """Return a threshold with its unit, without decimals it does not have."""
    digits = 0 if float(value).is_integer() else MEASURES[key].digits
    return number(value, lang, digits, t(f"gaps.unit_{key}", lang))


def _rule(measure: Measure, choice: Choice, lang: Lang) -> str:
    value = threshold_shown(measure.key, choice.thresholds[measure.key], lang)
    return f"{t(f'gaps.short_{measure.key}', lang)} {measure.rule()} {value}"


def remote_words(choice: Choice, lang: Lang) -> str:
    """Return what the reader calls remote, or that nothing was set."""
    parts = [_rule(measure, choice, lang) for measure in choice.of("remote")]
    if choice.difficult:
        parts.append(value_label("weak_kind", DIFFICULT, lang))
    return t(f"gaps.join_{choice.match}", lang).join(parts) or t("gaps.remote_not_set", lang)


def weak_words(choice: Choice, lang: Lang) -> str:
    """Return what the reader calls weak."""
    parts = [value_label("weak_kind", kind, lang) for kind in choice.weak_kinds()]
    parts += [_rule(measure, choice, lang) for measure in choice.of("weak")]
    words = t("gaps.join_any", lang).join(parts)
    return t("gaps.with_settled", lang, kinds=words) if choice.settled else words


def weight_words(weights: Mapping[str, float], lang: Lang) -> str:
    """Return how a ranking was made: every weight, and what a score is."""
    parts = [
        t("gaps.weight", lang, measure=measure_name(key, lang), weight=number(weight, lang))
        for key, weight in weights.items()
    ]
    return t("gaps.weights", lang, weights="; ".join(parts))


def fact_words(fact: Mapping[Any, Any], lang: Lang) -> str:
    """Return one row of ``facts`` of `Gaps` as a sentence, with the date of its source."""
    if fact["measure"] in MEASURES:
        key = fact["measure"]
        words = t(
            "gaps.fact_number",
            lang,
            measure=t(f"gaps.short_{key}", lang),
            value=shown(key, fact["value"], lang),
            sign=fact["rule"],
            threshold=threshold_shown(key, fact["threshold"], lang),
        )
        return t("gaps.of_sample", lang, words=words) if fact["sample"] else words
    return t(
        "gaps.fact_record",
        lang,
        kind=value_label("weak_kind", fact["measure"], lang),
        detail=fact["detail"] or t("common.no_data", lang),
        date=date(fact["as_of"], lang),
        state=value_label("weak_state", fact["state"], lang),
    )


def by_commune(gaps: Gaps, lang: Lang) -> pd.DataFrame:
    """Return one row a listed commune with its facts in words.

    Returns
    -------
    DataFrame
        ``commune_code``, ``commune_name``, ``former_province``, each of `MEASURES`
        (numbers), ``remote`` and ``weak`` (sentences; where nothing was called remote, the
        distance that is known).
    """
    told = gaps.facts.assign(words=[fact_words(f, lang) for f in gaps.facts.to_dict("records")])
    shown_communes = gaps.communes[gaps.communes["listed"]]
    rows = shown_communes[["commune_code", "commune_name", "former_province", *MEASURES]].copy()
    for side in ("remote", "weak"):
        words = told[told["side"] == side].groupby("commune_code")["words"].agg("; ".join)
        rows[side] = rows["commune_code"].map(words)
    rows["remote"] = [
        _distance(km, lang) if is_blank(said) else said
        for said, km in zip(rows["remote"], rows["town_km"], strict=True)
    ]
    return rows.reset_index(drop=True)


def _distance(town_km: float, lang: Lang) -> str | None:
    """Return the distance that is known even where no threshold asks for it."""
    if is_blank(town_km):
        return None
    name = short_name("town_km", lang)
    return t("gaps.known", lang, measure=name, value=shown("town_km", town_km, lang))


def taken_away(gaps: Gaps, lang: Lang) -> pd.DataFrame:
    """Return the facts of the listed communes for export, a source on every row."""
    facts = gaps.facts
    columns = {
        "code": facts["commune_code"],
        "commune": facts["commune_name"],
        "province": facts["former_province"],
        "side": [t(f"gaps.side_{side}", lang) for side in facts["side"]],
        "measure": [_name(key, lang) for key in facts["measure"]],
        "value": facts["value"],
        "unit": [_unit(key, lang) for key in facts["measure"]],
        "threshold": [_threshold(row, lang) for row in facts.to_dict("records")],
        "state": [
            "" if is_blank(code) else value_label("weak_state", code, lang)
            for code in facts["state"]
        ],
        "detail": facts["detail"],
        "source": facts["source_url"],
        "as_of": [date(day, lang) for day in facts["as_of"]],
        "sample": [t("gaps.sample_yes", lang) if made_up else "" for made_up in facts["sample"]],
    }
    if not facts["sample"].any():  # a column of blanks would still say the word
        del columns["sample"]
    table = pd.DataFrame({name: pd.Series(values) for name, values in columns.items()})
    return table.set_axis([t(f"gaps.column_{name}", lang) for name in columns], axis=1)


def _name(key: str, lang: Lang) -> str:
    return measure_name(key, lang) if key in MEASURES else value_label("weak_kind", key, lang)


def _unit(key: str, lang: Lang) -> str:
    return t(f"gaps.unit_{key}" if key in MEASURES else "gaps.unit_households", lang)


def _threshold(fact: Mapping[Any, Any], lang: Lang) -> str:
    if is_blank(fact["threshold"]):
        return ""
    return f"{fact['rule']} {threshold_shown(fact['measure'], fact['threshold'], lang)}"


def notes(
    choice: Choice, lang: Lang, *, data_date: str, sources: Sequence[str], sample: bool
) -> dict[str, str]:
    """Return the metadata of the export: the rule in words, date, sources, whether a sample."""
    told = {
        t("gaps.note_remote", lang): remote_words(choice, lang),
        t("gaps.note_weak", lang): weak_words(choice, lang),
        t("gaps.note_blank", lang): t("gaps.note_blank_text", lang),
        t("gaps.note_date", lang): date(data_date, lang),
        t("gaps.note_sources", lang): ", ".join(sources),
    }
    return sample_note(lang, sample=sample) | told


def sample_note(lang: Lang = "vi", *, sample: bool) -> dict[str, str]:
    """Return the note of a file made from a sample; nothing for real rows."""
    return {t("gaps.note_sample", lang): t("gaps.note_sample_text", lang)} if sample else {}
