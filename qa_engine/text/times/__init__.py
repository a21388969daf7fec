"""When something will be done, as people say it: 一到两天, 48h, 周二上午, 三月五号, 半个钟, 十二点半前, 马上.

A grammar with tables of our own: the libraries that read Chinese times (jionlp and its likes) bring some 20 MB, know no
working days, and read a text that is already known to be one time, not the times within a sentence.
"""

from qa_engine.text.times.reading import TimeSaid, find_times

__all__ = ["TimeSaid", "find_times"]
