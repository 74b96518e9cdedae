"""A history to look back on: deliveries, a film, a correction, another customer's lot, a withdrawal, a second correction."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from journeys.desk import Answer, Desk, Row, bio, delivery, made, run, taken

#: The lots of `told`; PAPER has nothing to do with the others.
LOTS = ("RESIN", "FILLER", "FILM", "BAG", "PAPER", "POUCH")


@dataclass
class History:
    """A desk whose imports are numbered, and what was answered after each."""

    desk: Desk
    answers: dict[int, dict[str, Answer]] = field(default_factory=dict)

    def bring_in(self, **sheets: list[Row]) -> None:
        """One import; it may replace what is known."""
        for sheet, rows in sheets.items():
            self.desk.fill(sheet.replace("_", " "), *rows)
        if self.answers:
            answer = self.desk.run("import", "--replace", str(self.desk.save()))
            assert answer.code == 0, answer.err
        else:
            self.desk.bring_in()
        self.note()

    def withdraw(self, what: str) -> None:
        """One withdrawal."""
        assert self.desk.run("withdraw", what, "--why", "sent by mistake").code == 0
        self.note()

    def note(self) -> None:
        """Keep what every question answers now."""
        self.answers[len(self.answers) + 1] = {" ".join(q): self.desk.run(*q) for q in QUESTIONS}


QUESTIONS = [
    *(("content", lot, "--json") for lot in LOTS),
    *(("content", lot) for lot in LOTS),
    *(("trace", lot, "--json") for lot in LOTS),
    ("trace", "RESIN", "--down", "--json"),
    *(("report", lot, "--json") for lot in LOTS),
    ("report", "BAG", "--lang", "zh"),
    ("diagram", "BAG"),
    ("check", "BAG", "--json"),
    ("check", "--json"),
]


def resin(percent: float | None, quantity: float = 100) -> Row:
    """The delivery that is corrected: one key, whatever it says."""
    stated = {} if percent is None else bio(percent)
    return noted(delivery("RESIN", "PLA", quantity, more={"Organic Carbon %": 50, **stated}))


def told(desk: Desk) -> History:
    """The history, told import by import; 1 to 7."""
    history = History(desk)
    history.bring_in(Deliveries=[resin(100), noted(delivery("FILLER", "PBAT", 100, more={"Organic Carbon %": 50, **bio(0)}))])
    film = run("R1", taken("RESIN", 60), taken("FILLER", 40), made("FILM", 100))
    bag = run("R2", taken("FILM", 50, Supplier=None), made("BAG", 50))
    history.bring_in(Production=[*film, *bag])
    paper = noted(delivery("PAPER", "Kraft", 10, more={"Organic Carbon %": 40, **bio(100)}))
    history.bring_in(Deliveries=[paper], Production=run("R3", taken("PAPER", 10), made("POUCH", 10)))
    history.bring_in(Deliveries=[resin(90)])
    history.bring_in(Production=run("R1", taken("RESIN", 50), taken("FILLER", 50), made("FILM", 100)))
    history.withdraw("4")
    history.withdraw("3")
    return history


def noted(row: Row) -> Row:
    """A delivery with its note: its key, whatever is corrected in it."""
    return row | {"Delivery Note": "N-1"}


def figure(answer: Any, name: str = "bio_carbon_toc") -> tuple[float, float]:
    """Low and high of a figure of a `content --json`."""
    found = answer["content"][name]
    return found["low"], found["high"]
