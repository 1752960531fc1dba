"""The glossary: one word for one thing, in code, columns, pages and texts."""

from __future__ import annotations

# Word -> what it means. Names of tables, columns, parameters and codes are made of these words.
TERMS = {
    "answer": "what one person said to one question, or why there is nothing",
    "bundle": "the tables that the app reads, published together under the hash of their content",
    "card": "evidence card: all that is known of one number, opened from it",
    "cell": "a group of people that a number rests on",
    "code": "a short name that travels in tables; its sentence stands beside it in every language",
    "driver": "a question whose ratings are related to an outcome",
    "evidence": "what kind of claim a number supports",
    "flag": "a warning of a number, by its code",
    "group": "one value of a segment, or the people who have it; 'all' is everybody",
    "importance": "what a driver adds to R2 on average over all orders of entry; no effect",
    "interval": "confidence interval of a number, at the level that stands beside it",
    "ledger": "what became of every row that a raw file offered",
    "letter": "drivers that have one in common cannot be told apart",
    "level": "confidence level of intervals, 0 to 1",
    "map": "study.yaml: how the files of a company become canonical tables",
    "measure": "what is measured of answers: a mean, a share, NPS; of a question, its kind; in a "
    "register of measures (`measure_id`), something the company could do",
    "method": "estimator and interval of a number, by its code",
    "mode": "hot: asked right after a contact; cold: at a distance; never pooled",
    "noise": "what a driver shows that has nothing to do with the outcome",
    "outcome": "a question on the whole that drivers are related to",
    "performance": "mean rating of those who experienced a touchpoint, 0 to 100",
    "period": "a calendar month of activity, or the wave of rows without a date",
    "plan": "measures that are taken together under a budget",
    "policy": "what is done with missing answers, by its code",
    "pool": "people whom several tables tell about; their cells are withheld together",
    "quarantine": "where rows go that break a rule, with their reasons",
    "reach": "share who rated the touchpoint, of those who rated it or did not experience it",
    "rule": "an expectation of Great Expectations that rows have to keep",
    "scope": "what is scored: a touchpoint, a stage, or the whole",
    "segment": "an attribute by which people are split into groups",
    "share": "a part of a whole; of a driver, its part of R2",
    "stage": "a phase of the customer journey; DVC calls so what runs a step",
    "step": "a unit of the pipeline: one folder, one declaration, one stage of DVC",
    "study": "the files of a company, the map of them, and all that is computed from both",
    "target": "which answers to an outcome a model is about: their mean, the best, the worst",
    "touchpoint": "one kind of contact between a customer and the company",
    "wave": "one round of a survey",
    "weight": "how many people an answer stands for",
    "withheld": "not told, because too few people stand behind it",
}

# Words that mean one of the above, and the word to use instead.
INSTEAD = {
    "hidden": "withheld",
    "segment_value": "group",
    "suppress": "withhold",
    "suppressed": "withheld",
    "suppression": "withholding",
}
