"""Numbers as their cells show them, by the format codes that columns of lot numbers have."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tracepack.intake.numberformat import shown

SHOWN = [
    ("712", "000000", "000712"),
    ("712", "000;-000", "712"),
    ("-712", "0000;-0000", "-0712"),
    ("712", "[Red]0000", "0712"),
    ("712", "[$-409]0000", "0712"),
    ("712", "0000_)", "0712"),
    ("712", '"L-"0000', "L-0712"),
    ("712", '"a;b"0000', "a;b0712"),
    ("712", '0000"/26"', "0712/26"),
    ("712", "\\L0000", "L0712"),
    ("712", "批0000", "批0712"),
    ("712", 'General"-A"', "712-A"),
    ("123456", "000-000", "123-456"),
    ("1234567", "000-000", "1234-567"),
    ("712", "000-000", "000-712"),
    ("12345", "0.00", "12345.00"),
    ("12.5", "0.0#", "12.5"),
    ("12345", "#,##0", "12,345"),
    ("12", "0,000", "0,012"),
    ("1234567", "#,##0.00", "1,234,567.00"),
    ("-5", "#,##0_);(#,##0)", "(5)"),
    ("712", '_-* #,##0_-;-* #,##0_-;_-* "-"??_-;_-@_-', "712"),
    ("7", "??0", "7"),
    ("712.5", "0", "713"),
]
NOT_FOR_SURE = ["0E+00", "# ?/?", "0,", "[>=100]000;0", ";;;", '"lot"', "L0000", "yyyy", "0.0.0", "@"]


@pytest.mark.parametrize(("number", "code", "text"), SHOWN)
def test_a_number_is_shown_as_its_format_says(number: str, code: str, text: str) -> None:
    assert shown(Decimal(number), code) == text


@pytest.mark.parametrize("code", NOT_FOR_SURE)
def test_a_format_that_does_not_show_the_number_for_sure_is_not_guessed(code: str) -> None:
    assert shown(Decimal(712), code) is None
