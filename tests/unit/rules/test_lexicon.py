"""All texts of a call are read in one go: each finds what it finds alone, and no key reaches from one into the next."""

from hypothesis import given
from hypothesis import strategies as st

from qa_engine.rules.looking.lexicon import Layer, Lexicon, Scanned, scan_together, starts
from qa_engine.text import Confusions

KEYS = ("您好", "好", "好您", "不", "好好好")


def lexicon() -> Lexicon:
    made = Lexicon(Confusions())
    for key in KEYS:
        made.add(Layer.PLAIN, [key], made.new_owner())
    made.build()
    return made


LEXICON = lexicon()


@given(st.lists(st.text("您好不a", max_size=6), max_size=6))
def test_texts_read_together_find_what_each_holds(texts: list[str]) -> None:
    for text, (found, owners) in zip(texts, LEXICON.scan(Layer.PLAIN, texts), strict=True):
        places = {key: [at for at in range(len(text)) if text.startswith(key, at)] for key in KEYS if key in text}
        assert {key: list(starts(found, key)) for key in found} == places
        assert owners == sum(1 << owner for owner, key in enumerate(KEYS) if key in places)


def test_what_is_known_is_not_read_again() -> None:
    first, second = Scanned("您好", LEXICON), Scanned("不好", LEXICON)
    known = first.found(Layer.PLAIN)
    scan_together([first, second], Layer.PLAIN)
    assert first.found(Layer.PLAIN) is known
    assert set(second.found(Layer.PLAIN)) == {"不", "好"}


def test_a_layer_without_keys_finds_nothing() -> None:
    assert not Scanned("您好", LEXICON).found(Layer.TONED)
    assert Scanned("您好", LEXICON).owners(Layer.TONED) == 0
