"""The page of drivers: what can be chosen, what is shown, and what it says where nothing is."""

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from app.core import bundle
from app.views.drivers import models
from app.views.drivers.card import CARDS
from app.views.drivers.models import DriverModel
from pipelines.contract.driver_codes import RATING_POLICIES
from tests.app import tiny_bundle, tiny_drivers, tiny_survey
from tests.app.reading import charts, metrics, texts

EVERYBODY = DriverModel("cold", "2018", "all", "all", "overall_rating", "mean")
LINK = {"study": "airport", "lang": "en"}


@pytest.fixture
def read(data) -> bundle.Bundle:
    return bundle.load("airport")


def options(app: AppTest, key: str) -> list[str]:
    """What a picker offers, as it is read; empty if the page has no such picker."""
    found = [p for p in [*app.segmented_control, *app.selectbox] if p.key == key]
    return list(found[0].options) if found else []


def address(app: AppTest) -> dict[str, str]:
    return {k: v[0] if isinstance(v, list) else v for k, v in app.query_params.items()}


def headings(app: AppTest) -> list[str]:
    return [element.value for element in app.header]


def test_the_page_shows_how_sure_the_order_is_before_any_table(drivers_page):
    app = drivers_page
    assert headings(app) == [
        "How the drivers share R²",
        "Importance and performance",
        "Stated and derived importance",
        "What missing ratings do to the order",
        "Groups of customers",
        "Over the waves",
    ]
    assert metrics(app) == {
        "R²": "0.42",
        "Cross-validated R²": "0.41",
        "Answers (n)": "1,100",
        "Drivers asked": "6",
    }
    # shares, slopes, map, stated, policies, groups, their differences, ranks, one driver
    assert len(charts(app)) == 9
    assert "The largest share is that of Security checkpoint: 30.1% (26.6 to 33.6%)" in texts(app)


def test_every_picker_of_the_page_is_in_the_address(drivers_page):
    wanted = {
        "outcome": "overall_rating",
        "target": "mean",
        "approach": "lmg",
        "policy": "use_rating",
        "split": "purpose",
        "driver": "security_rating",
    }
    assert {key: address(drivers_page)[key] for key in wanted} == wanted


def test_a_link_opens_the_outcome_target_and_split_it_names(data, open_page):
    view = {"outcome": "recommend", "target": "bottom_box", "approach": "latent", "wave": "2017"}
    app = open_page("drivers", **LINK, **view)
    assert {key: address(app)[key] for key in view} == view
    assert all("The link asks" not in warning.value for warning in app.warning)
    said = texts(app)
    assert "of the latent R² of “Would you recommend us?: detractors”" in said
    assert "Share of the latent R²" in said


def test_the_ends_of_recommendation_have_names_of_their_own(drivers_page, data, open_page):
    assert options(drivers_page, "target") == ["mean answer", "very satisfied", "dissatisfied"]
    app = open_page("drivers", **LINK, outcome="recommend")
    assert options(app, "target") == ["mean answer", "promoters", "detractors"]


def test_the_mean_of_everybody_has_every_split_and_policy(drivers_page):
    app = drivers_page
    assert options(app, "approach") == ["LMG", "Johnson", "alone", "last", "logit"]
    assert options(app, "policy") == ["use and rating", "EM", "pairwise", "listwise"]


def test_the_logit_is_offered_where_it_was_computed_and_under_one_policy(data, open_page):
    app = open_page("drivers", **LINK, policy="em")
    app.segmented_control(key="approach").set_value("latent").run()
    assert not app.exception
    assert options(app, "policy") == []
    assert "Computed with use and rating" in texts(app)
    app = open_page("drivers", **LINK, target="top_box")
    assert options(app, "approach") == ["LMG", "logit"]


def test_beside_the_shares_stands_how_the_logit_differs(drivers_page, data, open_page):
    told = "Against linear LMG, the shares by ordered logit differ most for Restaurants"
    assert told in texts(drivers_page)
    assert told in texts(open_page("drivers", **LINK, approach="latent"))
    assert told not in texts(open_page("drivers", **LINK, approach="johnson"))


def test_shares_that_do_not_sum_up_to_r2_are_not_called_so(data, open_page):
    said = texts(open_page("drivers", **LINK, approach="last"))
    assert "of the sum over all drivers of “Airport as a whole”" in said
    assert "Share of the sum over drivers" in said


def test_the_policies_are_compared_under_every_choice(data, open_page):
    for view in ({"approach": "latent"}, {"target": "top_box"}, {"segment": "purpose"}):
        app = open_page("drivers", **LINK, **view)
        assert any("What missing ratings do to the order" in text for text in headings(app))
        verdicts = next(t.value for t in app.dataframe if "verdict" in t.value)
        assert verdicts["policy"].tolist() == ["use and rating", "EM", "pairwise", "listwise"]
        assert verdicts["interval"][0] == "0.38 to 0.46"


def test_a_refused_policy_says_why_and_keeps_its_line(data, open_page):
    app = open_page("drivers", **LINK, policy="listwise")
    why = "4 rated every touchpoint, where there must be 5 for each driver, 60"
    assert f"No model: {why}." in texts(app)
    assert not app.metric
    verdicts = next(t.value for t in app.dataframe if "verdict" in t.value)
    assert verdicts["verdict"].tolist()[-1] == "refused"
    assert f"**listwise**: refused: {why}" in texts(app)


def test_a_shrunk_model_says_so(data, open_page):
    said = texts(open_page("drivers", **LINK, wave="2016"))
    assert "The model was shrunk towards no association: few answers for 33 columns" in said


def test_a_group_has_the_usual_method_only_and_says_so(data, open_page):
    app = open_page("drivers", **LINK, segment="purpose", group="leisure")
    assert [options(app, key) for key in ("target", "approach", "policy")] == [[], [], []]
    assert "groups are modelled by their mean answer" in texts(app)
    assert metrics(app)["Answers (n)"] == "550"
    of_everybody = "Shown is the mean answer of all customers"
    assert texts(app).count(of_everybody) == 1  # the policies; the map is that of the group


def test_a_group_that_is_too_small_says_how_many_answered(data, open_page):
    app = open_page("drivers", **LINK, segment="purpose", group="other")
    said = texts(app)
    assert "No model: fewer than 300 answers." in said
    assert "No model, fewer than 300 answers: other (n\u00a0=\u00a055)." in said
    assert "Shown is the mean answer of all customers" in said
    assert "How the drivers share R²" not in headings(app)


def test_a_section_of_all_customers_is_not_headed_as_if_it_were_of_the_group(data, open_page):
    app = open_page("drivers", **LINK, segment="purpose", group="other")
    assert headings(app)[:3] == [
        "Importance and performance: all customers, mean answer",
        "Stated and derived importance: all customers, mean answer",
        "What missing ratings do to the order: all customers, mean answer",
    ]
    said = [box.value for box in app.info if "not that of the customers" in box.value]
    assert len(said) == 3
    own = headings(open_page("drivers", **LINK, segment="purpose", group="leisure"))
    assert "Importance and performance" in own  # that group has a map of its own


def test_an_outcome_that_a_wave_did_not_ask_says_when_it_was_asked(data, open_page):
    app = open_page("drivers", **LINK, outcome="recommend", wave="2016")
    assert "Not asked in this wave. Asked in: 2017, 2018" in texts(app)


def test_only_differences_that_survive_are_drawn_as_such(drivers_page, data, open_page):
    said = texts(drivers_page)
    assert "1 of 12 differences between a group and all other customers survive" in said
    assert "False discovery control over: drivers and groups of this attribute" in said
    assert "in this wave and outcome: 12; of 3 attributes" in said
    assert "Over all attributes of this wave: 1 of 24. Most by Purpose of travel: 1." in said
    app = open_page("drivers", **LINK, split="first_time")
    assert "0 of 12 differences" in texts(app)
    assert "Differences that survive" not in [s.value for s in app.subheader]


def test_models_are_weighted_whatever_was_chosen_for_scores(data, open_page):
    app = open_page("drivers", **LINK, weights="no")
    assert options(app, "weights") == []
    assert "2018 · All customers · weighted" in texts(app)
    assert address(app)["weights"] == "no"  # for the pages that show scores


def test_no_driver_is_listed_to_improve_whose_slope_may_be_0(own_data, open_page):
    whole = tiny_survey.tables()["priorities"]
    places = whole.with_columns(p_improve=pl.lit(0.9))
    flat = places.with_columns(
        pl.when(pl.col("touchpoint_id") == "food").then(-0.01).otherwise(name).alias(name)
        for name in ("slope", "slope_low")
    )
    for priorities, says_so in ((places, False), (flat, True)):
        tiny_survey.publish(own_data, priorities=priorities)
        app = open_page("drivers", **LINK)
        listed = next(f.value for f in app.dataframe if "performance" in f.value.columns)
        assert ("Restaurants" not in list(listed["label"])) is says_so
        assert ("Not listed: Restaurants." in texts(app)) is says_so


def test_a_wave_that_did_not_ask_for_importance_says_so(own_data, open_page):
    priorities = tiny_survey.tables()["priorities"].with_columns(
        pl.when(pl.col("wave") != "2018").then(name).alias(name)
        for name in ("stated", "stated_low", "stated_high")
    )
    tiny_survey.publish(own_data, priorities=priorities)
    assert "did not ask how important" in texts(open_page("drivers", **LINK))


def test_a_study_whose_customers_never_said_what_matters_has_no_such_chart(own_data, open_page):
    priorities = tiny_survey.tables()["priorities"].with_columns(stated=pl.lit(None, pl.Float64))
    tiny_survey.publish(own_data, priorities=priorities)
    assert "Stated and derived importance" not in headings(open_page("drivers", **LINK))


@pytest.mark.parametrize("study", ["shop", "airport"])
def test_a_study_without_models_says_which_data_would_fill_the_page(own_data, open_page, study):
    empty = {name: frame.clear() for name, frame in tiny_drivers.tables().items()}
    if study == "airport":
        tiny_survey.publish(own_data, **empty)
    else:
        tiny_bundle.write(
            own_data / "shop",
            tiny_survey.register() | {"waves": [], "segments": {}},
            {name: frame.clear() for name, frame in tiny_survey.tables().items()},
            empty={"responses": "no_source?table=responses"},
        )
    said = texts(open_page("drivers", lang="en"))
    assert "No driver models in this study" in said
    assert f"data/{study}/study.yaml" in said
    assert "ratings of at least two touchpoints" in said


def test_a_bundle_from_before_there_were_models_still_opens(own_data, open_page):
    tables = {k: v for k, v in tiny_survey.tables().items() if k not in CARDS}
    tiny_bundle.write(own_data / "airport", tiny_survey.register(), tables, empty={})
    assert "No driver models in this study" in texts(open_page("drivers", lang="en"))


def test_a_kind_of_survey_without_models_points_to_the_other(own_data, open_page):
    register, tables = tiny_survey.register(), tiny_survey.tables()
    register["waves"] += [wave | {"mode": "hot"} for wave in register["waves"]]
    tiny_bundle.write(own_data / "airport", register, tables, empty={})
    app = open_page("drivers", lang="en", mode="hot")
    assert "This kind of survey has no driver models; the other kind has." in texts(app)


def test_a_withheld_driver_is_named_and_has_no_number(own_data, open_page):
    where = {"driver": "wifi_rating", "wave": "2018"}
    hidden = {
        t: tiny_survey.withheld(t, **where) for t in ("drivers", "priorities", "driver_contrasts")
    }
    tiny_survey.publish(own_data, **hidden)
    app = open_page("drivers", **LINK)
    assert texts(app).count("Withheld, too few answers: Wi-Fi.") == 2  # shares and map
    for table in app.dataframe:
        assert "Wi-Fi" not in table.value.get("label", pl.Series()).to_list()


def test_a_withheld_model_shows_no_number(own_data, open_page):
    where = {"segment": "all", "wave": "2018"}
    tiny_survey.publish(own_data, **{t: tiny_survey.withheld(t, **where) for t in CARDS})
    app = open_page("drivers", **LINK)
    assert not app.metric
    assert "Withheld: fewer than 10 people answered" in texts(app)
    verdicts = next(t.value for t in app.dataframe if "verdict" in t.value)
    assert set(verdicts["verdict"]) == {"withheld"}
    assert verdicts[["value", "n"]].isna().all().all()


def test_a_driver_that_few_used_is_told(own_data, open_page):
    few = pl.col("driver") == "parking_rating"
    drivers = tiny_survey.tables()["drivers"].with_columns(
        n_users=pl.when(few).then(21).otherwise("n_users"),
        flags=pl.when(few).then(pl.lit("small")).otherwise("flags"),
    )
    tiny_survey.publish(own_data, drivers=drivers)
    assert "Grey: fewer than 30 users rated it." in texts(open_page("drivers", **LINK))


def test_names_from_the_data_are_shown_as_they_are(own_data, open_page):
    register = tiny_survey.register()
    register["touchpoints"]["security"]["label"]["en"] = "<b>Gate</b> **x** 'y' [z](http://a.b)"
    tiny_bundle.write(own_data / "airport", register, tiny_survey.tables(), empty={})
    said = [m.value for m in open_page("drivers", **LINK).markdown]
    leading = next(text for text in said if "largest share" in text)
    assert "\\<b\\>Gate" in leading
    assert "\\[z\\]\\(http" in leading


def test_the_page_reads_in_german(data, open_page):
    app = open_page("drivers", study="airport", lang="de", segment="purpose", group="other")
    said = texts(app)
    assert "Kein Modell: weniger als 300 Antworten." in said
    assert "Ohne Modell, weniger als 300 Antworten: anderer (n\u00a0=\u00a055)." in said
    assert "Wichtigkeit und Leistung: alle Kunden, mittlere Antwort" in headings(app)
    assert "answers" not in said


def test_a_model_of_a_group_is_found_beside_that_of_everybody(read):
    group = DriverModel("cold", "2018", "purpose", "leisure", "overall_rating", "mean")
    assert models.find(read, "drivers", group)["approach"].unique().to_list() == ["lmg"]
    assert group.of_everybody == EVERYBODY
    assert models.policies(read, EVERYBODY, "lmg") == list(RATING_POLICIES.names)
    assert models.policies(read, EVERYBODY, "latent") == ["use_rating"]
