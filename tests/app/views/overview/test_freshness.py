"""Freshness: it belongs to the survey and the wave that are shown."""

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from tests.app import tiny_bundle, tiny_survey
from tests.app.reading import texts


def facts(app: AppTest) -> dict[str, str]:
    """The list below the overview."""
    listed = app.table[-1].value
    return dict(zip(listed["fact"], listed["value"], strict=True))


@pytest.fixture
def both_modes(own_data) -> None:
    """The airport with quarterly answers right after a contact, which have no weights."""
    register, tables = tiny_survey.register(), tiny_survey.tables()
    hot = tables["scores"].with_columns(
        mode=pl.lit("hot"), wave=pl.col("wave") + "-Q4", flags=pl.lit("unweighted_wave")
    )
    tables["scores"] = pl.concat([tables["scores"], hot])
    register["waves"] += [
        {**wave, "mode": "hot", "wave": f"{wave['wave']}-Q4", "n_respondents": 77,
         "weighted": False, "last_on": f"{wave['wave']}-12-31"}
        for wave in register["waves"]
    ]  # fmt: skip
    register["waves"].sort(key=lambda wave: (wave["wave"], wave["mode"]))
    tiny_bundle.write(own_data / "airport", register, tables, empty={})


@pytest.mark.usefixtures("both_modes")
def test_freshness_is_that_of_the_kind_of_survey_that_is_shown(open_page):
    cold = facts(open_page(lang="en", mode="cold"))
    assert cold["Newest wave of this kind of survey"] == "2018"
    assert cold["Respondents in it"] == "1,100"
    assert cold["Answered"] == "1 May 2018 to 31 May 2018"
    hot = facts(open_page(lang="en", mode="hot"))
    assert hot["Newest wave of this kind of survey"] == "2018\\-Q4"
    assert hot["Respondents in it"] == "77"


def test_freshness_is_that_of_the_wave_that_is_shown(data, open_page):
    listed = facts(open_page(study="airport", lang="en", wave="2016"))
    assert (listed["Wave shown"], listed["Respondents in it"]) == ("2016", "900")
    assert listed["Newest wave of this kind of survey"] == "2018"


def test_a_wave_without_weights_is_not_headed_weighted(data, open_page):
    for page in ("overview", "touchpoints", "drivers"):
        said = texts(open_page(page, study="airport", lang="en", wave="2016"))
        assert "2016 · All customers · without weights" in said
        assert "· weighted" not in said
    assert "2018 · All customers · weighted" in texts(open_page(study="airport", lang="en"))


@pytest.mark.usefixtures("both_modes")
def test_a_survey_that_never_has_weights_has_no_picker_of_weights(open_page):
    def pickers(app: AppTest) -> set[str]:
        return {picker.key for picker in app.segmented_control}

    assert "weights" in pickers(open_page(lang="en", mode="cold", wave="2016"))
    assert "weights" not in pickers(open_page(lang="en", mode="hot"))
