"""Importance of drivers compared: between policies, groups of customers, and waves."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from app.core import choices, drawing, rows, series, tables, units
from app.core.bundle import Bundle
from app.core.language import Words, plain
from app.views.drivers import findings, heading, models
from app.views.drivers.models import DriverModel
from pipelines.charts.importance import grouped_dots, policy_heat, rank_lines
from pipelines.charts.intervals import interval_dots
from pipelines.charts.theme import SERIES
from pipelines.charts.trend import trend_with_interval
from pipelines.contract.driver_codes import (
    FAMILIES_OF_CONTRASTS,
    MODEL_STATUSES,
    RATING_POLICIES,
)
from pipelines.contract.people import EVERYBODY

MAX_GROUPS_SHOWN = len(SERIES)  # as many as there are colours
MAX_CONTRASTS_SHOWN = 12
MAX_DRIVERS_COLOURED = 5  # drivers that the course over the waves colours

Row = Mapping[str, Any]


def show_policies(bundle: Bundle, words: Words, model: DriverModel, approach: str) -> None:
    """Draw what each policy for missing ratings would have made of the ranking."""
    everybody = model.of_everybody
    heading.draw(words, "drivers.policies", of_everybody=model != everybody)
    split = models.USUAL["approach"] if approach == models.LATENT else approach
    fits = models.find(bundle, "driver_models", everybody)
    order = models.known(RATING_POLICIES.names, fits["policy"])
    names = {code: words(f"drivers.policy.{code}.name") for code in order}
    found = models.find(bundle, "drivers", everybody, approach=split)
    shares = models.ranked(bundle, words, found)
    if shares.is_empty():
        hidden = models.withheld(bundle, words, found)
        st.info(words("state.withheld" if hidden else "drivers.no_model"), icon=drawing.NOTHING)
        if order:
            _verdicts(bundle, words, fits, names)
        return
    said = findings.under_policies(words, shares, names)
    if said:
        st.markdown(plain(said))
    usual = pl.col("policy").replace_strict({code: i for i, code in enumerate(order)})
    shown = shares.sort(usual, "rank").with_columns(policy=pl.col("policy").replace_strict(names))
    chart = policy_heat(
        shown, policies=list(names.values()), wording=drawing.wording(words), picks=True
    )
    about = words("drivers.policies")
    drawing.draw_picking(chart, bundle, words, "drivers", "policies", alt_text=about)
    name = models.approach_name(words, split, everybody.target)
    st.caption(words("drivers.policies_about", approach=plain(name)))
    _verdicts(bundle, words, fits, names)
    st.caption(_policies_in_words(words, names))


def _verdicts(bundle: Bundle, words: Words, fits: pl.DataFrame, names: dict[str, str]) -> None:
    """How every policy fared: its R2, and why it was refused or shrunk."""
    order = {code: place for place, code in enumerate(names)}
    ordered = fits.sort(pl.col("policy").replace_strict(order))
    verdicts = [_status(words, row) for row in ordered.to_dicts()]
    shown = ordered.select(
        "row",
        pl.col("policy").replace_strict(names),
        "value",
        tables.interval(ordered, "interval", partial(units.ends, words, "share")),
        "r2_held_out",
        "n",
        "n_left_out",
        pl.Series("verdict", verdicts, dtype=pl.String),
    )
    headings = {
        "policy": words("drivers.policy_label"),
        "value": words.heading("driver_models", "value"),
        "interval": words("drivers.column_interval"),
        "r2_held_out": words.heading("driver_models", "r2_held_out"),
        "n": words.heading("driver_models", "n"),
        "n_left_out": words("drivers.policy_n_left_out"),
        "verdict": words.heading("driver_models", "status"),
    }
    tables.show_picking(
        shown,
        words,
        headings,
        alt_text=words("drivers.policy_label"),
        bundle=bundle,
        table="driver_models",
        name="verdicts",
    )
    reasons = [
        f"**{plain(names[row['policy']])}**: {plain(_verdict(words, row))}"
        for row in ordered.to_dicts()
        if row["reason"] and not rows.is_withheld(row)
    ]
    if reasons:  # too long for a cell
        st.caption("  \n".join(reasons))


def _policies_in_words(words: Words, names: dict[str, str]) -> str:
    said = {name: words(f"drivers.policy.{code}.about") for code, name in names.items()}
    return "  \n".join(f"**{plain(name)}**: {plain(text)}" for name, text in said.items())


def _status(words: Words, row: Row) -> str:
    if rows.is_withheld(row):
        return words("state.withheld")
    return words.sentence(MODEL_STATUSES, row["status"])


def _verdict(words: Words, row: Row) -> str:
    return words("drivers.verdict", status=_status(words, row), reason=_why(words, row))


def _why(words: Words, row: Row) -> str:
    """Why a model has no numbers, or was shrunk; empty if neither."""
    if rows.is_withheld(row):
        return words("state.withheld")
    return models.reason(words, row)


def show_groups(bundle: Bundle, words: Words, model: DriverModel) -> None:
    """Draw the shares of every group of one attribute, and which differences survive."""
    st.header(words("drivers.groups"), divider="gray")
    table = bundle.tables["drivers"].filter(pl.col("mode") == model.mode)
    there = set(table["segment"]) - {EVERYBODY}
    labels = {
        name: words.label(segment["label"], name)
        for name, segment in bundle.register["segments"].items()
        if name in there
    }
    if not labels:
        st.info(words("drivers.no_groups"), icon=":material/group_off:")
        return
    first = model.segment if model.segment in labels else next(iter(labels))
    split = choices.pick(
        words("pick.split"), "split", list(labels), first, labels.__getitem__, width=420
    )
    found = models.find_groups(bundle, "drivers", model, split, **models.USUAL)
    shares = models.ranked(bundle, words, found)
    if shares.is_empty():
        st.info(words("drivers.no_groups_here"), icon=drawing.NOTHING)
        _not_modelled(words, bundle, model, split)
        return
    contrasts = models.find_groups(bundle, "driver_contrasts", model, split)
    clear = contrasts.filter(pl.col("p_adjusted") <= bundle.fdr)
    known = models.named(bundle, words, contrasts.drop_nulls("value"))
    names = [choices.group_name(bundle, words, split, value) for value in known["group"]]
    known = known.with_columns(group=pl.Series(names, dtype=pl.String))
    if known.height:
        st.markdown(plain(findings.between_groups(words, known, bundle.fdr)))
        family = words.sentence(FAMILIES_OF_CONTRASTS, known["adjusted_over"][0])
        st.caption(f"{words.heading('driver_contrasts', 'adjusted_over')}: {plain(family)}")
    everywhere = models.find_contrasts(bundle, model)
    overall = findings.between_attributes(words, everywhere, bundle.fdr, labels)
    if overall:
        st.caption(plain(overall))
    _group_chart(bundle, words, shares, clear, split)
    st.caption(words("drivers.groups_about"))
    _not_modelled(words, bundle, model, split)
    _contrast_chart(bundle, words, known)


def _group_chart(
    bundle: Bundle, words: Words, shares: pl.DataFrame, clear: pl.DataFrame, split: str
) -> None:
    there = set(shares["group"])
    groups = [group for group in choices.groups_of(bundle, split) if group in there]
    sizes = dict(shares.group_by("group").agg(pl.col("n").max()).rows())
    if len(groups) > MAX_GROUPS_SHOWN:
        largest = set(sorted(groups, key=lambda group: -sizes[group])[:MAX_GROUPS_SHOWN])
        of = words.count(len(groups))
        groups = [group for group in groups if group in largest]
        st.caption(words("drivers.largest_groups", shown=words.count(len(groups)), of=of))
    names = {
        g: _with_n(words, choices.group_name(bundle, words, split, g), sizes[g]) for g in groups
    }
    keys = ["group", "driver"]
    marked = clear.select(*keys, differs=pl.lit(True))
    order = shares.group_by("label").agg(mean=pl.col("value").mean()).sort("mean", "label")
    places = {label: -place for place, label in enumerate(order["label"])}
    shown = (
        shares.filter(pl.col("group").is_in(groups))
        .join(marked, on=keys, how="left", maintain_order="left")
        .with_columns(
            pl.col("differs").fill_null(False),
            group=pl.col("group").replace_strict(names),
        )
        .sort(pl.col("label").replace_strict(places), "group")
    )
    chart = grouped_dots(
        shown,
        groups=list(names.values()),
        title=words("chart.share_axis"),
        clear=words("drivers.differs"),
        unclear=words("drivers.like_others"),
        wording=drawing.wording(words),
        picks=True,
    )
    about = words("drivers.groups")
    drawing.draw_picking(chart, bundle, words, "drivers", "groups", alt_text=about)


def _not_modelled(words: Words, bundle: Bundle, model: DriverModel, split: str) -> None:
    """Groups without a model of their own, by the reason."""
    usual = {"policy": models.USUAL["policy"]}
    fits = models.find_groups(bundle, "driver_models", model, split, **usual)
    groups: dict[str, list[str]] = {}
    for row in fits.filter(pl.col("value").is_null()).sort("group").to_dicts():
        name = choices.group_name(bundle, words, split, row["group"])
        groups.setdefault(_why(words, row), []).append(_with_n(words, name, row["n"]))
    for reason, names in groups.items():
        said = words("drivers.not_modelled", reason=reason, groups=", ".join(names))
        st.caption(plain(said))


def _with_n(words: Words, name: str, n: int | None) -> str:
    """A group, and how many answers it has where that may be told."""
    return name if n is None else words("drivers.group_n", group=name, n=words.count(n))


def _contrast_chart(bundle: Bundle, words: Words, contrasts: pl.DataFrame) -> None:
    """Differences that survive, each with its own evidence."""
    clear = contrasts.filter(pl.col("p_adjusted") <= bundle.fdr)
    if clear.is_empty():
        return
    st.subheader(words("drivers.differences"))
    name = pl.concat_str("label", "group", separator=", ")
    largest = clear.sort(pl.col("value").abs(), descending=True).head(MAX_CONTRASTS_SHOWN)
    chart = interval_dots(
        largest.sort("value", descending=True).with_columns(label=name),
        title=words("drivers.difference_axis"),
        number="+.1f",
        signed=True,
        wording=drawing.wording(words),
        picks=True,
    )
    about = words("drivers.differences")
    drawing.draw_picking(chart, bundle, words, "driver_contrasts", "contrasts", alt_text=about)
    st.caption(words("drivers.differences_about"))


def show_waves(bundle: Bundle, words: Words, model: DriverModel) -> None:
    """Draw the rank of every driver over the waves."""
    st.header(words("drivers.waves"), divider="gray")
    found = models.find(bundle, "drivers", model.in_every_wave, **models.USUAL)
    ranks = models.named(bundle, words, found.drop_nulls(["value", "rank"]))
    if ranks["wave"].n_unique() < 2:
        st.info(words("drivers.one_wave"), icon=":material/history:")
        return
    said = findings.over_waves(words, rows.in_time(bundle, ranks))
    if said:
        st.markdown(plain(said))
    ranks = series.with_series(bundle, ranks, "driver")
    waves = [
        wave["wave"] for wave in bundle.waves(model.mode) if wave["wave"] in set(ranks["wave"])
    ]
    written = {wave: words.period(wave) for wave in waves}
    now = model.wave if model.wave and model.wave in written else waves[-1]
    leaders = _leaders(ranks, now)
    shown = ranks.sort("rank").with_columns(
        leads=pl.col("driver").is_in(leaders), wave=pl.col("wave").replace_strict(written)
    )
    chart = rank_lines(
        shown,
        periods=list(written.values()),
        title=words.heading("drivers", "rank"),
        rank=words.heading("drivers", "rank"),
        current=written.get(model.wave or ""),
        wording=drawing.wording(words),
        picks=True,
    )
    about = words("drivers.waves")
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.subheader(words("drivers.ranks_over_waves"))
        drawing.draw_picking(chart, bundle, words, "drivers", "waves", alt_text=about)
        begun = ranks.select("label", broken="changed").drop_nulls().unique(maintain_order=True)
        series.list_broken(words, begun)
        st.caption(words("drivers.waves_about", n=words.count(len(leaders))))
    with right:
        current = written.get(model.wave or "")
        _one_driver(bundle, words, shown, list(written.values()), current, leaders[0])
    if ranks.group_by("driver").len()["len"].n_unique() > 1:
        st.caption(words("drivers.other_drivers"))


def _one_driver(
    bundle: Bundle,
    words: Words,
    ranks: pl.DataFrame,
    periods: list[str],
    current: str | None,
    first: str,
) -> None:
    """The share of one driver in every wave, with its interval."""
    st.subheader(words("drivers.share_over_waves"))
    by_lead = ranks.sort("leads", descending=True, maintain_order=True)
    labels = dict(by_lead.select("driver", "label").unique(maintain_order=True).rows())
    driver = choices.pick(
        words("drivers.pick.driver"), "driver", list(labels), first, labels.__getitem__
    )
    own = ranks.filter(pl.col("driver") == driver)
    breaks = series.breaks_of(own)
    chart = trend_with_interval(
        own,
        periods=periods,
        title=words("chart.share_axis"),
        current=current,
        wording=drawing.wording(words),
        breaks={words.period(wave): words("series.mark") for wave in breaks},
        picks=True,
    )
    about = words("chart.course", subject=labels[driver])
    drawing.draw_picking(chart, bundle, words, "drivers", "one_driver", alt_text=about)
    series.caption(words, breaks)


def _leaders(ranks: pl.DataFrame, wave: str) -> list[str]:
    """The first drivers of a wave."""
    return ranks.filter(wave=wave).sort("rank").head(MAX_DRIVERS_COLOURED)["driver"].to_list()
