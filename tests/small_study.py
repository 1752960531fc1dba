"""A small valid study: forty customers, what they answered and what they ordered."""

from __future__ import annotations

from pathlib import Path

MAP = """\
title: {en: Garden shop}
about: {en: A study for tests.}
licence: none
languages: [en, de]
currency: EUR
time_zone: Europe/Berlin
stages:
  buy: {label: {en: Buying}}
touchpoints:
  checkout: {label: {en: Checkout}, stage: buy, channel: own site}
  delivery: {label: {en: Delivery}, stage: buy, channel: delivery}
scales:
  five: {min: 1, max: 5, missing: {"9": not_experienced}}
  words: {min: 1, max: 3, labels: {bad: 1, fair: 2, good: 3}}
questions:
  checkout: {label: {en: Checkout}, measure: csat, scale: five, touchpoint: checkout}
  delivery: {label: {en: Delivery}, measure: csat, scale: words, touchpoint: delivery}
segments:
  gender: {label: {en: Gender}, order: [Female, Male], translations: {de: {Female: weiblich}}}
codes:
  gender: {f: Female, m: Male}
sources:
  survey:
    reader: csv
    files: raw/survey.csv
    delimiter: ";"
    tables:
      - table: responses
        columns:
          response_id: id
          survey_id: {constant: yearly}
          wave: {constant: "2024"}
          mode: {constant: cold}
          source_system: {constant: shop}
          source_id: id
          answered_at: {column: day, format: "%d.%m.%Y"}
        answers: {checkout: checkout, delivery: delivery}
      - table: customers
        one_per_key: true
        columns:
          source_system: {constant: shop}
          source_id: id
          segment_gender: {column: gender, values: gender}
  orders:
    reader: csv
    files: raw/orders.csv
    delimiter: ";"
    tables:
      - table: transactions
        columns:
          transaction_id: order
          source_system: {constant: shop}
          source_id: customer
          ordered_at: {column: day, format: "%d.%m.%Y"}
          amount: {column: amount, decimal: ","}
          currency: {constant: EUR}
          status: {constant: completed}
"""
SURVEY = "raw/survey.csv"
ORDERS = "raw/orders.csv"
N = 40


def survey_lines(n: int = N) -> list[str]:
    """Header and one line per customer; city with letters that are not ASCII."""
    rows = (
        f"c{i};{i % 28 + 1:02d}.05.2024;{'fm'[i % 2]};{'123459'[i % 6]};"
        f"{('bad', 'fair', 'good', '')[i % 4]};Köln"
        for i in range(n)
    )
    return ["id;day;gender;checkout;delivery;city", *rows]


def order_lines(n: int = N) -> list[str]:
    """Header and one line per order."""
    rows = (f"o{i};c{i % N};{i % 28 + 1:02d}.06.2024;{i + 1},50" for i in range(n))
    return ["order;customer;day;amount", *rows]


def write(folder: Path, name: str, lines: list[str], encoding: str = "utf-8") -> None:
    """Write a raw file."""
    (folder / name).write_bytes(("\n".join(lines) + "\n").encode(encoding))


def build(folder: Path) -> Path:
    """Lay the study out."""
    (folder / "raw").mkdir(parents=True)
    (folder / "study.yaml").write_text(MAP, encoding="utf-8")
    write(folder, SURVEY, survey_lines())
    write(folder, ORDERS, order_lines())
    return folder


def edit(folder: Path, name: str, old: str, new: str, times: int = 1) -> None:
    """Replace some text in a file of the study."""
    text = (folder / name).read_text(encoding="utf-8")
    assert text.count(old) >= times
    (folder / name).write_text(text.replace(old, new, times), encoding="utf-8")
