"""Values as text and back: what comes back is what went in, of the same type; what cannot be written is named."""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import enum
import fractions
import ipaddress
import json
import pathlib
import re
import threading
import types
import uuid
import zoneinfo
from collections import Counter, OrderedDict, deque, namedtuple
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, PrivateAttr
from wt_engine.codec import TaggedCodec
from wt_engine.errors import UnrecordableError


class Colour(enum.Enum):
    RED = 1


class Rights(enum.Flag):
    READ = 1
    WRITE = 2


class PlaceError(Exception):
    def __init__(self, code: int, place: str) -> None:
        super().__init__(f"{code} at {place}")
        self.code = code


class Word(enum.StrEnum):
    YES = "yes"


@dataclasses.dataclass
class Box:
    number: int
    parts: list[Any] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(frozen=True, slots=True)
class Frozen:
    number: int


class Model(BaseModel):
    model_config = ConfigDict(extra="allow")
    number: int
    pair: tuple[int, ...] = ()
    _secret: int = PrivateAttr(3)


class Thing:
    __slots__ = ("__hidden", "shown")

    def __init__(self) -> None:
        self.shown, self.__hidden = 1, 2

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Thing) and (self.shown, self.__hidden) == (other.shown, other.__hidden)

    __hash__ = None  # type: ignore[assignment]


Pair = namedtuple("Pair", "left right")

VALUES = [
    None,
    True,
    10**30,
    1.5,
    float("inf"),
    "ü\ud800\0",
    (1, (2, [3])),
    {1, (2, 3)},
    frozenset({"a"}),
    b"\0\xff",
    bytearray(b"x"),
    {"a": [1, {"b": None}]},
    {1: "one", (2, 3): {"$": "tag"}, None: 0},
    {"$": "tuple", "v": [1]},
    deque([1, 2], maxlen=3),
    OrderedDict(b=1, a=2),
    Counter("aab"),
    range(1, 10, 2),
    1 + 2j,
    decimal.Decimal("1.10"),
    fractions.Fraction(1, 3),
    uuid.UUID(int=5),
    pathlib.Path("a/b"),
    pathlib.PurePosixPath("/x"),
    datetime.datetime(2024, 3, 31, 2, 30, fold=1, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin")),
    datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC),
    datetime.datetime(2024, 1, 1, 1, 2, 3, 4),
    datetime.date(2024, 2, 29),
    datetime.time(1, 2, tzinfo=datetime.timezone(datetime.timedelta(hours=2))),
    datetime.timedelta(days=-1, microseconds=3),
    datetime.timezone(datetime.timedelta(minutes=90)),
    Colour.RED,
    Word.YES,
    Rights.READ | Rights.WRITE,
    Rights(0),
    Box(1, [(2,), Box(3)]),
    Frozen(1),
    Model(number=1, pair=(1, 2), more={"x": (1,)}),
    Thing(),
    Pair(1, [2]),
    ipaddress.ip_address("10.0.0.1"),
    re.compile("a+", re.IGNORECASE),
    re.compile(b"a"),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_a_value_comes_back_as_it_was(value: Any) -> None:
    text = TaggedCodec().encode(value)
    found = TaggedCodec().decode(text)

    assert json.loads(text) is not ...
    assert found == value
    assert type(found) is type(value)


scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary() | st.dates()
keys = st.text() | st.integers() | st.tuples(st.text(), st.integers()) | st.just("$")
nested = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(keys, inner)
        | st.lists(inner).map(tuple)
        | st.builds(Box, st.integers(), st.lists(inner))
    ),
    max_leaves=12,
)


@given(nested)
def test_whatever_is_put_together_comes_back(value: Any) -> None:
    assert repr(TaggedCodec().decode(TaggedCodec().encode(value))) == repr(value)


def test_private_parts_and_fields_that_were_set_come_back() -> None:
    model = Model(number=1)
    model._secret = 9
    found = TaggedCodec().decode(TaggedCodec().encode(model))

    assert (found._secret, found.model_fields_set) == (9, {"number", "pair"})


def test_an_exception_comes_back_without_its_traceback() -> None:
    try:
        raise PlaceError(7, "here")
    except PlaceError as error:
        found = TaggedCodec().decode(TaggedCodec().encode(error))

    assert (type(found), str(found), found.code, found.__traceback__) == (PlaceError, "7 at here", 7, None)


@pytest.mark.parametrize(
    ("value", "where", "why"),
    [
        (threading.Lock(), "", "cannot be written"),
        ({"a": [1, {"b": threading.Lock()}]}, "['a'][1]['b']", "_thread.lock"),
        (Box(1, [threading.Event()]), ".parts[0]._cond._lock", "_thread.lock"),
        ({"key": {threading.get_ident}}, "['key'] (an element)", "builtin"),
        ((x for x in ()), "", "generator"),
        (lambda: None, "", "function"),
        (types.SimpleNamespace, "", "type"),
        (datetime.datetime(2024, 1, 1, tzinfo=type("Zone", (datetime.tzinfo,), {})()), "", "time zone"),
    ],
)
def test_what_cannot_be_written_is_named_with_its_place(value: Any, where: str, why: str) -> None:
    with pytest.raises(UnrecordableError) as caught:
        TaggedCodec().encode(value)
    assert caught.value.where == where
    assert why in caught.value.why


def test_what_contains_itself_is_named() -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises(UnrecordableError, match="contains itself"):
        TaggedCodec().encode(value)


def test_a_class_that_cannot_be_found_again_is_refused_unless_it_is_known() -> None:
    @dataclasses.dataclass
    class Local:
        number: int

    with pytest.raises(UnrecordableError, match="cannot be imported by its name"):
        TaggedCodec().encode(Local(1))
    assert TaggedCodec([Local]).decode(TaggedCodec([Local]).encode(Local(1))) == Local(1)


def test_a_class_of_the_main_program_is_found_where_it_is_now() -> None:
    text = TaggedCodec().encode(Box(1)).replace(__name__, "__main__")

    assert TaggedCodec([Box]).decode(text) == Box(1)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"$": "object", "t": "nowhere:Gone", "v": {}}', "class Gone of nowhere is not there any more"),
        (f'{{"$": "object", "t": "{__name__}:Box", "v": {{}}}}', "has now a field 'number', which was not recorded"),
        (f'{{"$": "enum", "t": "{__name__}:Colour", "v": "BLUE"}}', "BLUE"),
        ('{"$": "extension", "by": "frames", "v": 1}', "written by the extension 'frames'"),
        ("no JSON", "cannot be read again"),
    ],
)
def test_what_cannot_be_read_again_says_why(text: str, why: str) -> None:
    with pytest.raises(UnrecordableError, match=re.escape(why)):
        TaggedCodec().decode(text)
