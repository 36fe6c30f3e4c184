from __future__ import annotations

from wt_invokers.params import Params
from wt_invokers.prompt import ask_missing


class Person:
    """Types the given answers, and remembers what was shown."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.shown: list[str] = []
        self.asked: list[str] = []

    def ask(self, prompt: str) -> str:
        self.asked.append(prompt)
        return self.answers.pop(0) + "\n"

    def answer_for(self, schema, values=None):
        params = Params()
        params.values = values or {}
        ask_missing(params, schema, self.ask, self.shown.append)
        return params.values


def schema(**properties):
    step = {"type": "object", "title": "Step one", "properties": properties, "required": list(properties)}
    return {"type": "object", "properties": {"one": step}, "required": ["one"]}


def test_what_is_missing_is_asked_for_piece_by_piece(demo):
    person = Person("data.csv", "gauge 7", "2024")

    values = person.answer_for(demo.workspace.params_schema)

    assert values == {"load": {"path": "data.csv", "source": {"name": "gauge 7", "year": 2024}}}
    Params.check(_with(values), demo.workspace.params_schema)


def _with(values):
    params = Params()
    params.values = values
    return params


def test_title_description_and_example_are_shown(demo):
    person = Person("a", "b", "1")

    person.answer_for(demo.workspace.params_schema)

    text = "\n".join(person.shown)
    for words in ("Load the data: Path", "load.path", "Where the data is.", 'for example "x.csv"', "a whole number"):
        assert words in text


def test_what_is_known_is_not_asked_for(demo):
    person = Person()

    assert person.answer_for(demo.workspace.params_schema, dict(demo.good)) == demo.good
    assert person.asked == []


def test_an_answer_that_does_not_fit_is_asked_for_again():
    person = Person("many", "", "3")

    assert person.answer_for(schema(count={"type": "integer"})) == {"one": {"count": 3}}
    assert person.shown[2:] == [
        '  the parameter one.count must be a whole number, and is "many"',
        '  type a value; "" is the empty text',
    ]


def test_the_empty_text_can_be_typed():
    assert Person('""').answer_for(schema(name={"type": "string"})) == {"one": {"name": ""}}


def test_the_choices_are_shown_and_only_they_are_taken():
    person = Person("medium", "fast")

    assert person.answer_for(schema(mode={"enum": ["fast", "slow"]})) == {"one": {"mode": "fast"}}
    assert "  one of fast, slow" in person.shown


def test_enter_takes_the_default():
    person = Person("")

    assert person.answer_for(schema(mode={"type": "string", "default": "fast"})) == {"one": {"mode": "fast"}}
    assert person.asked == ["mode [fast]: "]


def test_lists_are_typed_as_json():
    person = Person("[2012, 2013]")
    years = {"type": "array", "items": {"type": "integer"}}

    assert person.answer_for(schema(years=years)) == {"one": {"years": [2012, 2013]}}


def test_alternatives_are_named():
    person = Person("null")

    assert person.answer_for(schema(n={"anyOf": [{"type": "integer"}, {"type": "null"}]})) == {"one": {"n": None}}
    assert "  a whole number or null" in person.shown
