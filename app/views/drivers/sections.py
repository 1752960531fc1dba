"""Sections of the page of drivers: which model, how well it fits, shares and slopes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from app.core import cards, choices, drawing, evidence, rows, tables, units
from app.core.bundle import Bundle
from app.core.language import Words, plain
from app.core.page import View
from app.views.drivers import findings, models
from app.views.drivers.models import DriverModel
from pipelines.charts.importance import ranked_shares, slope_dots
from pipelines.contract.code import WITHHELD
from pipelines.contract.driver_codes import APPROACHES, MEAN
from pipelines.contract.estimate import FLAGS
from pipelines.contract.people import EVERYBODY

Row = Mapping[str, Any]


def choose_model(view: View) -> DriverModel:
    """The pickers of the outcome and of its target."""
    bundle, words, choice = view.bundle, view.words, view.choice
    names = {o: models.outcome_name(bundle, words, o) for o in models.outcomes(bundle, choice)}
    with st.container(horizontal=True, gap="large"):
        outcome = choices.switch(
            words("drivers.pick.outcome"),
            "outcome",
            list(names),
            next(iter(names)),
            names.__getitem__,
        )
        model = DriverModel(
            str(choice.mode), choice.wave, choice.segment, choice.group, outcome, MEAN
        )
        target = _choose_target(bundle, words, model)
    return DriverModel(model.mode, model.wave, model.segment, model.group, outcome, target)


def _choose_target(bundle: Bundle, words: Words, model: DriverModel) -> str:
    """The mean, or one end of the scale; of groups only the mean is modelled."""
    if model.segment != EVERYBODY:
        return MEAN
    found = models.targets(bundle, model)
    names = {t: models.target_name(bundle, words, model.outcome, t) for t in found}
    return choices.switch(
        words("drivers.pick.target"), "target", found, found[0], names.__getitem__,
        help=words("drivers.pick.target_help"),
    )  # fmt: skip


def choose_method(bundle: Bundle, words: Words, model: DriverModel) -> tuple[str, str]:
    """Policy and approach; groups have only the usual ones."""
    splits = models.find(bundle, "drivers", model)
    approaches = models.known(APPROACHES, splits["approach"])
    policy, approach = models.USUAL["policy"], models.USUAL["approach"]
    if splits.is_empty():
        return policy, approach
    st.header(words("drivers.shares"), divider="gray")
    with st.container(horizontal=True, gap="large"):
        if len(approaches) > 1:
            names = {a: words(f"drivers.approach.{a}.short") for a in approaches}
            approach = choices.switch(
                words("drivers.pick.approach"), "approach", approaches, approach, names.__getitem__,
                help=words("drivers.pick.approach_help"),
            )  # fmt: skip
        policies = models.policies(bundle, model, approach)
        if len(policies) > 1:
            named = {p: words(f"drivers.policy.{p}.name") for p in policies}
            policy = choices.pick(
                words("drivers.pick.policy"),
                "policy",
                policies,
                policy,
                named.__getitem__,
                width=240,
            )
    if len(approaches) < 2:
        st.caption(words("drivers.one_method"))
    elif len(policies) < 2:
        st.caption(words("drivers.one_policy"))
    return policy, approach


def fit(bundle: Bundle, words: Words, model: DriverModel, policy: str) -> bool:
    """How well the drivers go with the outcome; whether there is a model at all."""
    row = models.fitted(bundle, model, policy)
    if row is None:
        _not_asked(bundle, words, model)
        return False
    if row["value"] is None:
        _no_model(bundle, words, row)
        return False
    if row["status"] == "shrunk":
        reason = plain(models.reason(words, row))
        st.warning(words("drivers.shrunk", reason=reason), icon=":material/compress:")
    _numbers_of_fit(bundle, words, row, policy)
    return True


def _no_model(bundle: Bundle, words: Words, row: Row) -> None:
    """Say why a model has no numbers, with its card."""
    if rows.is_withheld(row):
        text = words.sentence(FLAGS, WITHHELD, **bundle.places)
        st.info(plain(text), icon=":material/visibility_off:")
    else:
        reason = plain(models.reason(words, row))
        st.info(words("drivers.refused", reason=reason), icon=":material/block:")
    known = row["n"] is not None
    label = words("drivers.n", n=words.count(row["n"])) if known else words("evidence.title")
    evidence.popover(bundle, words, "driver_models", row, plain(label))


def _not_asked(bundle: Bundle, words: Words, model: DriverModel) -> None:
    """Say in which waves these customers have a model of this outcome."""
    every = models.find(bundle, "driver_models", model.in_every_wave)
    if every.is_empty():
        st.info(words("drivers.no_model"), icon=":material/search_off:")
        return
    waves = rows.wave_names(bundle, words, every)
    st.info(words("state.not_asked", waves=plain(waves)), icon=":material/event_busy:")


def _numbers_of_fit(bundle: Bundle, words: Words, row: Row, policy: str) -> None:
    """The model in four numbers of one row; each opens its card."""
    effective = units.written(words, "count", row["n_eff"])
    n, left_out = words.count(row["n"]), words.count(row["n_left_out"])
    has_held_out = row["r2_held_out"] is not None
    told = {
        "value": (
            cards.value(words, "driver_models", row),
            evidence.short(words, "driver_models", row),
        ),
        "r2_held_out": (
            units.written(words, "share", row["r2_held_out"]),
            words("drivers.held_out_about" if has_held_out else "drivers.no_held_out"),
        ),
        "n": (n, words("drivers.answers_about", n_eff=effective, left_out=left_out)),
        "n_drivers": (words.count(row["n_drivers"]), words(f"drivers.policy.{policy}.name")),
    }
    grid = st.grid(4, min_column_width=170, border=True)
    for name, (number, below) in told.items():
        with grid.cell(), st.container(gap="xxsmall"):
            label = words.heading("driver_models", name)
            st.metric(label, number, help=words(f"drivers.help.{name}"))
            evidence.popover(bundle, words, "driver_models", row, plain(below))


def shares(bundle: Bundle, words: Words, model: DriverModel, policy: str, approach: str) -> None:
    """Draw the shares and slopes of the drivers of a model, and what to read them with."""
    found = models.find(bundle, "drivers", model, policy=policy, approach=approach)
    shares = models.ranked(bundle, words, found)
    hidden = models.withheld(bundle, words, found)
    if shares.is_empty():
        st.info(words("state.withheld" if hidden else "state.no_answers"), icon=drawing.NOTHING)
        return
    outcome = _outcome_and_target(bundle, words, model)
    st.markdown(plain(findings.leading(words, shares, outcome, approach)))
    near = findings.near_noise(words, shares)
    if near:
        st.markdown(plain(near))
    st.caption(plain(words("drivers.finding.association", driver=shares["label"][0])))
    by_use = findings.mostly_use(words, shares)
    if by_use:
        st.caption(plain(by_use))
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _share_chart(bundle, words, shares, approach)
        _against_linear(bundle, words, model, approach)
    with right:
        _slope_chart(bundle, words, shares)
    if hidden:
        st.caption(plain(words("drivers.withheld", names=", ".join(hidden))))
    for warning in findings.overlapping(words, shares):
        st.warning(plain(warning), icon=":material/join:")
    with st.expander(words("drivers.table"), icon=":material/table:"):
        _table(bundle, words, shares)


def _outcome_and_target(bundle: Bundle, words: Words, model: DriverModel) -> str:
    """The outcome, with the target if it is not the mean answer."""
    outcome = models.outcome_name(bundle, words, model.outcome)
    if model.target == MEAN:
        return outcome
    target = models.target_name(bundle, words, model.outcome, model.target)
    return words("drivers.outcome_target", outcome=outcome, target=target)


def _against_linear(bundle: Bundle, words: Words, model: DriverModel, approach: str) -> None:
    """How the shares of the latent R2 differ from the linear ones, beside either of them."""
    usual, latent = models.USUAL["approach"], models.LATENT
    if approach not in (usual, latent):
        return
    own = {"policy": models.USUAL["policy"]}
    shares = {
        code: models.ranked(
            bundle, words, models.find(bundle, "drivers", model, approach=code, **own)
        )
        for code in (latent, usual)
    }
    name = models.approach_name(words, latent, model.target)
    said = findings.against_linear(words, shares[latent], shares[usual], name)
    if said:
        st.caption(plain(said))


def _share_chart(bundle: Bundle, words: Words, shares: pl.DataFrame, approach: str) -> None:
    title = words(f"drivers.share_of_{models.whole(approach)}")
    st.subheader(title)
    chart = ranked_shares(
        shares,
        title=words("chart.share_axis"),
        ranks=words.heading("drivers", "rank"),
        letters=words.heading("drivers", "letters"),
        noise=words.heading("drivers", "share_of_noise"),
        wording=drawing.wording(words),
        picks=True,
    )
    drawing.draw_picking(chart, bundle, words, "drivers", "shares", alt_text=title)
    st.caption(words("drivers.shares_about"))
    if shares["use_value"].count():
        st.caption(words("drivers.parts_about"))
    if shares["share_of_noise"].count():
        st.caption(words("drivers.noise_about"))
    if shares["flags"].fill_null("").str.contains("small").any():
        st.caption(words("drivers.grey", flag_n=bundle.places["flag_n"]))


def _slope_chart(bundle: Bundle, words: Words, shares: pl.DataFrame) -> None:
    st.subheader(words.heading("drivers", "slope"))
    if shares["slope"].count() == 0:
        st.info(words("drivers.no_slopes"), icon=drawing.NOTHING)
        return
    chart = slope_dots(
        shares,
        title=words("drivers.slope_axis"),
        reach=words("measure.reach.short"),
        wording=drawing.wording(words),
        picks=True,
    )
    about = words.heading("drivers", "slope")
    drawing.draw_picking(chart, bundle, words, "drivers", "slopes", alt_text=about)
    st.caption(words("drivers.slopes_about"))


def _table(bundle: Bundle, words: Words, shares: pl.DataFrame) -> None:
    shown = shares.select(
        "row", "label", "rank_span", "letters", "value",
        tables.interval(shares, "interval", partial(units.ends, words, "percent")),
        "rating_value",
        tables.interval(
            shares, "rating_interval", partial(units.ends, words, "percent"), of="rating_"
        ),
        "use_value",
        tables.interval(shares, "use_interval", partial(units.ends, words, "percent"), of="use_"),
        "share_of_noise", "reach", "slope",
        tables.interval(
            shares, "slope_interval", partial(units.ends, words, "signed_ratio"), of="slope_"
        ),
        "n_users", "vif", "halo", "halo_bound",
    )  # fmt: skip
    tables.show_picking(
        shown,
        words,
        models.headings(words, "drivers", [name for name in shown.columns if name != "row"]),
        alt_text=words("drivers.table"),
        bundle=bundle,
        table="drivers",
        name="driver_table",
    )
