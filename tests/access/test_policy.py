"""The access file: what it may say, and how a mistake is told with its line."""

import os
import re
from pathlib import Path

import pytest

from lib.access.policy import load, open_to_others
from lib.language.errors import WrongUseError
from lib.language.text import LANGS

DOCS = Path(__file__).parents[2] / "docs" / "access.md"
GOOD = """\
# Ai được làm gì
others = "viewer"
restricted = ["power_lines"]
max_hours = 8

[oidc]
server_metadata_url = "https://sso.example.vn/.well-known/openid-configuration"
client_id = "map"
client_secret = "x"
redirect_uri = "https://map.example.vn/oauth2callback"
cookie_secret = "0123456789012345678901234567890123456789"

[people]
"Lan@Example.vn" = "editor"

[groups]
"it" = "administrator"
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "phan-quyen.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_file(tmp_path):
    policy = load(write(tmp_path, GOOD))
    assert policy.oidc.client_id == "map"
    assert policy.people == {"Lan@Example.vn": "editor"}, "letter for letter"
    assert policy.groups == {"it": "administrator"}
    assert (policy.others, policy.restricted, policy.max_hours) == ("viewer", ("power_lines",), 8)


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps the rights of a file elsewhere")
@pytest.mark.parametrize(
    ("mode", "told"),
    [(0o600, False), (0o640, False), (0o660, False), (0o644, True), (0o602, True), (0o777, True)],
)
def test_a_file_other_accounts_can_read_is_told(tmp_path, mode, told):
    path = write(tmp_path, GOOD)
    path.chmod(mode)
    assert open_to_others(path) is told
    assert not open_to_others(tmp_path / "nowhere.toml")


@pytest.mark.parametrize(
    ("good", "bad", "line", "words"),
    [
        ('others = "viewer"', 'others = "boss"', 2, "viewer, editor, administrator"),
        ('"it" = "administrator"', '"it" = "admin"', 17, "groups.it"),
        ('"Lan@Example.vn" = "editor"', '"Lan@Example.vn" = 1', 14, "people.Lan@Example.vn"),
        ("max_hours = 8", "max_hours = 0", 4, "max_hours"),
        ("max_hours = 8", "max_hour = 8", 4, "không có mục nào tên «max_hour»"),
        ('restricted = ["power_lines"]', 'restricted = ["roads"]', 3, "grid_2016, power_lines"),
        ('client_secret = "x"\n', "", 6, "thiếu mục «oidc.client_secret»"),
        ('client_secret = "x"', 'client_secret = ""', 9, "quá ngắn"),
        ("0123456789012345678901234567890123456789", "short", 11, "32"),
        ("https://map.example.vn/oauth2callback", "https://map.example.vn/", 10, "oauth2callback"),
        ("https://map.example.vn/oauth2", "http://map.example.vn/oauth2", 10, "https"),
        ('"https://sso.example.vn', '"ftp://sso.example.vn', 7, "openid-configuration"),
        ("[people]", "[people", 13, "TOML"),
        ('client_id = "map"', 'client_id = "map', 8, "TOML"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path, good, bad, line, words):
    assert good in GOOD
    with pytest.raises(WrongUseError) as refused:
        load(write(tmp_path, GOOD.replace(good, bad)))
    told = refused.value.message("vi")
    assert f"dòng {line}:" in told
    assert words in told
    assert "phan-quyen.toml" in told
    assert f"line {line}:" in refused.value.message("en")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "[oidc] và [proxy]"),
        ('[people]\n"x" = "viewer"\n', "[oidc] và [proxy]"),
        (GOOD + f'[proxy]\nsecret = "{"p" * 40}"\n', "[oidc] và [proxy]"),
        (f'[proxy]\nsecret = "{"p" * 40}"\n', "chưa cấp vai trò cho ai"),
    ],
)
def test_a_file_that_is_no_policy_as_a_whole(tmp_path, text, words):
    with pytest.raises(WrongUseError) as refused:
        load(write(tmp_path, text))
    assert words in refused.value.message("vi")


def test_a_header_has_the_name_of_a_header(tmp_path):
    text = f'[proxy]\nsecret = "{"p" * 40}"\nperson_header = "X User"\n[people]\na = "viewer"\n'
    with pytest.raises(WrongUseError) as refused:
        load(write(tmp_path, text))
    assert "dòng 3" in refused.value.message("vi")


def test_a_file_that_cannot_be_read(tmp_path):
    (tmp_path / "khac.toml").write_bytes(b"\xff\xfe")
    for name in ("khong-co.toml", "khac.toml"):
        with pytest.raises(WrongUseError) as refused:
            load(tmp_path / name)
        assert all(name in refused.value.message(lang) for lang in LANGS)
        assert refused.value.exit_code == 2


@pytest.mark.parametrize(
    "example", re.findall(r"```toml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
)
def test_the_examples_of_the_guide_are_good_files(tmp_path, example):
    load(write(tmp_path, example))
