"""The view lives in the URL: what is chosen is written there, what is linked is chosen."""

from streamlit.testing.v1 import AppTest

from tests.app.conftest import APP

LINK = {
    "study": "airport",
    "lang": "en",
    "wave": "2017",
    "segment": "purpose",
    "group": "leisure",
    "weights": "no",
}


def address(app: AppTest) -> dict[str, str]:
    """Query parameters; AppTest has a list of values for each."""
    return {
        key: value[0] if isinstance(value, list) else value
        for key, value in app.query_params.items()
    }


def test_unknown_values_of_a_page_s_own_pickers_are_told_at_once(data, open_page):
    app = open_page("touchpoints", study="airport", lang="en", touchpoint="moon", measure="height")
    told = " ".join(warning.value for warning in app.warning)
    assert "the touchpoint “moon”" in told
    assert "the measure “height”" in told


def test_the_address_holds_nothing_that_the_page_does_not_show(data, open_page):
    app = open_page(study="shop", lang="en", wave="2017", colour="red")
    assert address(app) == {"study": "shop", "lang": "en", "month": "2011-11"}


def test_a_link_opens_the_view_it_names(data, open_page):
    app = open_page(**LINK)
    assert "2017 · Purpose of travel: leisure · unweighted" in app.markdown[0].value.replace(
        "\\", ""
    )
    assert {key: address(app)[key] for key in LINK} == LINK


def test_groups_are_named_in_the_language_of_the_page_as_far_as_it_is_known(data, open_page):
    app = open_page(**LINK | {"lang": "de"})
    assert "Reisezweck: Urlaub" in app.markdown[0].value.replace("\\", "")
    (group,) = (box for box in app.selectbox if box.key == "group")
    assert (group.options, group.value) == (["geschäftlich", "Urlaub", "anderer"], "leisure")
    assert address(app)["group"] == "leisure"
    unknown = open_page(**LINK | {"lang": "de", "segment": "first_time", "group": "yes"})
    assert "Erster Besuch: yes" in unknown.markdown[0].value.replace("\\", "")


def test_the_address_of_a_page_says_all_of_the_view(data, open_page):
    app = open_page("touchpoints", study="airport", lang="en")
    assert address(app) == {
        "study": "airport",
        "lang": "en",
        "wave": "2018",
        "segment": "all",
        "weights": "yes",
        "measure": "mean",
        "touchpoint": "website",
        "split": "purpose",
    }


def test_a_copied_address_opens_the_same_numbers(data, open_page):
    first = open_page("touchpoints", touchpoint="wifi", measure="top2", **LINK)
    second = open_page("touchpoints", **address(first))
    assert [m.value for m in first.metric] == [m.value for m in second.metric]
    assert address(first) == address(second)


def test_a_picked_wave_is_written_to_the_address(data, open_page):
    app = open_page(study="airport", lang="en")
    app.selectbox(key="wave").set_value("2016").run()
    assert address(app)["wave"] == "2016"
    assert "2016" in app.markdown[0].value


def test_a_choice_outlives_a_rerun_in_which_the_address_lost_it(data, open_page):
    app = open_page(**LINK)
    app.query_params.clear()  # as a click on another page does
    app.run()
    assert {key: address(app)[key] for key in LINK} == LINK


def test_unknown_values_fall_back_to_the_usual_view_and_are_told(data, open_page):
    app = open_page(study="airport", lang="en", wave="1999", segment="shoe_size")
    assert address(app)["wave"] == "2018"
    assert address(app)["segment"] == "all"
    told = [warning.value.replace("\\", "") for warning in app.warning]
    assert any("the wave “1999”" in warning for warning in told)
    assert any("the attribute “shoe_size”" in warning for warning in told)
    assert not app.run().warning  # told once


def test_an_unknown_value_in_a_link_is_not_read_as_markdown(data, open_page):
    app = open_page(study="airport", lang="en", wave="[x](http://a.example)")
    assert "\\[x\\]\\(" in app.warning[0].value


def test_an_unknown_study_opens_the_first_one(data, open_page):
    app = open_page(study="moon", lang="en")
    assert address(app)["study"] == "airport"
    assert "the study “moon”" in app.warning[0].value


def test_another_study_has_its_own_waves(data, open_page):
    app = open_page(**LINK)
    app.selectbox(key="study").set_value("shop").run()
    assert not app.exception
    assert not app.warning
    assert app.title[0].value == "Online retail"
    app.selectbox(key="study").set_value("airport").run()
    assert address(app)["wave"] == "2017"


def test_the_language_is_part_of_the_link(data, open_page):
    app = open_page(study="airport", lang="de")
    assert app.title[0].value == "Fluggastbefragung"
    app.segmented_control(key="lang").set_value("en").run()
    assert app.title[0].value == "Airport passenger survey"
    assert address(app)["lang"] == "en"


def test_the_language_of_the_browser_is_the_first_choice(data):
    app = AppTest.from_file(str(APP / "main.py"), default_timeout=60)
    app.context["locale"] = "de-AT"
    app.run()
    assert app.title[0].value == "Fluggastbefragung"
