"""Training voices: the library's own variants, and as many invented ones as wanted.

A dozen variants are soon known by heart, and a new voice is then a stranger.  An invented variant has its own
pitch, vocal tract (formant places and widths), timbre (how quickly a voice loses strength towards high
frequencies), stress, breath and roughness; some of them lie beyond every variant that the tests keep back.
"""

import ctypes
import shutil
from pathlib import Path

import espeak
import numpy as np

INVENTED = 160
SHARE_KNOWN = 0.5
"""Of the samples that speak with one of :data:`espeak.KNOWN_VOICES`."""


def prepare(folder: Path, count: int = INVENTED, seed: int = 7) -> tuple[str, ...]:
    """Write a data folder for espeak-ng with invented variants and return their names; the same seed, the same voices.

    Pass ``folder`` to :func:`espeak.start` afterwards.
    """
    source, target = library_data(), folder / "espeak-ng-data"
    names = tuple(f"own{index}" for index in range(count))
    if (target / "voices" / "!v" / names[-1]).exists():
        return names
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
    for family in (target / "lang").iterdir():  # the library lists 350 voices at most, languages among them
        if family.name not in {"sit", "gmw"}:
            shutil.rmtree(family) if family.is_dir() else family.unlink()
    for variant in (target / "voices" / "!v").iterdir():
        if variant.name not in espeak.KNOWN_VOICES:
            variant.unlink()
    rng = np.random.default_rng(seed)
    for name in names:
        (target / "voices" / "!v" / name).write_text(_variant(name, rng), encoding="ascii")
    return names


def chooser(invented: tuple[str, ...]):
    """A function from a random generator to a voice's name, for :class:`synthesise.Synthesiser`."""

    def choose(rng: np.random.Generator) -> str:
        known = not invented or rng.random() < SHARE_KNOWN
        return str(rng.choice(espeak.KNOWN_VOICES if known else invented))

    return choose


def library_data() -> Path:
    """Where the installed espeak-ng keeps its data."""
    library = ctypes.CDLL("libespeak-ng.so.1")
    library.espeak_Info.restype = ctypes.c_char_p
    found = ctypes.c_char_p()
    library.espeak_Initialize(2, 0, None, 0x8000)
    library.espeak_Info(ctypes.byref(found))
    library.espeak_Terminate()
    if not found.value:
        raise espeak.EspeakUnavailableError("espeak-ng does not tell where its data lie")
    return Path(found.value.decode())


def _variant(name: str, rng: np.random.Generator) -> str:
    female = rng.random() < 0.5
    low = rng.uniform(120, 230) if female else rng.uniform(60, 130)
    tract = rng.uniform(98, 124) if female else rng.uniform(84, 106)
    lines = [f"language variant\nname {name}\ngender {'female' if female else 'male'}"]
    lines.append(f"pitch {low:.0f} {low * rng.uniform(1.2, 1.7):.0f}")
    lines.append(f"flutter {rng.integers(0, 8)}\nroughness {rng.integers(0, 4)}\nvoicing {rng.integers(60, 150)}")
    lines += [_formant(formant, tract, rng) for formant in range(9)]
    lines.append(f"consonants {rng.integers(60, 150)} {rng.integers(60, 150)}")
    if rng.random() < 0.5:
        lines.append(_timbre(rng))
    if rng.random() < 0.3:
        lines.append("stressAmp " + " ".join(str(rng.integers(14, 30)) for _ in range(8)))
    if rng.random() < 0.25:
        lines.append("breath " + " ".join(str(rng.integers(0, 8)) for _ in range(8)))
    if rng.random() < 0.2:
        lines.append(f"echo {rng.integers(20, 120)} {rng.integers(5, 30)}")
    return "\n".join(lines) + "\n"


def _formant(number: int, tract: float, rng: np.random.Generator) -> str:
    """Place, height and width in per cent of the standard voice's, and now and then a shift in Hz."""
    place = tract * rng.uniform(0.9, 1.1) if number else 100 * rng.uniform(0.85, 1.15)
    if number >= 4 and rng.random() < 0.15:
        place = rng.uniform(9, 80)  # the library's own variants use it to take a formant away
    height, width = rng.uniform(40, 150), rng.uniform(60, 170)
    shift = 0.0
    if number in (1, 2, 3) and rng.random() < 0.2:
        shift = rng.uniform(-60, 60) if number == 1 else rng.uniform(-260, 150)
    return f"formant {number} {place:.0f} {height:.0f} {width:.0f} {shift:.0f}"


def _timbre(rng: np.random.Generator) -> str:
    """Strength (0–255) at five frequencies, mostly falling."""
    strength, points = rng.uniform(120, 255), []
    for middle in (100, 600, 1200, 2000, 3000):
        points.append(f"{middle * rng.uniform(0.8, 1.2):.0f} {strength:.0f}")
        strength = min(255.0, max(10.0, strength * 10 ** rng.uniform(-0.7, 0.2)))
    return "tone " + " ".join(points)
