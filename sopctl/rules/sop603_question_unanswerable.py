"""A training question that nobody can answer, or that leads nowhere.

A question without a right choice fails everybody who takes the training, or teaches them a wrong
answer; of two choices that say the same, only one counts as right; one that points at a step which
is gone asks about work that nobody does. `answer` is the
number of the right choice, and the first choice is 1. Give at least two choices, and in `step`
the id of a step of this SOP.

```yaml title="Bad"
training:
  required_for: [lead]
  questions:
    - ask: The driver appeals on day 91. What now?
      choices: [Reject as late, Read the file]
      answer: 3                                          # SOP603
    - ask: Who reads the file?
      choices: [The lead]                                # SOP603
      answer: 1
    - ask: Where do you look first?
      choices: [In the case, In the chat]
      answer: 1
      step: open-the-drawer                              # SOP603
    - ask: When do you look?
      choices: [At once, Later, At once]                 # SOP603
      answer: 1
```

```yaml title="Good"
training:
  required_for: [lead]
  questions:
    - ask: The driver appeals on day 91. What now?
      choices: [Reject as late, Read the file]
      answer: 2
      step: look
```
"""

from collections.abc import Iterator

from sopctl.diagnostic import Finding, did_you_mean
from sopctl.model import Sop
from sopctl.model.sop import Question


def check(sop: Sop) -> Iterator[Finding]:
    for question in (sop.training.questions or ()) if sop.training else ():
        yield from _wrong(question, sop) if question else ()


def _wrong(question: Question, sop: Sop) -> Iterator[Finding]:
    count, answer, step = len(question.choices or ()), question.answer, question.step
    if "choices" in question.unknown:
        pass
    elif count < 2:
        message = f"this question has {count or 'no'} choice{'' if count == 1 else 's'}"
        yield Finding((*question.at, "choices"), message, "give at least two")
    elif twice := next((i for i, each in enumerate(question.choices) if each in question.choices[:i]), 0):
        message = f"two choices say `{question.choices[twice]}`"
        yield Finding((*question.at, "choices", twice), message, "let each choice say something else")
    elif "answer" not in question.unknown and not 1 <= answer <= count:
        message = f"`answer: {answer}` is none of the {count} choices"
        help = f"write the number of the right choice, 1 to {count}"
        yield Finding((*question.at, "answer"), message, help)
    if step and sop.steps_whole and step not in sop.steps_by_id:
        near = did_you_mean(step, sop.steps_by_id)
        message = f"this question is about step `{step}`, which the SOP does not have{near}"
        yield Finding((*question.at, "step"), message)
