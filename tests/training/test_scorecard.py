from edgemood.training.scorecard import markdown

CARD = {
    "face": {
        "fer2013_private": {"accuracy_without_duplicates": 0.6543},
        "size_bytes": 583184,
        "int8_loss_points": 0.128,
    },
    "speech": {"pooled": {"uar": 0.5}},
}


def test_each_model_has_a_table_of_readable_figures():
    text = markdown(CARD, [])
    assert "## face" in text
    assert "| fer2013_private.accuracy_without_duplicates | 65.4% |" in text
    assert "| size_bytes | 583,184 |" in text
    assert "| int8_loss_points | 0.13 |" in text
    assert text.index("## face") < text.index("## speech") < text.index("| pooled.uar | 50.0% |")


def test_the_pictures_stand_below_the_tables():
    text = markdown(CARD, ["face_coverage.svg"])
    assert text.rstrip().endswith("![face coverage](face_coverage.svg)")


def test_figures_of_many_cases_have_a_table_of_their_own():
    rows = [
        {"seen": "light", "level": "60", "judged": 0.25, "right": 0.5},
        {"seen": "light", "level": "10", "judged": 0.0, "right": None},
    ]
    text = markdown({"face": {"ece": 0.02, "ladder": rows}}, [])
    assert "| ece | 2.0% |" in text
    assert "### ladder" in text
    assert "| light | 60 | 25.0% | 50.0% |" in text
    assert "| light | 10 | 0.0% | – |" in text
