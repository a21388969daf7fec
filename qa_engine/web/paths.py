"""``{name:text}`` in the path of a route: any text, with slashes and line breaks. ``{name:path}`` ends at a break."""

from starlette.convertors import StringConvertor, register_url_convertor


class TextConvertor(StringConvertor):
    regex = r"(?s:.+)"


register_url_convertor("text", TextConvertor())
