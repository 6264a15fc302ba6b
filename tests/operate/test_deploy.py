"""What docs/operate.md names is there, and what is there is what it says."""

import base64
import hashlib
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import streamlit as st
from machine.guide import NAME, blocks, typed
from streamlit import config
from typer.main import get_command

from lib.cli import main
from lib.layers.ground.online import Online
from lib.operate import status
from lib.settings import ROOT, Settings
from lib.ui.server.limits import Limits

DEPLOY = ROOT / "deploy"
GUIDE = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
BLOCKS = "\n".join(re.findall(r"^```\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL))
COMMANDS = "\n".join([BLOCKS, *re.findall(r"`([^`\n]+)`", GUIDE)])
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
UNITS = ("phutho@.service", "phutho-backup.service", "phutho-backup.timer")
NGINX = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")


def variables(text: str) -> set[str]:
    return set(re.findall(r"\b(?:PHUTHO|STREAMLIT)_[A-Z_]+\b", text))


def test_every_file_of_this_folder_it_names_is_there():
    named = set(re.findall(r"(?<![\w/.])(?:deploy|docs|lib|tests)/[\w@./-]*\w", GUIDE))
    assert {"deploy/install.sh", "deploy/nginx.conf"} <= named
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_every_make_target_it_names_is_there():
    named = set(re.findall(r"^make ([a-z-]+)", COMMANDS, re.MULTILINE))
    named |= set(re.findall(r"&& make ([a-z-]+)", COMMANDS))
    assert {"wheelhouse", "install-offline", "prepare", "run"} <= named
    assert [name for name in named if not re.search(rf"^{name}:", MAKEFILE, re.MULTILINE)] == []
    given = set(re.findall(r"make [a-z-]+ ([A-Z]+)=", COMMANDS))
    assert given == {"WHEELHOUSE", "REQUIREMENTS", "PYTHON", "PLATFORM"}
    assert all(f"$({name})" in MAKEFILE for name in given)


def test_every_command_it_names_is_one_of_ours():
    known = get_command(main.app).commands
    lines = re.findall(r"(?:^|&& )phutho ([a-z][^#&\n]*)", COMMANDS, re.MULTILINE)
    assert len(lines) > 8
    for line in lines:
        words = line.split()
        command = known[words[0]]
        if words[0] == "snapshots":
            command = command.commands[words[1]]
        options = {option for given in command.params for option in given.opts}
        assert {word for word in words if word.startswith("--")} <= options, line


def test_every_variable_is_a_setting_of_ours_or_of_streamlit():
    fields = (*Settings.model_fields, *Limits.model_fields, *Online.model_fields)
    ours = {f"PHUTHO_{name.upper()}" for name in fields}
    theirs = {option.env_var for option in config._config_options_template.values()}
    texts = [GUIDE, *(path.read_text(encoding="utf-8") for path in DEPLOY.iterdir())]
    for text in texts:
        assert variables(text) <= ours | theirs, variables(text) - ours - theirs
    given = re.findall(r"^([A-Z_]+)=", (DEPLOY / "phutho.env").read_text(), re.MULTILINE)
    assert variables(GUIDE) <= set(given)


def test_every_unit_it_names_is_put_in_place():
    named = set(re.findall(r"phutho(?:@\d*|-backup)\.?(?:service|timer)?", BLOCKS))
    assert {re.sub(r"\d+", "", name).removesuffix(".") for name in named} <= {
        "phutho@",
        *UNITS,
    }, named
    install = (DEPLOY / "install.sh").read_text(encoding="utf-8")
    assert all(f"$here/{name}" in install for name in UNITS)
    assert sorted(path.name for path in DEPLOY.iterdir()) == sorted(
        [*UNITS, "access.toml", "install.sh", "nginx.conf", "phutho", "phutho.env"]
    )


def test_every_folder_a_unit_writes_to_is_made_by_the_install_script():
    install = (DEPLOY / "install.sh").read_text(encoding="utf-8")
    env = dict(re.findall(r"^([A-Z_]+)=(.+)$", (DEPLOY / "phutho.env").read_text(), re.MULTILINE))
    for name in ("PHUTHO_STATIC", "PHUTHO_BACKUPS"):
        assert f" {env[name]}" in install
    assert Path(env["PHUTHO_STORE"]).parent == Path(env["PHUTHO_STATIC"]).parent
    backup = (DEPLOY / "phutho-backup.service").read_text(encoding="utf-8")
    assert f"ReadWritePaths={env['PHUTHO_BACKUPS']}" in backup
    assert f"ln -sfn {env['PHUTHO_STATIC']} /opt/phutho/static" in install


@pytest.mark.parametrize(("section", "count"), [(1, 1), (2, 1), (3, 1), (4, 3), (5, 1), (8, 2)])
def test_what_a_fresh_machine_is_told_can_be_read_by_its_shell(section, count):
    """`make fresh-machine` types these blocks; it needs root, so it is no test itself."""
    found = blocks(section)
    assert len(found) == count
    for block in found:
        script = typed(block)
        assert "TÊN" not in script
        assert (NAME in script) is ("TÊN" in block)
        subprocess.run(["bash", "-n", "-c", script], check=True)


def test_what_the_journal_is_searched_for_is_what_the_program_writes():
    searched = re.findall(r"-g '([^']+)'", GUIDE)
    written = (ROOT / "lib/ui/server/unforeseen.py").read_text() + (
        ROOT / "lib/access/signins.py"
    ).read_text()
    assert len(re.findall(r'_LOGGER[.](?:error|warning)[(]"', written)) == 2
    assert len(searched) == 2
    for words in searched:
        assert re.search(rf'_LOGGER[.]\w+[(]"{words}', written), words


def test_an_upgrade_never_unpacks_over_the_running_version():
    upgrade, back = blocks(8)
    lines = upgrade.splitlines()
    stop = next(at for at, line in enumerate(lines) if line.startswith("systemctl stop"))
    assert all("/opt/phutho " not in line for line in lines[:stop])
    ports = [f"phutho@{port}" for port in re.findall(r"server 127\.0\.0\.1:(\d+)", NGINX)]
    for block in (upgrade, back):
        assert block.splitlines()[-1] == f"systemctl start {' '.join(ports)}"


@pytest.mark.parametrize("name", ["install.sh", "phutho"])
def test_the_scripts_can_be_read_by_a_plain_shell(name):
    subprocess.run(["sh", "-n", DEPLOY / name], check=True)
    assert (DEPLOY / name).stat().st_mode & 0o111


@pytest.mark.parametrize("name", UNITS)
def test_systemd_finds_no_fault_with_a_unit(tmp_path, name):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not installed: its units are only read")
    python = tmp_path / "python"
    python.symlink_to("/bin/true")  # /opt/phutho is not on this machine
    (tmp_path / "docs").symlink_to(ROOT / "docs")  # this folder's name may have a space
    for unit in UNITS:
        text = (DEPLOY / unit).read_text(encoding="utf-8")
        text = text.replace("/opt/phutho/.venv/bin/python", str(python))
        # Documentation is what systemd-analyze looks for on the disk too.
        text = text.replace("/opt/phutho/docs", str(tmp_path / "docs"))
        (tmp_path / unit.replace("@", "@8501")).write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", tmp_path / name.replace("@", "@8501")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_script_in_streamlits_page_is_the_one_nginx_lets_through():
    page = Path(st.__file__).parent / "static" / "index.html"
    (script,) = re.findall(r"<script>(.*?)</script>", page.read_text(encoding="utf-8"), re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in NGINX


def test_sizes_agree_from_the_browser_to_the_disk():
    settings = tomllib.loads((ROOT / ".streamlit/config.toml").read_text(encoding="utf-8"))
    upload = settings["server"]["maxUploadSize"]
    assert upload * 2**20 == status.UPLOAD_BYTES
    assert int(re.search(r"client_max_body_size (\d+)m;", NGINX)[1]) > upload
    assert f"quá {status.BACKUP_HOURS} giờ" in GUIDE


def test_the_ports_of_the_guide_are_those_of_nginx():
    started = set(re.findall(r"enable --now phutho@(\d+) phutho@(\d+)", GUIDE)[0])
    assert set(re.findall(r"server 127\.0\.0\.1:(\d+)", NGINX)) == started


def test_the_secret_of_the_example_is_never_a_secret():
    for name in ("phutho.env", "access.toml"):
        text = (DEPLOY / name).read_text(encoding="utf-8")
        assert re.findall(r"(?:secret|SECRET)\s*=\s*\"?([^\"\n]+)", text) == ["@SECRET@"]
        assert "s/@SECRET@/" in (DEPLOY / "install.sh").read_text(encoding="utf-8")
