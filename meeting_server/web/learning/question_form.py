"""The form of one question, checked as a whole."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from starlette.datastructures import FormData

from meeting_server.archive.record.digest import GAP
from meeting_server.store.learning.quizzes import (
    ANSWER_LONGEST,
    CHOICE_LONGEST,
    CHOICES_MOST,
    KINDS,
    TEXT_LONGEST,
    Choice,
    Question,
    QuestionKind,
)
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.forms import field as text_field

TRUE_FALSE = ("对", "错")
"""The choices of a true-or-false question as they are kept; pages put them into the reader's language."""
EXPLANATION_LONGEST = 500


@dataclass(frozen=True, slots=True)
class QuestionForm:
    """``errors`` by field, each a key under ``quiz.error``."""

    kind: QuestionKind
    text: str = ""
    choices: tuple[Choice, ...] = ()
    explanation: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def rows(self) -> tuple[Choice, ...]:
        """Choices with empty places for more."""
        if self.kind == "true_false":
            right = [choice.right for choice in self.choices]
            return tuple(Choice(text, bool(right[n : n + 1] and right[n])) for n, text in enumerate(TRUE_FALSE))
        wanted = 3 if self.kind == "cloze" else 4
        return (*self.choices, *(Choice("", False) for _ in range(max(1, wanted - len(self.choices)))))[:CHOICES_MOST]


def form_of_question(question: Question) -> QuestionForm:
    return QuestionForm(question.kind, question.text, question.choices, question.explanation)


def question_form(form: FormData) -> QuestionForm:
    """What was sent, with what is wrong with it. Raises Refused ``bad_form`` for a kind that is none."""
    kind = next((known for known in KINDS if known == text_field(form, "kind")), None)
    if kind is None:
        raise Refused(WebCode.BAD_FORM, field="kind")
    text, explanation = text_field(form, "text", 8000), text_field(form, "explanation", 8000)
    right = {value for value in form.getlist("right") if isinstance(value, str)}
    texts = [text_field(form, f"choice-{number}", 4000) for number in range(CHOICES_MOST)]
    if kind == "true_false":
        choices = [Choice(said, str(number) in right) for number, said in enumerate(TRUE_FALSE)]
    else:
        choices = [Choice(said, kind == "cloze" or str(number) in right) for number, said in enumerate(texts) if said]
    read = QuestionForm(kind, text, tuple(choices), explanation)
    return replace(read, errors=_errors(read))


def _errors(form: QuestionForm) -> dict[str, str]:
    errors: dict[str, str] = {}
    if not form.text:
        errors["text"] = "no_text"
    elif len(form.text) > TEXT_LONGEST:
        errors["text"] = "long_text"
    elif form.kind == "cloze" and form.text.count(GAP) != 1:
        errors["text"] = "no_gap"
    right = sum(choice.right for choice in form.choices)
    longest = ANSWER_LONGEST if form.kind == "cloze" else CHOICE_LONGEST
    if any(len(choice.text) > longest for choice in form.choices):
        errors["choices"] = "long_choice"
    elif len({choice.text for choice in form.choices}) < len(form.choices):
        errors["choices"] = "same_choice"
    elif form.kind == "cloze" and not form.choices:
        errors["choices"] = "no_answer"
    elif form.kind in ("single", "multiple") and len(form.choices) < 2:
        errors["choices"] = "few_choices"
    elif form.kind in ("single", "true_false") and right != 1:
        errors["choices"] = "one_right"
    elif form.kind == "multiple" and right < 1:
        errors["choices"] = "some_right"
    if len(form.explanation) > EXPLANATION_LONGEST:
        errors["explanation"] = "long_explanation"
    return errors
