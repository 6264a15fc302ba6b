"""The tables of TCVN3 and VNI hold every letter, as the standard has it."""

import subprocess

import pytest
from oldfonts import LOWER, TO_TCVN3, TO_VNI

from lib.importing.fonts.codes import TCVN3, VNI
from lib.language.text import nfc


def test_vni_holds_all_134_letters() -> None:
    assert set(VNI.values()) == {*LOWER, *LOWER.upper()}
    assert len(TO_VNI) == 134


def test_tcvn3_holds_the_67_small_letters_and_seven_capitals() -> None:
    assert set(TCVN3.values()) == {*LOWER, *"ĂÂÊÔƠƯĐ"}
    assert len(TO_TCVN3) == 74


def test_tcvn3_is_the_table_of_the_standard() -> None:
    coded = "\n".join(code for code in TO_TCVN3.values()).encode("cp1252")
    try:
        known = subprocess.run(
            ["iconv", "-f", "TCVN", "-t", "UTF-8"], input=coded, capture_output=True, check=True
        )
    except (FileNotFoundError, subprocess.CalledProcessError):
        pytest.skip("no iconv that knows TCVN")
    assert nfc(known.stdout.decode()).split() == list(TO_TCVN3)
