"""Makes a tiny tokenizer.json in the style of each family, and what Hugging Face's tokenizers make of some texts with it.

python make.py (needs tokenizers; expected.json says which version it was). The JUnit tests read what it wrote, so Python is not needed for them.
"""

import json
import pathlib

import tokenizers
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

FOLDER = pathlib.Path(__file__).parent
WORDS = (
    "hello world the weather in the town is fine today and what do you think about it she said that this is the "
    "answer to all of the questions 12 345 2024 don't it's we'll function return value (x) {y} [z] naïve Köln über "
    "straße 你好 世界 Привет мир"
).split()
CORPUS = [" ".join(WORDS[i:] + WORDS[:i]) for i in range(len(WORDS))] + ["\n\n", "  \t", "   hello\n"]
GPT_4 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}%s| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)

TEXTS = [
    "hello world",
    "Hello, World!",
    " hello",
    "  two  spaces  ",
    "\n\nlines\n \n",
    "\thello",
    "don't we'll 12345 3.14",
    "naïve Köln straße",
    "你好，世界",
    "👋 👩‍👩‍👧‍👦 🇩🇪 e\u0301 é",
    "▁ marked ▁▁x",
    "<0xE2><0x82> </s x",
    "a\u0000b\u00a0c\u200bd\ufffde",
    "",
    " ",
    "\n",
]


def byte_level(pattern, specials, plain=(), normalizer=None, before=(), ignore_merges=False, first=()):
    tokenizer = Tokenizer(models.BPE(ignore_merges=ignore_merges))
    if normalizer:
        tokenizer.normalizer = normalizer
    split = [pre_tokenizers.Split(Regex(pattern), "isolated", invert=False)] if pattern else []
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [*before, *split, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=not pattern)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=330,
        special_tokens=list(first),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in specials])
    tokenizer.add_tokens([AddedToken(token, normalized=False, special=False) for token in plain])
    return tokenizer


BYTES = ["<0x%02X>" % value for value in range(256)]


def byte_fallback(normalizer, pre_tokenizer, decoder, specials=(), first=("<unk>", "<s>", "</s>"), rstrip=False):
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    if normalizer:
        tokenizer.normalizer = normalizer
    if pre_tokenizer:
        tokenizer.pre_tokenizer = pre_tokenizer
    else:  # merges across words are not what such tokenizers learn
        tokenizer.pre_tokenizer = pre_tokenizers.Split("▁", "merged_with_next")
    trainer = trainers.BpeTrainer(vocab_size=520, special_tokens=[*first, *BYTES], show_progress=False)
    tokenizer.train_from_iterator([text for text in CORPUS for _ in range(3)], trainer)
    data = json.loads(tokenizer.to_str())
    data["added_tokens"] = [token for token in data["added_tokens"] if token["content"] not in BYTES]
    if not pre_tokenizer:
        data["pre_tokenizer"] = None
    tokenizer = Tokenizer.from_str(json.dumps(data))
    tokenizer.decoder = decoder
    tokenizer.add_special_tokens(
        [AddedToken(token, normalized=False, special=True, rstrip=rstrip) for token in specials]
    )
    return tokenizer


def beginning(tokenizer, token):
    """Puts a token before every text that is encoded with special tokens."""
    tokenizer.post_processor = processors.TemplateProcessing(
        single=token + " $A", pair=token + " $A $B", special_tokens=[(token, tokenizer.token_to_id(token))]
    )
    return tokenizer


SPACES = normalizers.Replace(" ", "▁")
PREPENDED = normalizers.Sequence([normalizers.Prepend("▁"), SPACES])
FALLBACK = [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
STRIPPED = decoders.Sequence([*FALLBACK, decoders.Strip(" ", 1, 0)])
CHATML = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]

STYLES = {
    "llama-2": (
        lambda: beginning(byte_fallback(PREPENDED, None, STRIPPED), "<s>"),
        "<s>[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\nhello [/INST] Hi </s><s>[INST] world [/INST]",
    ),
    "llama-3": (
        lambda: beginning(
            byte_level(
                GPT_4 % "{1,3}",
                ["<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"],
                ignore_merges=True,
            ),
            "<|begin_of_text|>",
        ),
        "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nhello world<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\n",
    ),
    "mistral-metaspace": (
        lambda: beginning(
            byte_fallback(
                None,
                pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="first", split=True),
                decoders.Sequence([*FALLBACK, decoders.Strip(" ", 1, 0)]),
                first=("<unk>", "<s>", "</s>", "[INST]", "[/INST]"),
            ),
            "<s>",
        ),
        "<s>[INST] hello world[/INST] Hi</s>[INST] and you[/INST]",
    ),
    "tekken": (
        lambda: byte_level(
            r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
            r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
            r"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
            [],
            first=("<unk>", "<s>", "</s>", "[INST]", "[/INST]", "[TOOL_CALLS]"),
        ),
        "<s>[INST]hello world[/INST]Hi</s>[INST]and you[/INST]",
    ),
    "qwen": (
        lambda: byte_level(
            GPT_4 % "", CHATML, plain=("<tool_call>", "</tool_call>", "<think>", "</think>"), normalizer=normalizers.NFC()
        ),
        "<|im_start|>user\nhello world<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n",
    ),
    "gemma": (
        lambda: beginning(
            byte_fallback(
                SPACES,
                pre_tokenizers.Split(" ", "merged_with_previous"),
                decoders.Sequence(FALLBACK),
                specials=("<start_of_turn>", "<end_of_turn>"),
                first=("<pad>", "<eos>", "<bos>", "<unk>"),
            ),
            "<bos>",
        ),
        "<bos><start_of_turn>user\nhello world<end_of_turn>\n<start_of_turn>model\n",
    ),
    "phi-3": (
        lambda: byte_fallback(
            PREPENDED,
            None,
            STRIPPED,
            specials=("<|endoftext|>", "<|assistant|>", "<|system|>", "<|end|>", "<|user|>"),
            rstrip=True,
        ),
        "<|system|>\nBe brief.<|end|>\n<|user|>\nhello world<|end|>\n<|assistant|>\n",
    ),
    "gpt-2": (
        lambda: byte_level(None, CHATML, before=[pre_tokenizers.Digits(individual_digits=True)]),
        "<|im_start|>user\nhello 123<|im_end|>\n<|im_start|>assistant\n",
    ),
}


def main():
    expected = {"tokenizers": tokenizers.__version__}
    for name, (make, prompt) in STYLES.items():
        made = make()
        data = json.loads(made.to_str())
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8", newline="\n")
        tokenizer = Tokenizer.from_str(text)

        def encoded(text):
            ids = tokenizer.encode(text, add_special_tokens=False).ids
            return {"text": text, "ids": ids, "decoded": tokenizer.decode(ids)}

        expected[name] = {
            "size": tokenizer.get_vocab_size(),
            "texts": [encoded(text) for text in TEXTS],
            "prompt": encoded(prompt),
        }
    (FOLDER / "expected.json").write_text(
        json.dumps(expected, ensure_ascii=True, separators=(",", ":")).replace('},{', '},\n{') + "\n"
    )


if __name__ == "__main__":
    main()
