"""The limits of what is measured: of figures, pictures and lines, and of rules that set none of their own."""

LEAST_SILENCE_SECONDS = 1.0
"""Shorter pauses are the breath between two turns; only longer ones add to a sum of silence."""

LONG_SILENCE_SECONDS = 3.0
"""A silence this long is shown: drawn in the picture, written between two turns, counted in a share."""

LEAST_OVERLAP_SECONDS = 0.5
"""Both speak at once for at least so long; shorter ones are how people take turns."""

LEAST_OVERLAP_CHARS = 4
"""Who begins while the other still speaks must say so many 字 of their own to have cut in."""

BACKCHANNELS = (
    "嗯", "哦", "噢", "啊", "呃", "好", "好的", "好吧", "好嘞", "好啊", "行", "对", "对对", "对的", "是", "是的",
    "是吗", "没错", "明白", "知道了", "了解", "可以", "谢谢", "您好", "你好", "喂", "ok",
)  # fmt: skip
"""Words by which people show that they listen: they are no words of one's own."""

RATE_CHARS = 8
RATE_SECONDS = 1.5
"""A turn with fewer 字, or shorter, has no rate worth the name."""

VOICE_SECONDS = 0.8
"""A shorter turn has no loudness and no pitch worth the name."""
