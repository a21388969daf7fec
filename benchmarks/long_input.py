"""How judging grows with a call: 2,500, 5,000 and 10,000 turns, and one turn of 18,000, 36,000 and 72,000 characters.

``python -m benchmarks.long_input``. Prints wall and CPU seconds of one judgement each by the bundled pack with its
models. A call that doubles should take twice as long, not four times. Last, one word said all over again.
"""

import random
import time

from qa_engine.collecting import settle
from qa_engine.domain import Call, Speaker, Transcript, Turn
from qa_engine.service import PackJudge
from qa_engine.settings import Settings

AGENT = (
    "您好，请问有什么可以帮您？",
    "请您稍等，我帮您查一下。",
    "非常抱歉给您添麻烦了。",
    "四十八小时内回复您。",
    "嗯，请讲。",
)
CUSTOMER = (
    "我的快递到哪了？",
    "单号三三零七。",
    "怎么还没到，我要投诉！",
    "不行，我今天就要。",
    "明天能到吗？",
    "好吧。",
)


def call_of(turns: int, seed: int = 1) -> Transcript:
    """Agent and customer by turns, a third of the texts unlike any other."""
    chance, at, made = random.Random(seed), 0.0, []
    for number in range(turns):
        text = chance.choice(CUSTOMER if number % 2 else AGENT) + (str(number) if number % 3 == 0 else "")
        end = at + 0.25 * len(text)
        speaker = Speaker.CUSTOMER if number % 2 else Speaker.AGENT
        made.append(Turn(number, speaker, text, round(at, 2), round(end, 2)))
        at = end + 0.3
    return Transcript(Call(f"turns-{turns}", scenario="complaint"), tuple(made))


def monologue(chars: int, seed: int = 1) -> Transcript:
    """One agent's turn of so many characters between two short ones."""
    chance = random.Random(seed)
    text = "".join(chance.choice(AGENT + CUSTOMER) for _ in range(chars // 6))[:chars]
    turns = (Turn(0, Speaker.AGENT, "您好。"), Turn(1, Speaker.AGENT, text), Turn(2, Speaker.CUSTOMER, "好。"))
    return Transcript(Call(f"chars-{chars}"), turns)


def one_word(times: int) -> Transcript:
    """One agent's turn that is a single word of a list so many times: every place is a find."""
    turns = (Turn(0, Speaker.AGENT, "您好" * times), Turn(1, Speaker.CUSTOMER, "好。"))
    return Transcript(Call(f"word-{times}"), turns)


def main() -> None:
    judge = PackJudge(Settings())
    judge.judge(call_of(20), "warm")
    settle()  # as the children of a worker and of `check` do
    print(f"pack {judge.pack_label[:24]}…, models of the settings, one process")
    calls = [*map(call_of, (2500, 5000, 10_000)), *map(monologue, (18_000, 36_000, 72_000))]
    for transcript in [*calls, *map(one_word, (18_000, 36_000))]:
        wall, cpu = time.perf_counter(), time.process_time()
        judge.judge(transcript, "d")
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        chars = sum(len(turn.text) for turn in transcript.turns)
        print(f"{len(transcript.turns):6} turns, {chars:7} characters: {wall:6.2f} s wall, {cpu:6.2f} s CPU")


if __name__ == "__main__":
    main()
