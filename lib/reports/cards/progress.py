"""How far a cluster is, in words and as a card: page, paper and table say the same."""

from collections.abc import Mapping, Sequence
from typing import Any

from lib.language.text import Lang, date, hectares, is_blank, number, percent, t
from lib.register import delay
from lib.register.fillrate import rates
from lib.register.progress import Progress, board
from lib.register.projects import Project, projects
from lib.register.steps import label as step_label
from lib.register.steps import unfounded
from lib.reports.cards.card import Card, Fact, fact, row_of, source_of
from lib.reports.cards.head import late_fact
from lib.reports.cards.known import Known
from lib.tables.glossary import value_label


def step_words(one: Progress, lang: Lang) -> list[str]:
    """Return the step with its document, or that it is said without one."""
    standing = one.standing
    said = [step_label(standing.step, lang)]
    if standing.document:
        said.append(
            t(
                "progress.by_document",
                lang,
                document=standing.document,
                date=date(standing.date, lang),
            )
        )
    elif standing.step != "unknown":
        said.append(t("progress.said", lang))
    if standing.sure and not standing.proven:
        step, document = step_label(standing.sure.step, lang), standing.sure.document
        said.append(t("progress.sure", lang, step=step, document=document))
    if legal := unfounded(standing.step, one.cluster["legal_status"], lang):
        said.append(legal)
    return said


def back_words(one: Progress, lang: Lang) -> list[str]:
    """Return the warning that a document of a lower step came after one of a higher step."""
    if not one.standing.back:
        return []
    low, high = one.standing.back
    return [t("progress.back", lang, low=low.document, high=high.document)]


def milestone_words(rows: Sequence[Mapping[Any, Any]], lang: Lang) -> list[str]:
    """Return each milestone with its planned and actual day."""
    return [
        t(
            "progress.milestone",
            lang,
            milestone=value_label("milestone", row["milestone"], lang),
            planned=date(row["planned"], lang),
            actual=date(row["actual"], lang),
        )
        for row in rows
    ]


def schedule_words(one: Progress, lang: Lang) -> tuple[str, str]:
    """Return the schedules by the Land Law and by the founding decision, with days late."""
    told = delay.of_cluster(one.cluster, on=one.on, lang=lang)
    pairs = ((told.land_law, one.law_days), (told.decision, one.decision_days))
    law, decision = (f"{words}{_late(days, lang)}" for words, days in pairs)
    return law, decision


def _late(days: int | None, lang: Lang) -> str:
    return "" if days is None else f" {t('progress.days_late', lang, days=number(days, lang))}"


def passed_words(one: Progress, lang: Lang) -> list[str]:
    """Return each milestone whose planned day has passed, with the days since."""
    return [
        t(
            "progress.passed",
            lang,
            milestone=value_label("milestone", row["milestone"], lang),
            days=number((one.on - delay.last_day(str(row["planned"]))).days, lang),
            planned=date(row["planned"], lang),
        )
        for row in one.late
    ]


def obstacle_words(one: Progress, lang: Lang) -> list[str]:
    """Return each open obstacle: group, what, who, by when."""
    return [
        t(
            "progress.obstacle",
            lang,
            group=value_label("obstacle_group", row["group"], lang),
            text=row["text"],
            agency=t("progress.no_agency", lang) if is_blank(row["agency"]) else row["agency"],
            due=t("progress.no_due", lang) if is_blank(row["due"]) else date(row["due"], lang),
        )
        for row in one.obstacles
    ]


def clearance_words(one: Progress, lang: Lang) -> list[str]:
    """Return households and money paid, hectares counted, cleared and handed over, resettlement."""
    row = one.clearance
    if row is None:
        return []

    def figure(key: str, value: str) -> str:
        return t(f"progress.clearance_{key}", lang, value=value)

    pairs = {
        "households": (row["households_paid"], row["households"]),
        "lots": (row["lots_ready"], row["lots_planned"]),
    }
    said = [
        figure(key, f"{number(part, lang)}/{number(whole, lang)}")
        for key, (part, whole) in pairs.items()
        if not (is_blank(part) and is_blank(whole))
    ]
    said += [
        figure(name, hectares(row[f"{name}_ha"], lang))
        for name in ("counted", "cleared", "handed_over")
        if not is_blank(row[f"{name}_ha"])
    ]
    if not is_blank(row["paid_bn"]):
        said.append(figure("paid", number(row["paid_bn"], lang, 2)))
    if not is_blank(row["resettlement_commune"]):
        said.append(figure("resettlement", str(row["resettlement_commune"])))
    return said


def water_words(one: Progress, lang: Lang) -> list[str]:
    """Return the state of the wastewater plant and until when its permit holds."""
    said = [value_label("wastewater", one.cluster["wastewater"], lang)]
    until, days = one.cluster["wastewater_permit_until"], one.permit_days
    if days is not None:
        key = "progress.permit_over" if days < 0 else "progress.permit"
        said.append(t(key, lang, date=date(until, lang), days=number(abs(days), lang)))
    return said


def board_words(found: Sequence[Progress], lang: Lang) -> list[str]:
    """Return one sentence a step: clusters, hectares of how many, how many with a document."""
    return [
        t(
            "progress.board",
            lang,
            step=step_label(count.step, lang),
            clusters=number(count.clusters, lang),
            area=hectares(count.area_ha if count.with_area else None, lang),
            known=number(count.with_area, lang),
            proven=number(count.proven, lang),
        )
        for count in board(found)
        if count.clusters
    ]


def project_words(one: Project, lang: Lang) -> str:
    """Return a project with its trade, hectares, state and what its dates say."""
    row = one.row
    named = [str(row["firm"]), *([] if is_blank(row["trade"]) else [str(row["trade"])])]
    state = value_label("project_state", row["state"], lang)
    said = ", ".join([*named, hectares(row["area_ha"], lang), state])
    return f"{said}. {one.law.sentence(lang)}{_late(one.late_days, lang)}"


def progress_card(one: Progress, known: Known, lang: Lang) -> Card:
    """Return the card of how far a cluster is: delay and step first, then what holds it up."""
    cluster = one.cluster
    own = source_of(cluster, lang)

    def line(key: str, told: Sequence[str], *rows: Mapping[Any, Any], strong: bool = False) -> Fact:
        sources = dict.fromkeys(source_of(row, lang) for row in rows) or {own: None}
        joined = "; ".join(words.removesuffix(".") for words in told)
        return fact(key, joined or None, None, *sources, lang=lang, strong=strong)

    law, decision = schedule_words(one, lang)
    passed = passed_words(one, lang)
    late = late_fact(known, row_of(known.clusters, "cluster_id", str(cluster["cluster_id"])), lang)
    facts = [
        *([line("progress.line_passed", passed, *one.late, strong=True)] if passed else []),
        line("reports.delay", [law], strong=one.law_days is not None),
        line("reports.decision_schedule", [decision], strong=one.decision_days is not None),
        line("progress.line_step", step_words(one, lang), *_rows(one.milestones, cluster)),
        line("progress.line_milestones", milestone_words(one.milestones, lang), *one.milestones),
        line("progress.line_obstacles", obstacle_words(one, lang), *one.obstacles),
        line(
            "progress.line_clearance",
            clearance_words(one, lang),
            *([] if one.clearance is None else [one.clearance]),
        ),
        line("progress.line_water", water_words(one, lang)),
        line("progress.line_fill", fill_words(cluster, lang)),
    ]
    firms = projects(known.tables.get("projects"), on=one.on, cluster_id=str(cluster["cluster_id"]))
    told = [project_words(firm, lang) for firm in firms]
    facts.append(line("progress.line_projects", told, *(firm.row for firm in firms)))
    communes = cluster["communes_now"] or t("progress.no_commune", lang)
    sub = f"{communes} · {hectares(cluster['area_ha'], lang)}"
    days = one.stale_days
    age = () if days is None else (t("progress.age", lang, days=number(days, lang)),)
    back = [t("progress.caution", lang, words=words) for words in back_words(one, lang)]
    cautions = (*back, *age)
    head = (late,) if late else ()
    return Card(str(cluster["name"]), sub, tuple(facts), lang, cautions=cautions, head=head)


def _rows(milestones: Sequence[Mapping[Any, Any]], cluster: Mapping[Any, Any]) -> list[Any]:
    """Return the rows a step may come from."""
    return [cluster, *(row for row in milestones if not is_blank(row["actual"]))]


def fill_words(cluster: Mapping[Any, Any], lang: Lang) -> list[str]:
    """Return the fill rates that are known, each with both its hectares; never one for another."""
    return [
        t(
            f"progress.fill_{rate.kind}",
            lang,
            share=percent(rate.share, lang),
            over=hectares(rate.over, lang),
            under=hectares(rate.under, lang),
        )
        for rate in rates(cluster)
        if rate.share is not None
    ]
