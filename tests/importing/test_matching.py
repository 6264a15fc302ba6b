"""Whether a name may be that of a known cluster."""

import pandas as pd
import pytest

from lib.importing.matching import alike

KNOWN = pd.Series({"PT-001": "Bãi Ba 2", "PT-002": "Quảng Yên", "VP-001": "Đồng Sóc"})


@pytest.mark.parametrize(
    ("name", "cluster", "fits"),
    [
        ("CCN Bãi Ba 2", "PT-001", True),
        ("Bai Ba 2", "PT-001", True),
        ("Bãi Ba – 2", "PT-001", True),
        ("Qủang Yên", "PT-002", True),
        ("Đồng Sóc", "PT-002", False),
        ("Thanh Sơn", "PT-002", False),
        # The same name in TCVN3, VNI, UTF-8 read as cp1252, and with a letter lost.
        ("Qu¶ng Yªn", "PT-002", False),
        ("B·i Ba 2", "PT-001", False),
        ("Baõi Ba 2", "PT-001", False),
        ("Quaûng Yeân", "PT-002", False),
        ("Quáº£ng YÃªn", "PT-002", False),
        ("Qu\ufffdng Yên", "PT-002", False),
    ],
)
def test_a_name_like_its_own_is_taken_and_a_garbled_one_is_asked(name, cluster, fits):
    assert alike(name, cluster, KNOWN) is fits
