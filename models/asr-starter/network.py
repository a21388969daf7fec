"""The recogniser: Whisper's architecture in small, with two helper heads that exist only while it learns.

Parameter names are those of Hugging Face's Whisper, so that CTranslate2's own converter takes the weights.
Plain matrix products instead of fused attention: on a CPU their backward pass is twice as quick, and the guided
cross-attention needs the weights anyway.  No dropout: it is slow on a CPU, and no sentence is ever heard twice.
"""

import math
from dataclasses import dataclass

import phones
import torch
import torch.nn.functional as functional
import vocabulary
from features import MELS
from torch import nn


@dataclass(frozen=True, slots=True)
class Size:
    width: int = 256
    heads: int = 4
    encoder_layers: int = 4
    decoder_layers: int = 2
    feed_forward: int = 1024
    positions: int = 1500
    tokens: int = 448


SIZE = Size()
GUIDED_HEADS = ((0, 0), (0, 1), (1, 0), (1, 1), (1, 2))
"""(decoder layer, head) whose attention is led to the sound of the next character."""
ECHO_HEADS = ((0, 2), (0, 3))
"""Heads that are led to the character written last: the second layer finds the next one from there."""
ALIGNMENT_HEADS = ((1, 1), (1, 2))
"""The guided heads that word times are read from.

Not (1, 0): it has become so sharp that in pauses its attention is exactly 0 for every character, and CTranslate2,
which divides by the spread over the characters, then has no time for any word.
"""


class Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.q_proj = nn.Linear(SIZE.width, SIZE.width)
        self.k_proj = nn.Linear(SIZE.width, SIZE.width, bias=False)
        self.v_proj = nn.Linear(SIZE.width, SIZE.width)
        self.out_proj = nn.Linear(SIZE.width, SIZE.width)

    def forward(self, x, memory=None, mask=None):
        """(batch, length, width) and the weights (batch, head, length, memory length)."""
        memory = x if memory is None else memory
        batch, length, width = x.shape
        split = (SIZE.heads, width // SIZE.heads)
        q = (self.q_proj(x) * split[1] ** -0.5).view(batch, length, *split).transpose(1, 2)
        k = self.k_proj(memory).view(batch, -1, *split).permute(0, 2, 3, 1)
        v = self.v_proj(memory).view(batch, -1, *split).transpose(1, 2)
        scores = q @ k
        if mask is not None:
            scores = scores + mask
        weights = scores.softmax(-1)
        mixed = (weights @ v).transpose(1, 2).reshape(batch, length, width)
        return self.out_proj(mixed), weights


class Layer(nn.Module):
    def __init__(self, decoder: bool) -> None:
        super().__init__()
        self.self_attn = Attention()
        self.self_attn_layer_norm = nn.LayerNorm(SIZE.width)
        if decoder:
            self.encoder_attn = Attention()
            self.encoder_attn_layer_norm = nn.LayerNorm(SIZE.width)
        self.fc1 = nn.Linear(SIZE.width, SIZE.feed_forward)
        self.fc2 = nn.Linear(SIZE.feed_forward, SIZE.width)
        self.final_layer_norm = nn.LayerNorm(SIZE.width)

    def forward(self, x, heard=None, mask=None):
        x = x + self.self_attn(self.self_attn_layer_norm(x), None, mask)[0]
        weights = None
        if heard is not None:
            mixed, weights = self.encoder_attn(self.encoder_attn_layer_norm(x), heard)
            x = x + mixed
        return x + self.fc2(functional.gelu(self.fc1(self.final_layer_norm(x)))), weights


class Encoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv1d(MELS, SIZE.width, 3, padding=1)
        self.conv2 = nn.Conv1d(SIZE.width, SIZE.width, 3, stride=2, padding=1)
        self.embed_positions = nn.Embedding(SIZE.positions, SIZE.width)
        self.embed_positions.weight.data = _sinusoids(SIZE.positions, SIZE.width)
        self.embed_positions.weight.requires_grad_(False)
        self.layers = nn.ModuleList(Layer(decoder=False) for _ in range(SIZE.encoder_layers))
        self.layer_norm = nn.LayerNorm(SIZE.width)

    def forward(self, mel):
        x = functional.gelu(self.conv2(functional.gelu(self.conv1(mel)))).transpose(1, 2)
        x = x + self.embed_positions.weight[: x.shape[1]]
        for layer in self.layers:
            x, _ = layer(x)
        return self.layer_norm(x)


class Decoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embed_tokens = nn.Embedding(len(vocabulary.tokens()), SIZE.width)
        self.embed_positions = nn.Embedding(SIZE.tokens, SIZE.width)
        nn.init.normal_(self.embed_tokens.weight, std=0.05)
        nn.init.normal_(self.embed_positions.weight, std=0.02)
        self.layers = nn.ModuleList(Layer(decoder=True) for _ in range(SIZE.decoder_layers))
        self.layer_norm = nn.LayerNorm(SIZE.width)

    def forward(self, token_ids, heard):
        length = token_ids.shape[1]
        x = self.embed_tokens(token_ids) + self.embed_positions.weight[:length]
        mask = torch.full((length, length), -1e4, dtype=x.dtype).triu(1)
        attention = []
        for layer in self.layers:
            x, weights = layer(x, heard, mask)
            attention.append(weights)
        return self.layer_norm(x), attention


class Recogniser(nn.Module):
    """``encoder`` and ``decoder`` are Whisper; ``phone`` and ``tone`` name the sound of every encoder frame."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.decoder = Decoder()
        self.phone = nn.Linear(SIZE.width, phones.COUNT)
        self.tone = nn.Linear(SIZE.width, phones.TONES)

    def forward(self, mel, token_ids):
        """mel (batch, 80, frames), token_ids (batch, tokens) → encoder output, decoder output, cross-attention.

        A mel with the encoder's width instead of 80 bands is an encoder output already, heard before.
        """
        heard = mel if mel.shape[-1] == SIZE.width and mel.shape[1] != MELS else self.encoder(mel)
        written, attention = self.decoder(token_ids, heard)
        return heard, written, attention


def _sinusoids(length: int, width: int) -> torch.Tensor:
    inverse = torch.exp(-math.log(10_000) / (width // 2 - 1) * torch.arange(width // 2))
    angles = torch.arange(length)[:, None] * inverse[None]
    return torch.cat([angles.sin(), angles.cos()], 1)
