"""What axe-core finds on a page: rules of WCAG 2.1, A and AA."""

from importlib.resources import files

from playwright.sync_api import Page

_RULES = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'], resultTypes: ['violations']}"


def axe_faults(page: Page) -> list[str]:
    """Each fault with the first places where it is."""
    page.evaluate(files("axe_core_python").joinpath("axe.min.js").read_text("utf-8") + "; 0")
    found = page.evaluate(f"axe.run(document, {_RULES})")
    return [
        f"{fault['id']}: {', '.join(' '.join(map(str, node['target'])) for node in fault['nodes'][:4])}"
        for fault in found["violations"]
    ]
