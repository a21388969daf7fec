"""Pictures in Word files: what is drawn there, told by their records."""

import io
import struct
import zipfile
from collections import Counter

import docx

from qa_engine.reports import document as d
from qa_engine.reports.document import Document, Heading
from qa_engine.reports.pictures import Control, HeatMap, Pareto, Spot, Trend
from qa_engine.reports.render.docx import render_docx
from qa_engine.reports.render.emf import metafile
from qa_engine.reports.render.svg import CHARTS

TREND = Trend(tuple(Spot(f"3月{n}日", 90.0 + n % 3, 88.0, 95.0) for n in range(5)), "%", ((2, "规则变更"),), "走势图")
DRAWN = {
    "many-trend": TREND,
    "pareto": Pareto((("开头语", 12.0), ("结束语", 3.0)), " 分"),
    "heat": HeatMap(("李华",), ("开头语", "态度"), (((3.0, "3.0"), None),)),
    "control": Control((("3-1", 90.0, 85.0, 95.0, False), ("3-2", 70.0, 85.0, 95.0, True)), 90.0, "%"),
}


def records(data: bytes) -> list[tuple[int, bytes]]:
    found, place = [], 0
    while place < len(data):
        kind, size = struct.unpack_from("<II", data, place)
        found.append((kind, data[place + 8 : place + size]))
        place += size
    return found


def said(data: bytes) -> list[str]:
    texts = []
    for kind, body in records(data):
        if kind == 84:
            count, at = struct.unpack_from("<II", body, 36)
            texts.append(body[at - 8 : at - 8 + 2 * count].decode("utf-16-le"))
    return texts


def test_a_metafile_tells_its_size_and_number_of_records_and_makes_no_more_than_it_deletes() -> None:
    for kind, data in DRAWN.items():
        drawn = metafile(CHARTS[kind](data, ""))
        found = records(drawn.data)
        bytes_told, records_told = struct.unpack_from("<II", found[0][1], 40)
        assert (bytes_told, records_told) == (len(drawn.data), len(found))
        count = Counter(number for number, _ in found)
        assert count[38] + count[39] + count[82] == count[40]
        assert found[-1][0] == 14
        assert metafile(CHARTS[kind](data, "")).data == drawn.data


def test_all_words_of_a_drawing_are_in_its_metafile() -> None:
    assert {"规则变更", "3月0日", "92"} <= set(said(metafile(CHARTS["many-trend"](TREND, "")).data))
    assert {"开头语", "12 分　累计 80%"} <= set(said(metafile(CHARTS["pareto"](DRAWN["pareto"], "")).data))


def test_word_files_hold_the_pictures_with_their_words_for_who_does_not_see_them() -> None:
    blocks: tuple[d.Block, ...] = (Heading("图"), *(d.Chart(kind, data) for kind, data in DRAWN.items()))
    content = render_docx(Document("weekly", "周报", blocks))
    assert content == render_docx(Document("weekly", "周报", blocks))
    names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert sum(name.endswith(".emf") for name in names) == len(DRAWN)
    told = [shape._inline.docPr.get("descr") for shape in docx.Document(io.BytesIO(content)).inline_shapes]
    assert told == ["走势图", "排列图", "热力图", "控制图"]
