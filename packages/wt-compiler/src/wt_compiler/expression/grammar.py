"""From the words of an expression to its tree: a parser that climbs precedences, after Pratt (1973).

The precedences are Python's. Two things of Python's are missing on purpose: comparisons are not chained, and nothing
but the functions of the language is called.
"""

from __future__ import annotations

import keyword
from collections.abc import Callable
from difflib import get_close_matches
from typing import Final

from wt_compiler.expression.functions import FUNCTIONS
from wt_compiler.expression.mistake import WrongExpressionError
from wt_compiler.expression.words import Word, number_of, text_of, words
from wt_compiler.values import (
    Approved,
    Attribute,
    Call,
    Constant,
    EnvVariable,
    Expression,
    Failure,
    Index,
    Items,
    LoopValue,
    Operation,
    Parameter,
    Position,
    Prefixed,
    Reference,
    Secret,
)

ROOTS: Final = ("workflow", "env", "params", "secrets", "approval", "loop", "error")
"""What the names of an expression start with."""

DEEPEST: Final = 50
"""How deep parentheses and other nesting may be."""

MOST_OPERATORS: Final = 100
"""How many operators an expression may have: each puts what stands before it one level deeper."""

_NOT: Final = 3
_COMPARISON: Final = 4
_SIGN: Final = 7
_BINDING: Final = {
    "or": 1,
    "and": 2,
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">=", "in", "not in"), _COMPARISON),
    **dict.fromkeys(("+", "-"), 5),
    **dict.fromkeys(("*", "/", "//", "%"), 6),
}
_CONSTANTS: Final = {"true": True, "True": True, "false": False, "False": False, "null": None, "None": None}
_INSTEAD: Final = {"&&": "and", "||": "or", "&": "and", "|": "or", "!": "not", "=": "==", "**": None}
_FORMS: Final = {
    "workflow": "${{ workflow.<id>.return }}",
    "params": "${{ params.<name> }}",
    "env": "${{ env.<NAME> }}",
    "secrets": "${{ secrets.<NAME> }}",
    "approval": "${{ approval.<id> }}",
    "loop": "${{ loop.last }} or ${{ loop.index }}",
    "error": "${{ error.message }} or ${{ error.type }}",
}
"""What begins with each of the roots."""

_OF_LOOPS: Final = ("last", "index")


def parse(text: str, start: int, end: int, place: Callable[[int], Position]) -> Expression:
    """Read one expression.

    Args:
        text: The string of the spec.
        start: Where the expression starts in it, behind the `${{`.
        end: Where it ends, before the `}}`.
        place: Where a character of the string stands in the spec.

    Raises:
        WrongExpressionError: If it is none; says where.
    """
    return _Parser(words(text, start, end), place).whole()


class _Parser:
    def __init__(self, found: list[Word], place: Callable[[int], Position]) -> None:
        self._words = found
        self._next = 0
        self._place = place
        self._depth = 0
        self._operators = 0

    def whole(self) -> Expression:
        if self._ended():
            raise WrongExpressionError(
                "there is no expression here", f"write {', '.join(_FORMS.values())}", self._word.offset
            )
        tree = self._expression(0)
        if not self._ended():
            raise self._wrong_sign(self._word, "this belongs to no expression")
        return tree

    @property
    def _word(self) -> Word:
        return self._words[self._next]

    def _ended(self) -> bool:
        return self._word.kind == "end"

    def _take(self) -> Word:
        word = self._word
        self._next += 1
        return word

    def _at(self, word: Word) -> Position:
        return self._place(word.offset)

    def _is(self, *texts: str) -> bool:
        return self._word.kind in {"sign", "name"} and self._word.text in texts

    def _expect(self, sign: str, opened: Word) -> None:
        if self._is(sign):
            self._next += 1
            return
        if self._ended():
            message = f"the {opened.text!r} that is opened here is never closed"
            raise WrongExpressionError(message, f"write {sign!r}", opened.offset)
        raise self._wrong_sign(self._word, f"{sign!r} is missing here")

    def _expression(self, minimum: int) -> Expression:
        self._depth += 1
        if self._depth > DEEPEST:
            message = f"the expression is nested deeper than {DEEPEST}"
            raise WrongExpressionError(message, "let a task compute it", self._word.offset)
        left = self._prefixed()
        while True:
            operator, word = self._operator()
            binding = _BINDING.get(operator, 0)
            if binding <= minimum:
                break
            self._operators += 1
            if self._operators > MOST_OPERATORS:
                message = f"the expression has more than {MOST_OPERATORS} operators"
                raise WrongExpressionError(message, "let a task compute it", word.offset)
            self._next += 2 if operator == "not in" else 1
            right = self._expression(binding)
            left = Operation(operator, left, right, self._at(word))
            if binding == _COMPARISON and _BINDING.get(self._operator()[0]) == _COMPARISON:
                message = "comparisons are not chained"
                raise WrongExpressionError(message, "join two with 'and'", self._word.offset)
        self._depth -= 1
        return left

    def _operator(self) -> tuple[str, Word]:
        word = self._word
        if word.kind not in {"sign", "name"}:
            return "", word
        if word.text == "not" and self._words[self._next + 1].text == "in":
            return "not in", word
        return word.text, word

    def _prefixed(self) -> Expression:
        word = self._word
        if self._is("not", "-"):
            self._next += 1
            operand = self._expression(_NOT - 1 if word.text == "not" else _SIGN - 1)
            if word.text == "-" and isinstance(operand, Constant) and type(operand.value) in {int, float}:
                return Constant(-operand.value, self._at(word))  # type: ignore[operator]  # the line above says so
            return Prefixed(word.text, operand, self._at(word))
        return self._postfixed(self._primary())

    def _postfixed(self, owner: Expression) -> Expression:
        steps = 0
        while self._is(".", "["):
            steps += 1
            if steps > DEEPEST:
                raise WrongExpressionError("too many steps", "let a task compute it", self._word.offset)
            opened = self._take()
            if opened.text == ".":
                name = self._attribute()
                owner = Attribute(owner, name.text, self._at(name))
            else:
                at = self._word
                if self._is("]"):
                    raise WrongExpressionError("the index is missing", "write a number or a key", at.offset)
                index = self._expression(0)
                self._expect("]", opened)
                owner = Index(owner, index, self._at(at))
        return owner

    def _primary(self) -> Expression:
        word = self._take()
        if word.kind == "number":
            return Constant(number_of(word), self._at(word))
        if word.kind == "text":
            return Constant(text_of(word), self._at(word))
        if word.text == "(":
            inner = self._expression(0)
            self._expect(")", word)
            return inner
        if word.text == "[":
            return Items(self._listed("]", word), self._at(word))
        if word.kind == "name":
            return self._named(word)
        self._next -= 1
        raise self._wrong_start(word)

    def _named(self, word: Word) -> Expression:
        if word.text in _CONSTANTS:
            return Constant(_CONSTANTS[word.text], self._at(word))
        if self._is("(") and word.text not in {"and", "or", "in"}:
            return self._call(word)
        if word.text in ROOTS and self._is("."):
            return self._root(word)
        raise self._wrong_name(word)

    def _root(self, word: Word) -> Expression:
        self._next += 1
        if word.text == "env":
            name = self._name("the name of an environment variable", "write '${{ env.<NAME> }}'", ascii_only=True)
            return EnvVariable(name.text, self._at(name))
        name = self._name(f"a name behind {word.text!r}")
        if word.text == "loop":
            return self._of_loop(name)
        if word.text == "params":
            return Parameter(name.text, self._at(name))
        if word.text == "error":
            return Failure(name.text, self._at(name))
        if word.text == "approval":
            return Approved(name.text, self._at(name))
        if word.text == "secrets":
            return Secret(name.text, self._at(name))
        meant = f"write '${{{{ workflow.{name.text}.return }}}}'"
        if not self._is("."):
            raise WrongExpressionError("'.return' is missing", meant, name.offset + len(name.text))
        self._next += 1
        last = self._word
        if last.text != "return":
            said = f"a task instance has no {last.text!r}, only 'return'" if last.text else "'return' is missing"
            raise WrongExpressionError(said, meant, last.offset)
        self._next += 1
        return Reference(name.text, self._at(name))

    def _of_loop(self, name: Word) -> Expression:
        for known in _OF_LOOPS:
            if name.text == known:
                return LoopValue(known, self._at(name))
        near = get_close_matches(name.text, _OF_LOOPS, n=1)
        hint = f"did you mean {near[0]!r}?" if near else "there are loop.last and loop.index"
        raise WrongExpressionError(f"a loop has no {name.text!r}", hint, name.offset)

    def _call(self, word: Word) -> Expression:
        opened = self._take()
        function = FUNCTIONS.get(word.text)
        if function is None:
            near = get_close_matches(word.text, FUNCTIONS, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(FUNCTIONS)}"
            raise WrongExpressionError(f"there is no function {word.text!r}", hint, word.offset)
        arguments = self._listed(")", opened)
        few = len(arguments) < function.fewest
        if few or (function.most is not None and len(arguments) > function.most):
            message = f"{word.text!r} has too {'few' if few else 'many'} arguments"
            raise WrongExpressionError(message, f"write {function.usage}", word.offset)
        if word.text == "skipped" and not isinstance(arguments[0], Reference):
            message = "'skipped' asks whether a task instance was skipped"
            raise WrongExpressionError(message, f"write {function.usage}", word.offset)
        return Call(word.text, arguments, self._at(word))

    def _listed(self, closing: str, opened: Word) -> tuple[Expression, ...]:
        items: list[Expression] = []
        while not self._is(closing):
            items.append(self._expression(0))
            if not self._is(","):
                break
            self._next += 1
        self._expect(closing, opened)
        return tuple(items)

    def _name(self, what: str, hint: str | None = None, *, ascii_only: bool = False) -> Word:
        word = self._take()
        follows = self._words[self._next] if self._next < len(self._words) else word
        stuck = ascii_only and follows.text == "-" and not follows.spaced
        if word.kind != "name" or stuck or (ascii_only and not word.text.isascii()):
            raise WrongExpressionError(f"this is not {what}", hint, word.offset)
        return word

    def _attribute(self) -> Word:
        name = self._name("the name of an attribute")
        if keyword.iskeyword(name.text):
            message = f"{name.text!r} is a keyword of Python, which no attribute is called"
            raise WrongExpressionError(message, f"a key of a mapping is written [{name.text!r}]", name.offset)
        if name.text.startswith("_"):
            raise WrongExpressionError(f"the attribute {name.text!r} is private", "let a task give it", name.offset)
        return name

    def _wrong_name(self, word: Word) -> WrongExpressionError:
        near = get_close_matches(word.text, ROOTS, n=1)
        if self._is(".") and near:
            hint = f"did you mean {near[0]!r}?"
        elif word.text in ROOTS:
            hint = f"write {_FORMS[word.text]}"
        elif word.text in _OF_LOOPS:
            hint = f"write '${{{{ loop.{word.text} }}}}', '${{{{ workflow.{word.text}.return }}}}', or quote a text"
        else:
            hint = f"write '${{{{ workflow.{word.text}.return }}}}', or quote a text"
        return WrongExpressionError(f"{word.text!r} alone is no expression", hint, word.offset)

    def _wrong_start(self, word: Word) -> WrongExpressionError:
        if word.kind == "end":
            return WrongExpressionError("the expression ends too early", "write what is missing", word.offset)
        return self._wrong_sign(word, f"an expression cannot start with {word.text!r}")

    def _wrong_sign(self, word: Word, message: str) -> WrongExpressionError:
        instead = _INSTEAD.get(word.text)
        if word.text in _INSTEAD:
            hint = f"write {instead!r}" if instead else "let a task compute it"
            return WrongExpressionError(f"{word.text!r} is no operator here", hint, word.offset)
        if word.kind == "number" and word.text.startswith("."):
            return WrongExpressionError("an index stands in brackets", f"write [{word.text[1:]}]", word.offset)
        near = get_close_matches(word.text.lower(), ["and", "or", "not", "in"], n=1) if word.kind == "name" else []
        hint = f"did you mean {near[0]!r}?" if near else "an operator, such as '==' or 'and', may be missing before it"
        return WrongExpressionError(message, hint, word.offset)
