"""Teach the recogniser: two single-threaded processes, each with its own synthesis, that average their weights.

A thread pool stalls as soon as anything else wants a core; a process a core only gets slower.  Each process
takes its own steps, and every few seconds the weights are averaged (local SGD), each process counting as much as
it has done, so that none waits for another that got less of its core.

    python train.py --work DIR --minutes 60 [--resume CHECKPOINT]

"""

import argparse
import json
import os
import time
from collections import deque
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from features import MELS

SHORTEST = 6
"""Characters in the longest sentence that a cold start begins with."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One run."""

    work: Path
    minutes: float
    resume: Path | None = None
    corpus: Path | None = None
    """Folder of public dialogue data, see :mod:`corpus`."""
    processes: int = 2
    learning_rate: float = 8e-4
    last_learning_rate: float = 2e-5
    falling_share: float = 0.85
    """The last part of the run, in which the learning rate comes down."""
    warm_up_steps: int = 200
    guide_weight: float = 0.3
    last_guide_weight: float = 0.06
    short_share: float = 0.0
    """The first part of the run, in which sentences grow from short ones (a cold start needs some 0.25)."""
    first_chain_share: float = 0.15
    last_chain_share: float = 0.4
    first_window_share: float = 0.15
    last_window_share: float = 0.25
    frames: int = 8_000
    replays: int = 5
    """Further steps of the decoder alone for each full step, on what the encoder heard lately."""
    remembered: int = 200
    """Batches that are kept for replays."""
    average_every_seconds: float = 6.0
    save_every_minutes: float = 4.0
    seed: int = 1


@dataclass(slots=True)
class Progress:
    """What all processes agree on, renewed whenever weights are averaged."""

    done: float = 0.0
    """0 at the start of the run, 1 at its end."""
    seen: int = 0
    """Sentences since the very first run."""
    steps: int = 0


def run(plan: Plan) -> Path:
    """Train and return the checkpoint's path (``plan.work/checkpoint.pt``)."""
    import torch.multiprocessing as processes

    plan.work.mkdir(parents=True, exist_ok=True)
    import voices

    voices.prepare(plan.work / "voices")
    meeting = plan.work / f"meeting-{os.getpid()}"
    meeting.unlink(missing_ok=True)
    processes.spawn(_work, args=(plan, str(meeting)), nprocs=plan.processes, join=True)
    return plan.work / "checkpoint.pt"


def _work(rank: int, plan: Plan, meeting: str) -> None:
    import batches
    import checkpoint
    import corpus
    import espeak
    import torch
    import torch.distributed as group
    import voices
    from network import Recogniser
    from synthesise import Synthesiser

    torch.set_num_threads(1)
    torch.manual_seed(plan.seed)
    group.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=plan.processes)
    model = Recogniser()
    progress = Progress()
    if plan.resume:
        progress.seen = checkpoint.load(plan.resume, model)
    names = voices.prepare(plan.work / "voices")
    espeak.start(plan.work / "voices")
    # The seed holds what was seen already: a resumed run hears new sentences.
    seed = (plan.seed, rank, progress.seen)
    sentences = corpus.load(plan.corpus)
    source = Synthesiser(sentences.sentence, voices.chooser(names), np.random.SeedSequence(seed))
    stream = batches.stream(source, np.random.default_rng(seed), lambda: _mix(plan, progress.done))
    learner = _Learner(model, plan)
    report = _Report(plan, rank)
    began = saved = time.monotonic()
    while progress.done < 1:
        local = 0
        meet = time.monotonic() + plan.average_every_seconds
        while time.monotonic() < meet:
            batch, count = next(stream)
            report.add(learner.step(batch, progress), count)
            local += count
            for _ in range(plan.replays):
                learner.replay()
            progress.steps += 1
        _average(model, progress, local, (time.monotonic() - began) / 60 / plan.minutes)
        report.show(progress, source.faults)
        if rank == 0 and (progress.done >= 1 or time.monotonic() - saved > plan.save_every_minutes * 60):
            saved = time.monotonic()
            checkpoint.save(plan.work / "checkpoint.pt", model, progress.seen)
    group.barrier()
    group.destroy_process_group()


def _mix(plan: Plan, done: float):
    from batches import Mix

    def between(first: float, last: float) -> float:
        return first + (last - first) * done

    if done < plan.short_share:
        return Mix(chain_share=0, longest=SHORTEST + int(24 * done / plan.short_share), frames=plan.frames)
    return Mix(
        chain_share=between(plan.first_chain_share, plan.last_chain_share),
        window_share=between(plan.first_window_share, plan.last_window_share),
        frames=plan.frames,
    )


def _average(model, progress: Progress, local: int, done: float) -> None:
    """Mean of all processes' weights by the sentences (``local``) that each has learned from since the last time."""
    import torch
    import torch.distributed as group

    weights = [weight for weight in model.parameters() if weight.requires_grad]
    flat = torch.cat([weight.detach().reshape(-1) for weight in weights] + [torch.tensor([1.0])]) * float(local)
    facts = torch.tensor([float(local), done])
    group.all_reduce(flat)
    group.all_reduce(facts)
    flat /= flat[-1].clone()
    place = 0
    with torch.no_grad():
        for weight in weights:
            weight.copy_(flat[place : place + weight.numel()].view_as(weight))
            place += weight.numel()
    progress.seen += int(facts[0].item())
    progress.done = facts[1].item() / group.get_world_size()


class _Learner:
    """Forward, backward and step on one batch; weights in float32, arithmetic in bfloat16."""

    def __init__(self, model, plan: Plan) -> None:
        import torch

        self._model, self._plan = model, plan
        self._guide = plan.guide_weight
        self._memory: deque = deque(maxlen=plan.remembered)
        self._rng = np.random.default_rng(plan.seed)
        inner, outer = _split(model)
        self._optimizers = (
            torch.optim.Muon(inner, lr=plan.learning_rate, weight_decay=0.01, adjust_lr_fn="match_rms_adamw"),
            torch.optim.AdamW(outer, lr=plan.learning_rate, betas=(0.9, 0.98), weight_decay=0.01, fused=True),
        )

    def step(self, batch, progress: Progress) -> tuple[float, ...]:
        """The losses (text, phone, tone, guide)."""
        import torch

        self._set_rate(progress)
        done = progress.done
        self._guide = self._plan.guide_weight * (1 - done) + self._plan.last_guide_weight * done
        written, sounds, heard = self._losses(batch, torch.from_numpy(batch.mel).to(torch.bfloat16))
        self._descend(written[0] + self._guide * written[1] + 0.5 * sounds[0] + 0.25 * sounds[1])
        self._memory.append((batch, heard.detach()))
        return written[0].item(), sounds[0].item(), sounds[1].item(), written[1].item()

    def replay(self) -> None:
        """The decoder learns once more from a batch that the encoder has heard: a fifth of a full step's work.

        What limits a small recogniser for long is writing, not hearing, and the encoder takes nine tenths of the time.
        """
        batch, heard = self._memory[int(self._rng.integers(len(self._memory)))]
        written, _, _ = self._losses(batch, heard)
        self._descend(written[0] + self._guide * written[1])

    def _descend(self, loss) -> None:
        import torch

        for optimizer in self._optimizers:
            optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._model.parameters(), 1.0)
        for optimizer in self._optimizers:
            optimizer.step()

    def _losses(self, batch, mel):
        """(text, guide), (phone, tone) and the encoder's output."""
        import torch
        import torch.nn.functional as functional

        model, fresh = self._model, mel.shape[1] == MELS
        low = {
            name: weight.to(torch.bfloat16)
            for name, weight in model.named_parameters()
            if fresh or name.startswith("decoder.")
        }
        tokens, targets = torch.from_numpy(batch.tokens), torch.from_numpy(batch.targets)
        heard, written, attention = torch.func.functional_call(model, low, (mel, tokens))
        keep = targets >= 0
        logits = written[keep] @ low["decoder.embed_tokens.weight"].t()
        text = functional.cross_entropy(logits.float(), targets[keep])
        guide = _guide_loss(attention, batch)
        if not fresh:
            return (text, guide), (), heard
        phone = functional.linear(heard, low["phone.weight"], low["phone.bias"]).float().flatten(0, 1)
        tone = functional.linear(heard, low["tone.weight"], low["tone.bias"]).float().flatten(0, 1)
        sounds = (
            functional.cross_entropy(phone, torch.from_numpy(batch.phone).flatten()),
            functional.cross_entropy(tone, torch.from_numpy(batch.tone).flatten()),
        )
        return (text, guide), sounds, heard

    def _set_rate(self, progress: Progress) -> None:
        plan = self._plan
        rate = plan.learning_rate * min(1.0, (progress.steps + 1) / plan.warm_up_steps)
        begin = 1 - plan.falling_share
        if progress.done > begin:
            left = max(0.0, (1 - progress.done) / plan.falling_share)
            rate = plan.last_learning_rate + (plan.learning_rate - plan.last_learning_rate) * left
        for optimizer in self._optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate


def _split(model) -> tuple[list, list]:
    """Matrices inside the layers, whose steps Muon makes orthogonal (torch.optim.Muon); everything else."""
    inner, outer = [], []
    for name, weight in model.named_parameters():
        if weight.requires_grad:
            (inner if weight.ndim == 2 and ".layers." in name else outer).append(weight)
    return inner, outer


def _guide_loss(attention, batch):
    """−log of the attention that lies inside a character's true time, over led heads and characters."""
    import torch
    from network import ECHO_HEADS, GUIDED_HEADS

    total = attention[0].sum() * 0
    for heads, wanted in ((GUIDED_HEADS, batch.guide), (ECHO_HEADS, batch.echo)):
        inside = torch.from_numpy(wanted)
        rows = inside.sum(-1) > 0
        if not rows.any():
            continue
        inside = inside[rows]
        for layer, head in heads:
            mass = (attention[layer][:, head][rows].float() * inside).sum(-1)
            total = total - mass.clamp_min(1e-6).log().mean() / 2
    return total


class _Report:
    """A line each half minute, and ``training.jsonl``."""

    def __init__(self, plan: Plan, rank: int) -> None:
        self._plan, self._rank = plan, rank
        self._sums, self._count, self._sentences, self._since = np.zeros(4), 0, 0, time.monotonic()

    def add(self, losses: tuple[float, ...], sentences: int) -> None:
        self._sums += losses
        self._count += 1
        self._sentences += sentences

    def show(self, progress: Progress, faults: int) -> None:
        now = time.monotonic()
        if self._rank or now - self._since < 30:
            return
        text, phone, tone, guide = self._sums / self._count
        speed = self._sentences / (now - self._since) * self._plan.processes
        line = {"done": progress.done, "text": text, "phone": phone, "tone": tone, "guide": guide, "speed": speed}
        line = {name: round(float(value), 4) for name, value in line.items()}
        line |= {"seen": progress.seen, "faults": faults}
        with (self._plan.work / "training.jsonl").open("a") as log:
            log.write(json.dumps(line) + "\n")
        print(
            f"{progress.done:5.1%}  {progress.seen:7d} sentences  {speed:5.1f}/s  "
            f"text {text:.3f}  phone {phone:.3f}  tone {tone:.3f}  attention {guide:.3f}",
            flush=True,
        )
        self._sums, self._count, self._sentences, self._since = np.zeros(4), 0, 0, now


def main() -> None:
    parser = argparse.ArgumentParser(description="Teach the starter recogniser.")
    parser.add_argument("--work", type=Path, required=True, help="folder for voices, checkpoints and the log")
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--resume", type=Path, help="checkpoint to go on from")
    parser.add_argument("--corpus", type=Path, help="folder of public dialogue data")
    for name, value in asdict(Plan(Path(), 0)).items():
        if isinstance(value, float | int) and name != "minutes":
            parser.add_argument("--" + name.replace("_", "-"), type=type(value), default=value)
    run(Plan(**vars(parser.parse_args())))


if __name__ == "__main__":
    main()
