"""What was typed in a form that was refused, so that its page shows it again. No template asks for a password."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

from starlette.datastructures import FormData


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields of the form that was sent to ``path``; empty on a page that refused nothing."""

    path: str = ""
    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.fields)

    def of(self, action: str) -> "Typed":
        """What was typed in the form with this address: a page has several."""
        return self if unquote(action) == self.path else NOTHING

    def text(self, name: str, stored: object = "") -> str:
        """What stands in a field: as typed, else as stored."""
        said = self.fields.get(name, ()) if self.fields else (str(stored),)
        return said[0] if said else ""

    def has(self, name: str, value: str, stored: bool = False) -> bool:
        """Whether a box or an option is on. Browsers send nothing of a box that is off."""
        return value in self.fields.get(name, ()) if self.fields else stored


NOTHING = Typed()


def typed_in(path: str, form: FormData) -> Typed:
    """``path`` as the server reads it, without escapes."""
    return Typed(path, {name: [one for one in form.getlist(name) if isinstance(one, str)] for name in form})
