"""`--as-of N`: the answer as it was known after import N is the answer that was given then."""

from __future__ import annotations

import pytest

from journeys.desk import Desk, ends
from journeys.histories import QUESTIONS, History, told


@pytest.fixture
def history(desk: Desk) -> History:
    return told(desk)


def test_what_was_answered_then_is_answered_again(history: History) -> None:
    assert len(history.answers) == 7
    for number, answers in history.answers.items():
        for question in QUESTIONS:
            then = answers[" ".join(question)]
            again = history.desk.run(*question, "--as-of", str(number))
            assert (again.code, again.out) == (then.code, then.out), (number, question)


def test_the_history_moves_the_figure_and_takes_it_back(history: History) -> None:
    seen = [ends(history.desk.content("BAG", "--as-of", str(n)), "bio_carbon_toc") for n in range(2, 8)]
    assert seen == [pytest.approx((f, f)) for f in (0.6, 0.6, 0.54, 0.45, 0.5, 0.5)]


def test_a_report_says_after_which_import_it_was_known(history: History) -> None:
    report = history.desk.run("report", "BAG", "--as-of", "4").out
    assert "As known after import 4" in report
    assert "As known after import 7" in history.desk.run("content", "BAG").out


@pytest.mark.parametrize("number", ["0", "8", "-1"])
def test_an_import_that_is_not_there_names_the_range(history: History, number: str) -> None:
    answer = history.desk.run("content", "BAG", "--as-of", number)
    assert (answer.code, answer.out) == (2, "")
    assert f"there is no import {number}: the log runs from 1 to 7" in answer.err


def test_a_lot_that_was_not_known_yet_is_not_found(history: History) -> None:
    answer = history.desk.run("content", "BAG", "--as-of", "1")
    assert answer.code == 2
    assert "there is no lot BAG" in answer.err


def test_the_past_is_not_changed(history: History) -> None:
    answer = history.desk.run("balance", "--close", "2026", "--as-of", "3")
    assert answer.code == 2
    assert "what was known in the past is not changed" in answer.err
