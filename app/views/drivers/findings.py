"""What the numbers of driver models say, in sentences that never claim a cause.

Every function takes rows of the bundle with the column `label` and returns a sentence, or None if
there is nothing to say. Names come from the data: a page escapes the sentence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from app.core import units
from app.core.language import Words
from app.views.drivers import models

HALO = "halo"  # flag of a rating that repeats others
COLLINEAR_FROM = 5.0  # a variance inflation that makes a share unsure, as usually taken
MAX_NAMES_LISTED = 4  # names in one sentence


def listed(words: Words, names: Sequence[str]) -> str:
    """Names in a row; of many the first, and how many more."""
    if len(names) <= MAX_NAMES_LISTED:
        return ", ".join(names)
    rest = len(names) - MAX_NAMES_LISTED + 1
    return words("drivers.finding.more", names=", ".join(names[: MAX_NAMES_LISTED - 1]), n=rest)


def leading(words: Words, shares: pl.DataFrame, outcome: str, approach: str) -> str:
    """The driver with the largest share, and which ones cannot be told from it."""
    first = shares.row(0, named=True)
    said = words(
        "drivers.finding.leading",
        driver=first["label"],
        value=words.percent(first["value"]),
        interval=units.ends(words, "percent", first["low"], first["high"]),
        whole=words(f"drivers.finding.of_{models.whole(approach)}", outcome=outcome),
    )
    others = [
        row["label"]
        for row in shares.iter_rows(named=True)
        if row["label"] != first["label"] and set(row["letters"]) & set(first["letters"])
    ]
    if not others:
        return f"{said} {words('drivers.finding.apart')}"
    return f"{said} {words('drivers.finding.not_apart', names=listed(words, others))}"


def mostly_use(words: Words, shares: pl.DataFrame) -> str | None:
    """Drivers whose share is clearly for the most part that of their use."""
    names = shares.filter(pl.col("use_low") > pl.col("rating_high"))["label"].to_list()
    if not names:
        return None
    return words("drivers.finding.mostly_use", names=listed(words, names))


def near_noise(words: Words, shares: pl.DataFrame) -> str | None:
    """The drivers whose share is not clearly above what noise alone has."""
    near = shares.filter(pl.col("low") <= pl.col("share_of_noise"))["label"].to_list()
    return words("drivers.finding.noise", names=listed(words, near)) if near else None


def against_linear(
    words: Words, latent: pl.DataFrame, linear: pl.DataFrame, name: str
) -> str | None:
    """Where the shares of the latent R2 differ most from linear ones; `name` is of the former."""
    both = latent.join(linear, on="label", suffix="_linear", maintain_order="left")
    if both.is_empty():
        return None
    gap = (pl.col("value") - pl.col("value_linear")).abs()
    most = both.sort(gap, descending=True, maintain_order=True).row(0, named=True)
    said = words(
        "drivers.finding.latent",
        name=name,
        driver=most["label"],
        latent=words.percent(most["value"]),
        linear=words.percent(most["value_linear"]),
    )
    moved = both.filter(pl.col("rank") != pl.col("rank_linear")).height
    if not moved:
        return f"{said} {words('drivers.finding.same_order')}"
    return f"{said} {words('drivers.finding.other_ranks', n=moved, of=both.height)}"


def overlapping(words: Words, shares: pl.DataFrame) -> list[str]:
    """Warnings about ratings that go together: halo, and collinearity."""
    flags = pl.col("flags").fill_null("").str.split(" ")
    halo = shares.filter(flags.list.contains(HALO))["label"].to_list()
    repeated = shares.filter(pl.col("vif") >= COLLINEAR_FROM)["label"].to_list()
    said = []
    if halo:
        counts = {"n": len(halo), "of": shares.height}
        said.append(words("drivers.finding.halo", names=listed(words, halo), **counts))
    if repeated:
        names, limit = listed(words, repeated), words.number(COLLINEAR_FROM, 0)
        said.append(words("drivers.finding.vif", names=names, limit=limit))
    return said


def under_policies(words: Words, shares: pl.DataFrame, names: Mapping[str, str]) -> str | None:
    """The driver whose rank depends most on what is done with missing ratings."""
    if shares["policy"].n_unique() < 2:
        return None
    spread = (
        shares.sort("rank")
        .group_by("label", maintain_order=True)
        .agg(
            best=pl.col("rank").min(),
            worst=pl.col("rank").max(),
            best_policy=pl.col("policy").first(),
            worst_policy=pl.col("policy").last(),
        )
        .with_columns(range=pl.col("worst") - pl.col("best"))
    )
    most = spread.sort("range", descending=True, maintain_order=True).row(0, named=True)
    if most["range"] == 0:
        return words("drivers.finding.policies_agree")
    return words(
        "drivers.finding.policies",
        driver=most["label"],
        best=most["best"],
        worst=most["worst"],
        best_policy=names[most["best_policy"]],
        worst_policy=names[most["worst_policy"]],
    )


def between_groups(words: Words, contrasts: pl.DataFrame, fdr: float) -> str:
    """How many differences between a group and the others survive, and the largest."""
    clear = contrasts.filter(pl.col("p_adjusted") <= fdr)
    rate = words.percent(100 * fdr, 0)
    said = words("drivers.finding.groups", clear=clear.height, of=contrasts.height, rate=rate)
    if clear.is_empty():
        return said
    most = clear.sort(pl.col("value").abs(), descending=True).row(0, named=True)
    largest = words(
        "drivers.finding.largest",
        driver=most["label"],
        group=most["group"],
        change=words.percentage_points(most["value"]),
    )
    return f"{said} {largest}"


def between_attributes(
    words: Words, contrasts: pl.DataFrame, fdr: float, names: Mapping[str, str]
) -> str | None:
    """How many differences survive over all attributes, and which attribute has most of them."""
    if contrasts["segment"].n_unique() < 2:
        return None
    clear = contrasts.filter(pl.col("p_adjusted") <= fdr)
    said = words("drivers.finding.attributes", clear=clear.height, of=words.count(contrasts.height))
    if clear.is_empty():
        return said
    most = clear["segment"].value_counts(sort=True).sort("count", "segment", descending=True)
    first = most.row(0, named=True)
    by = words("drivers.finding.by_attribute", attribute=names[first["segment"]], n=first["count"])
    return f"{said} {by}"


def over_waves(words: Words, ranks: pl.DataFrame) -> str | None:
    """How often the driver that leads most often led, and which rank moved most."""
    waves = ranks["wave"].n_unique()
    if waves < 2:
        return None
    moves = ranks.group_by("label", maintain_order=True).agg(
        firsts=(pl.col("rank") == 1).sum(),
        best=pl.col("rank").min(),
        worst=pl.col("rank").max(),
        n_waves=pl.len(),
    )
    leader = moves.sort("firsts", descending=True, maintain_order=True).row(0, named=True)
    said = words(
        "drivers.finding.leader",
        driver=leader["label"],
        times=leader["firsts"],
        waves=leader["n_waves"],
    )
    moved = moves.sort(pl.col("worst") - pl.col("best"), descending=True, maintain_order=True)
    most = moved.row(0, named=True)
    if most["best"] == most["worst"]:
        return f"{said} {words('drivers.finding.no_move')}"
    ends = {"best": most["best"], "worst": most["worst"]}
    return f"{said} {words('drivers.finding.moved', driver=most['label'], **ends)}"


def without_slope(words: Words, places: pl.DataFrame) -> str:
    """Drivers that may be important and below the border, and whose slope may be 0."""
    return words("drivers.finding.without_slope", names=listed(words, places["label"].to_list()))


def stated(words: Words, priorities: pl.DataFrame) -> str:
    """The driver customers name as the most important, and its rank by share among all."""
    by_share = priorities.sort("value", descending=True)["label"].to_list()
    asked = priorities.drop_nulls("stated")
    most = asked.sort("stated", descending=True, maintain_order=True).row(0, named=True)
    return words(
        "drivers.finding.stated",
        driver=most["label"],
        stated=units.written(words, "points", most["stated"]),
        rank=by_share.index(most["label"]) + 1,
        of=len(by_share),
    )
