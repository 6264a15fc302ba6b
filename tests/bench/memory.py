"""What a tab and the server hold after hundreds of filter changes."""

from tests.bench.browser import browser_memory_mb, children, chromium, new_tab
from tests.bench.cdn import Network
from tests.bench.contenders import CONTENDERS, Contender
from tests.bench.data import Ground
from tests.bench.maps import pills, serving, shown
from tests.bench.raw import Raw, Record, attempt, repeats

WARM_UP = 10


def measure(
    raw: Raw, ground: Ground, network: Network, who: Contender, *, times: int, budget_s: float
) -> None:
    """Press pills `times` times, or until the time is used up."""
    with serving(who, ground) as server:
        before = children()
        with chromium(network.port, who.kind) as browser:
            _, tab = new_tab(browser, who.kind)
            tab.first_map(server.url, shown(who, ground, set()))
            tab.settle()
            down: set[str] = set()
            names = pills(who, ground)
            started = (0.0, 0.0)
            done = 0
            for number in repeats(times + WARM_UP, least=WARM_UP + 5, budget_s=budget_s):
                if number == WARM_UP:
                    started = browser_memory_mb(before), server.memory_mb()
                name = names[number % len(names)]
                down ^= {name}
                tab.press(name, shown(who, ground, down))
                tab.settle()
                done = number + 1 - WARM_UP
            ended = browser_memory_mb(before), server.memory_mb()
    notes = {"interactions": done}
    for task, start, end in zip(("tab", "server"), started, ended, strict=True):
        grown = (end - start) / done * 100
        case = ground.case
        raw.add(Record("memory", f"{task}-memory", case, who.name, "MB", [end], notes=notes))
        raw.add(Record("memory", f"{task}-growth", case, who.name, "MB", [grown], notes=notes))


def run(raw: Raw, ground: Ground, network: Network, *, times: int, budget_s: float) -> None:
    """Measure ours and the two ways of st_folium."""
    for who in CONTENDERS[:3]:
        with attempt(raw, "memory", "tab-memory", ground.case, who.name):
            measure(raw, ground, network, who, times=times, budget_s=budget_s)
