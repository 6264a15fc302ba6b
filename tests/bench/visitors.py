"""Visitors who change a filter as fast as they are answered, through Streamlit's agent API.

The door is open in the benchmark only, on loopback. One request is one filter
change: the answer comes when the script has run and what it shows is written
down, as it would be for a browser; no browser stands in the way.
"""

import itertools
import threading
from dataclasses import dataclass, field
from time import perf_counter

import requests

from tests.bench.contenders import CONTENDERS, PLAIN, Contender
from tests.bench.data import Ground
from tests.bench.maps import serving
from tests.bench.raw import OURS, Raw, Record, attempt

AGENT = "/_stcore/agent/interact"
OPTIONS = (
    "--server.enableAgentApi=true",
    "--server.agentMaxSessions=200",
    "--server.agentWaitTimeout=300",
)
COUNTS = {OURS: (1, 10, 25, 50), PLAIN: (1, 10, 25)}
"""With 50 visitors the plain page would take minutes to say what 25 have said."""
LEAST = 2
ANSWER_S = 300


@dataclass
class Crowd:
    """Visitors of one server.

    Parameters
    ----------
    url : str
        The agent API.
    choices : list of list of str
        What the pills are set to, in turn.
    """

    url: str
    choices: list[list[str]]
    milliseconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def ask(self, talk: requests.Session, **body: object) -> requests.Response | None:
        """Send one request; note what went wrong."""
        try:
            answer = talk.post(self.url, json=body, timeout=ANSWER_S)
        except requests.RequestException as error:
            self.errors.append(type(error).__name__)
            return None
        if answer.status_code != requests.codes.ok or '"status":"error"' in answer.text[:400]:
            self.errors.append(f"{answer.status_code} {answer.text[:120]}")
            return None
        return answer

    def visit(self, number: int, ready: threading.Barrier, seconds: float) -> None:
        """Come, wait for the others, then change the filter until the time is over."""
        with requests.Session() as talk:
            first = self.ask(talk)
            ready.wait(ANSWER_S)
            if first is None:
                return
            session = first.json()["session_id"]
            turns = itertools.cycle(self.choices)
            end = perf_counter() + seconds
            for done, choice in enumerate(itertools.islice(turns, number, None)):
                if done >= LEAST and perf_counter() > end:
                    return
                start = perf_counter()
                state = {"province": choice}
                if self.ask(talk, session_id=session, widget_state=state) is not None:
                    self.milliseconds.append((perf_counter() - start) * 1000)


def crowd(raw: Raw, ground: Ground, who: Contender, count: int, seconds: float, part: str) -> None:
    """Let `count` visitors work on a server of their own."""
    case = f"{count} visitors" if count > 1 else "1 visitor"
    if part == "soak":
        case += f", {seconds / 60:.0f} minutes"
    with attempt(raw, part, "visitors", case, who.name), serving(who, ground, *OPTIONS) as server:
        names = list(ground.groups)
        visitors = Crowd(server.url + AGENT, [[name] for name in names] + [names[:2], []])
        visitors.ask(requests.Session())  # what is read once a server is read
        before = server.memory_mb()
        ready = threading.Barrier(count)
        threads = [
            threading.Thread(target=visitors.visit, args=(number, ready, seconds), daemon=True)
            for number in range(count)
        ]
        start = perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took = perf_counter() - start
        grown = (server.memory_mb() - before) / count
        notes = {
            "errors": len(visitors.errors),
            "first error": visitors.errors[0] if visitors.errors else "",
            "seconds": round(took, 1),
            "memory of the server before, MB": round(before),
        }
        raw.add(Record(part, "visitors", case, who.name, "ms", visitors.milliseconds, notes=notes))
        raw.add(Record(part, "visitor-memory", case, who.name, "MB", [max(grown, 0.0)]))


def run(raw: Raw, ground: Ground, *, seconds: float) -> None:
    """Let growing crowds use ours and the plain page, in turn."""
    by_name = {who.name: who for who in CONTENDERS}
    for place in range(max(map(len, COUNTS.values()))):
        for name, counts in COUNTS.items():
            if place < len(counts):
                crowd(raw, ground, by_name[name], counts[place], seconds, "visitors")


def soak(raw: Raw, ground: Ground, *, seconds: float = 600, count: int = 25) -> None:
    """Let a crowd use ours for minutes."""
    crowd(raw, ground, CONTENDERS[0], count, seconds, "soak")
