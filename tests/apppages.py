"""A page of the application as Streamlit's own test runner draws it, and what it put out."""

from streamlit.testing.v1 import AppTest

from lib.settings import ROOT


def opened(page: str, **query: str) -> AppTest:
    """Return a page at an address, drawn without a fault.

    The page the application begins with comes first: what a session holds is made there.
    """
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=240)
    app.query_params.update(query)
    app.run()
    app.switch_page(str(ROOT / "pages" / f"{page}.py"))
    app.query_params.update(query)
    app.run()
    assert [*app.exception, *app.error] == []
    return app


def html(app: AppTest) -> str:
    """Return all HTML the page put out."""
    return "\n".join(element.proto.body for element in app.get("html"))
