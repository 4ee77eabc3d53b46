"""Writes a GGUF file with random weights in the sizes of a config.json, for comparisons of speed only."""
import argparse
import json
import pathlib
import struct

import numpy as np

TYPES = {"f32": 0, "f16": 1, "q4_0": 2, "q8_0": 8, "bf16": 30}
BLOCK = 32  # weights that share a scale
QUANTISED_BYTES = {"q4_0": 16, "q8_0": 32}


def text(value):
    return struct.pack("<Q", len(value.encode())) + value.encode()


class Metadata:
    def __init__(self):
        self.entries = []

    def text(self, key, value):
        self.entries.append(text(key) + struct.pack("<I", 8) + text(value))

    def integer(self, key, value):
        self.entries.append(text(key) + struct.pack("<II", 4, value))

    def number(self, key, value):
        self.entries.append(text(key) + struct.pack("<If", 6, value))

    def array(self, key, kind, count, data):
        self.entries.append(text(key) + struct.pack("<IIQ", 9, kind, count) + data)


def metadata(config):
    heads = config["num_attention_heads"]
    vocabulary = config["vocab_size"]
    result = Metadata()
    result.text("general.architecture", "llama")
    result.text("general.name", "random")
    result.integer("llama.block_count", config["num_hidden_layers"])
    result.integer("llama.context_length", min(config["max_position_embeddings"], 32768))
    result.integer("llama.embedding_length", config["hidden_size"])
    result.integer("llama.feed_forward_length", config["intermediate_size"])
    result.integer("llama.attention.head_count", heads)
    result.integer("llama.attention.head_count_kv", config["num_key_value_heads"])
    result.integer("llama.rope.dimension_count", config["hidden_size"] // heads)
    result.number("llama.attention.layer_norm_rms_epsilon", config["rms_norm_eps"])
    result.number("llama.rope.freq_base", config["rope_theta"])
    result.integer("llama.vocab_size", vocabulary)
    # A tokenizer that nobody uses: three control tokens, the bytes, and words.
    words = ["<unk>", "<s>", "</s>"] + ["<0x%02X>" % i for i in range(256)]
    words += ["\u2581t%d" % i for i in range(vocabulary - len(words))]
    kinds = [2, 3, 3] + [6] * 256 + [1] * (vocabulary - 259)
    scores = [0.0] * 259 + [-float(i) for i in range(vocabulary - 259)]
    result.text("tokenizer.ggml.model", "llama")
    result.array("tokenizer.ggml.tokens", 8, vocabulary, b"".join(map(text, words)))
    result.array("tokenizer.ggml.scores", 6, vocabulary, np.array(scores, "<f4").tobytes())
    result.array("tokenizer.ggml.token_type", 5, vocabulary, np.array(kinds, "<i4").tobytes())
    result.integer("tokenizer.ggml.bos_token_id", 1)
    result.integer("tokenizer.ggml.eos_token_id", 2)
    return result


def tensors(config):
    hidden = config["hidden_size"]
    inner = config["intermediate_size"]
    keys = hidden // config["num_attention_heads"] * config["num_key_value_heads"]
    yield "token_embd.weight", (config["vocab_size"], hidden)
    for layer in range(config["num_hidden_layers"]):
        block = f"blk.{layer}."
        yield block + "attn_norm.weight", (hidden,)
        yield block + "attn_q.weight", (hidden, hidden)
        yield block + "attn_k.weight", (keys, hidden)
        yield block + "attn_v.weight", (keys, hidden)
        yield block + "attn_output.weight", (hidden, hidden)
        yield block + "ffn_norm.weight", (hidden,)
        yield block + "ffn_gate.weight", (inner, hidden)
        yield block + "ffn_up.weight", (inner, hidden)
        yield block + "ffn_down.weight", (hidden, inner)
    yield "output_norm.weight", (hidden,)
    if not config["tie_word_embeddings"]:
        yield "output.weight", (config["vocab_size"], hidden)


def size(shape, kind):
    count = int(np.prod(shape))
    if len(shape) == 1 or kind == "f32":
        return 4 * count
    return count // BLOCK * (2 + QUANTISED_BYTES[kind]) if kind in QUANTISED_BYTES else 2 * count


def values(shape, kind, random):
    if len(shape) == 1:
        return np.ones(shape, "<f4").tobytes()
    if kind in QUANTISED_BYTES:
        blocks = int(np.prod(shape)) // BLOCK
        scale = 0.02 / (64 if kind == "q8_0" else 4)
        scales = np.full(blocks, scale, "<f2").view(np.uint8).reshape(blocks, 2)
        return np.concatenate([scales, random.integers(0, 256, (blocks, QUANTISED_BYTES[kind]), np.uint8)], 1).tobytes()
    numbers = random.standard_normal(shape, np.float32) * np.float32(0.02)
    if kind == "f32":
        return numbers.tobytes()
    return numbers.astype("<f2").tobytes() if kind == "f16" else (numbers.view(np.uint32) >> 16).astype("<u2").tobytes()


def write(target, config, kind):
    random = np.random.default_rng(1)
    entries = list(tensors(config))
    infos, offset = [], 0
    for name, shape in entries:
        number = 0 if len(shape) == 1 else TYPES[kind]
        dimensions = b"".join(struct.pack("<Q", n) for n in reversed(shape))
        infos.append(text(name) + struct.pack("<I", len(shape)) + dimensions + struct.pack("<IQ", number, offset))
        offset += -(-size(shape, kind) // 32) * 32
    pairs = metadata(config).entries
    unfinished = target.with_suffix(".part")
    with open(unfinished, "wb") as file:
        file.write(b"GGUF" + struct.pack("<IQQ", 3, len(entries), len(pairs)) + b"".join(pairs) + b"".join(infos))
        file.write(b"\0" * (-file.tell() % 32))
        for _, shape in entries:
            file.write(values(shape, kind, random))
            file.write(b"\0" * (-file.tell() % 32))
    unfinished.rename(target)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config", type=pathlib.Path, help="config.json of a Llama or Qwen2 model")
    parser.add_argument("target", type=pathlib.Path)
    parser.add_argument("--type", choices=TYPES, required=True)
    arguments = parser.parse_args()
    write(arguments.target, json.loads(arguments.config.read_text()), arguments.type)


if __name__ == "__main__":
    main()
