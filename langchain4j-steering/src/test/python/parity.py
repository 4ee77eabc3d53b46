"""Makes the tiny checkpoints with which ParityTest and TrainingParityTest compare this engine with Hugging Face transformers.

Usage: python parity.py FOLDER [VARIANT ...]        (FOLDER: src/test/resources/parity)

A folder for each variant of a family:
  config.json           with the keys of the family's published models, spelt as those are
  saved-config.json     the same as this version of transformers spells it
  model.safetensors     random weights in bfloat16; norms, biases and multipliers too are random
  expected.json         token ids, settings, losses, and the versions of what computed all this
  expected.safetensors  float32: what came of it (see `expect` and `train`)

Everything is computed by transformers in float32, on sequences of different lengths that are padded at their end.
"""

import copy
import json
import math
import pathlib
import platform
import sys

import torch
import transformers
from safetensors.torch import load_file, save_file

VOCABULARY = 32
LONGEST = 20  # tokens; beyond every window and every original context below
LENGTHS = [LONGEST, 13, 7]
STEPS, WARM_UP, LEARNING_RATE, WEIGHT_DECAY, BETA, SEED = 50, 5, 0.05, 0.01, 0.5, 11

SIZES = dict(
    hidden_size=16,
    intermediate_size=24,
    num_hidden_layers=4,
    num_attention_heads=4,
    num_key_value_heads=2,
    vocab_size=VOCABULARY,
    max_position_embeddings=64,
    rms_norm_eps=1e-5,
    bos_token_id=1,
    eos_token_id=2,
    torch_dtype="bfloat16",
    use_cache=True,
    initializer_range=0.02,
)
YARN = dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=8)
SHORT, LONG = [1.0, 1.1, 1.3, 1.7], [1.2, 1.9, 3.5, 6.0]


def variant(architecture, model_type, context=None, **keys):
    return dict(SIZES, architectures=[architecture], model_type=model_type, **keys), context


def llama(context=None, **keys):
    return variant(
        "LlamaForCausalLM", "llama", context,
        **{**dict(hidden_act="silu", head_dim=8, rope_theta=500.0, attention_dropout=0.0, pretraining_tp=1), **keys})


def qwen2(**keys):
    return variant("Qwen2ForCausalLM", "qwen2", hidden_act="silu", rope_theta=1000.0, attention_dropout=0.0, **keys)


def qwen3(**keys):
    return variant("Qwen3ForCausalLM", "qwen3", hidden_act="silu", head_dim=8, rope_theta=1000.0, attention_dropout=0.0, **keys)


def gemma3(**keys):
    return variant(
        "Gemma3ForCausalLM", "gemma3_text", **{**dict(
            hidden_activation="gelu_pytorch_tanh", head_dim=8, query_pre_attn_scalar=10, num_hidden_layers=6,
            sliding_window=5, rope_theta=1000.0, rope_local_base_freq=100.0, attention_bias=False, attn_logit_softcapping=None,
            final_logit_softcapping=None, cache_implementation="hybrid"), **keys})


def phi3(context=None, **keys):
    return variant(
        "Phi3ForCausalLM", "phi3", context, **{**dict(
            hidden_act="silu", num_attention_heads=2, num_key_value_heads=2, pad_token_id=0, rope_theta=100.0,
            original_max_position_embeddings=64, sliding_window=None, resid_pdrop=0.0, embd_pdrop=0.0, attention_dropout=0.0,
            attention_bias=False, tie_word_embeddings=False), **keys})


def longrope(**keys):
    return dict(dict(type="longrope", short_factor=SHORT, long_factor=LONG), **keys)


VARIANTS = {
    "llama": llama(
        attention_bias=False, mlp_bias=False, tie_word_embeddings=True,
        rope_scaling=dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
                          original_max_position_embeddings=8)),
    "llama-biases-linear": llama(
        attention_bias=True, mlp_bias=True, tie_word_embeddings=False, rope_scaling=dict(type="linear", factor=2.5)),
    "llama-dynamic": llama(
        context=LONGEST, max_position_embeddings=8, attention_bias=False, mlp_bias=False, tie_word_embeddings=False,
        rope_scaling=dict(type="dynamic", factor=4.0)),
    "mistral": variant(
        "MistralForCausalLM", "mistral", hidden_act="silu", rope_theta=100.0, attention_dropout=0.0, sliding_window=5,
        tie_word_embeddings=False),
    "mistral-no-window": variant(
        "MistralForCausalLM", "mistral", hidden_act="silu", head_dim=8, rope_theta=100.0, attention_dropout=0.0,
        sliding_window=None, tie_word_embeddings=False, rope_scaling=dict(YARN, beta_fast=4.0, beta_slow=0.5)),
    "qwen2": qwen2(tie_word_embeddings=True, use_sliding_window=False, sliding_window=32, max_window_layers=2, use_mrope=False),
    "qwen2-window-yarn": qwen2(
        tie_word_embeddings=False, use_sliding_window=True, sliding_window=5, max_window_layers=2, rope_scaling=YARN),
    "qwen3": qwen3(
        tie_word_embeddings=True, attention_bias=False, use_sliding_window=False, sliding_window=None, max_window_layers=4),
    "qwen3-window-yarn": qwen3(
        tie_word_embeddings=False, attention_bias=True, use_sliding_window=True, sliding_window=6, max_window_layers=4,
        layer_types=["full_attention", "sliding_attention", "full_attention", "sliding_attention"],
        max_position_embeddings=256,
        rope_scaling=dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=64, beta_fast=4.0, beta_slow=0.5,
                          attention_factor=1.3, truncate=False)),
    "gemma2": variant(
        "Gemma2ForCausalLM", "gemma2", hidden_act="gelu_pytorch_tanh", hidden_activation="gelu_pytorch_tanh", head_dim=8,
        query_pre_attn_scalar=10, sliding_window=5, attn_logit_softcapping=1.5, final_logit_softcapping=3.0, rope_theta=100.0,
        attention_bias=False, attention_dropout=0.0, cache_implementation="hybrid"),
    "gemma3": gemma3(rope_scaling=dict(rope_type="linear", factor=8.0), sliding_window_pattern=6),
    "gemma3-soft-cap": gemma3(
        num_hidden_layers=4, final_logit_softcapping=2.0,
        layer_types=["sliding_attention", "full_attention", "sliding_attention", "full_attention"]),
    "phi3-window": phi3(sliding_window=5),
    "phi3-longrope-short": phi3(
        max_position_embeddings=128, original_max_position_embeddings=32, rope_scaling=longrope()),
    "phi3-longrope-long": phi3(
        context=LONGEST, max_position_embeddings=48, original_max_position_embeddings=6, rope_scaling=longrope(),
        sliding_window=30),
    "phi4-mini": phi3(
        context=LONGEST, num_key_value_heads=1, max_position_embeddings=48, original_max_position_embeddings=6,
        partial_rotary_factor=0.75, tie_word_embeddings=True, full_attn_mod=1, interpolate_factor=1, lm_head_bias=False,
        mlp_bias=False, rope_scaling=dict(type="longrope", short_factor=SHORT[:3], long_factor=LONG[:3])),
    "granite": variant(
        "GraniteForCausalLM", "granite", hidden_act="silu", rope_theta=100.0, attention_bias=False, attention_dropout=0.1,
        mlp_bias=False, embedding_multiplier=3.0, attention_multiplier=0.4, residual_multiplier=0.7, logits_scaling=1.7,
        rope_scaling=None, tie_word_embeddings=True),
    "smollm3": variant(
        "SmolLM3ForCausalLM", "smollm3", hidden_act="silu", rope_theta=1000.0, attention_bias=False, attention_dropout=0.0,
        mlp_bias=False, max_window_layers=28, no_rope_layer_interval=4, no_rope_layers=[1, 0, 1, 0], pretraining_tp=2,
        sliding_window=None, use_sliding_window=False, layer_types=["full_attention"] * 4, rope_scaling=YARN, pad_token_id=0,
        tie_word_embeddings=True),
    "smollm3-window": variant(
        "SmolLM3ForCausalLM", "smollm3", hidden_act="silu", rope_theta=1000.0, attention_bias=True, mlp_bias=True,
        no_rope_layer_interval=2, sliding_window=5, use_sliding_window=True, pad_token_id=0, tie_word_embeddings=False),
    "olmo2": variant(
        "Olmo2ForCausalLM", "olmo2", hidden_act="silu", rope_theta=100.0, attention_bias=False, attention_dropout=0.0,
        pad_token_id=0, rope_scaling=None, tie_word_embeddings=False),
    "olmo2-yarn": variant(
        "Olmo2ForCausalLM", "olmo2", hidden_act="silu", rope_theta=100.0, attention_bias=True, pad_token_id=0,
        rope_scaling=dict(YARN, mscale=0.8, mscale_all_dim=0.5), tie_word_embeddings=True),
}


def make_model(keys, generator):
    """A model in float32 whose weights are random and exact in bfloat16."""
    # transformers writes into what it is given.
    given = {k: copy.deepcopy(v) for k, v in keys.items() if k != "architectures"}
    config = transformers.AutoConfig.for_model(**given)
    config.architectures = keys["architectures"]
    model = getattr(transformers, keys["architectures"][0])._from_config(config, attn_implementation="eager")
    model = model.to(torch.float32).eval()
    with torch.no_grad():
        for name, weight in model.named_parameters():
            values = torch.randn(weight.shape, generator=generator)
            if "norm" in name:
                values = 0.3 * values + (0.0 if "gemma" in keys["model_type"] else 1.0)
            elif weight.dim() == 1:
                values = 0.3 * values
            elif "embed_tokens" in name:
                values = 0.25 * values if "gemma" in keys["model_type"] else 0.8 * values
            else:
                values = 1.3 * values / math.sqrt(weight.shape[1])
            weight.copy_(values.to(torch.bfloat16))
            weight.requires_grad_(False)
    return model


def padded(sequences):
    """Token ids and attention mask of sequences, padded at their end to the longest."""
    longest = max(map(len, sequences))
    ids = torch.tensor([s + [3] * (longest - len(s)) for s in sequences])
    mask = torch.tensor([[1] * len(s) + [0] * (longest - len(s)) for s in sequences])
    return ids, mask


def forward(model, sequences, block=None, vector=None):
    """Logits [B, T, V] and, after every block, the residual stream [B, T, H], the vector added to one block's output."""
    states = []
    hooks = []
    for i, layer in enumerate(model.model.layers):
        if i == block:
            hooks.append(layer.register_forward_hook(
                lambda m, a, out: (out[0] + vector,) + out[1:] if isinstance(out, tuple) else out + vector))
        hooks.append(layer.register_forward_hook(
            lambda m, a, out: states.append(out[0] if isinstance(out, tuple) else out)))
    ids, mask = padded(sequences)
    logits = model(input_ids=ids, attention_mask=mask, use_cache=False).logits
    for hook in hooks:
        hook.remove()
    return logits, states


def flat(batch, sequences):
    """The tokens of all sequences, one after the other, without padding."""
    return torch.cat([batch[row, : len(s)] for row, s in enumerate(sequences)]).contiguous()


def expect(model, rows, block, vector):
    expected = {}
    with torch.no_grad():
        for prefix, steered_block in (("", None), ("steered_", block)):
            logits, states = forward(model, rows, steered_block, vector)
            expected[prefix + "logits"] = flat(logits, rows)
            expected[prefix + "hidden"] = torch.stack([flat(s, rows) for s in states])
    return expected


def log_probability(model, pairs, block, vector):
    """Of the matching and of the other answer of every pair, summed over the answer's tokens: two of [pairs]."""
    sequences = [p["prompt"] + p[kind] for kind in ("matching", "not_matching") for p in pairs]
    logits, _ = forward(model, sequences, block, vector)
    sums = []
    for row, sequence in enumerate(sequences):
        start = len(pairs[row % len(pairs)]["prompt"])
        scores = torch.log_softmax(logits[row], -1)
        sums.append(sum(scores[t - 1, sequence[t]] for t in range(start, len(sequence))))
    return torch.stack(sums[: len(pairs)]), torch.stack(sums[len(pairs):])


def loss(model, pairs, block, vector, direction, reference):
    """Bi-directional preference optimisation, Cao et al. 2024, arXiv 2406.00045, equation 3."""
    matching, other = log_probability(model, pairs, block, direction * vector)
    margin = direction * ((matching - reference[0]) - (other - reference[1]))
    return -torch.nn.functional.logsigmoid(BETA * margin).mean()


def direction_of(batch):
    """+1 or -1, as the trainer draws it: the sign of SplitMix64 over seed and batch."""
    mask = (1 << 64) - 1
    z = (SEED + (batch + 1) * 0x9E3779B97F4A7C15) & mask
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
    z ^= z >> 31
    return -1 if z >> 63 else 1


def train(model, pairs, block, start):
    """Loss and gradient at a vector in both directions, and the vector after 50 steps from zero."""
    with torch.no_grad():
        reference = log_probability(model, pairs, None, None)
    expected, losses = {}, {}
    for name, direction in (("plus", 1), ("minus", -1)):
        vector = start.clone().requires_grad_(True)
        value = loss(model, pairs, block, vector, direction, reference)
        value.backward()
        losses[name] = value.item()
        expected["gradient_" + name] = vector.grad
    vector = torch.zeros_like(start).requires_grad_(True)
    optimizer = torch.optim.AdamW([vector], lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    schedule = transformers.get_cosine_schedule_with_warmup(optimizer, WARM_UP, STEPS)
    for step in range(STEPS):
        optimizer.zero_grad()
        loss(model, pairs, block, vector, direction_of(step), reference).backward()
        optimizer.step()
        schedule.step()
    expected["trained"] = vector.detach()
    return expected, losses


def make(folder, name, keys, context):
    generator = torch.Generator().manual_seed(sum(name.encode()))
    model = make_model(keys, generator)
    folder.mkdir(parents=True, exist_ok=True)
    model.to(torch.bfloat16).save_pretrained(folder)
    (folder / "config.json").rename(folder / "saved-config.json")
    (folder / "generation_config.json").unlink(missing_ok=True)
    (folder / "config.json").write_text(json.dumps(keys, indent=1) + "\n")
    weights = load_file(folder / "model.safetensors")
    model = make_model(keys, torch.Generator().manual_seed(sum(name.encode())))
    for key, weight in model.state_dict().items():
        assert key not in weights or torch.equal(weights[key].float(), weight), key

    def tokens(count):
        return torch.randint(4, VOCABULARY, (count,), generator=generator).tolist()

    rows = [tokens(length) for length in LENGTHS]
    prompts = [tokens(9), tokens(14), tokens(9)]
    prompts.append(prompts[0])
    pairs = [dict(prompt=p, matching=tokens(m), not_matching=tokens(n)) for p, m, n in zip(prompts, (4, 6, 1, 2), (3, 2, 8, 4))]
    block = 1
    vector = torch.randn(SIZES["hidden_size"], generator=generator)
    expected = expect(model, rows, block, vector)
    trained, losses = train(model, pairs, block, 0.5 * vector)
    save_file({"vector": vector, **expected, **trained}, folder / "expected.safetensors")
    (folder / "expected.json").write_text(json.dumps(dict(
        context_length=context, steered_block=block, rows=rows, pairs=pairs, losses=losses,
        training=dict(steps=STEPS, warm_up_steps=WARM_UP, learning_rate=LEARNING_RATE, weight_decay=WEIGHT_DECAY, beta=BETA, seed=SEED),
        versions=dict(python=platform.python_version(), torch=torch.__version__, transformers=transformers.__version__),
    )) + "\n")
    bits = " ".join(f"{k} {v.abs().max():.2f}" for k, v in {**expected, **trained}.items())
    print(f"{name}: {bits} {losses}", flush=True)


if __name__ == "__main__":
    torch.set_num_threads(1)
    names = sys.argv[2:] or list(VARIANTS)
    for name in names:
        make(pathlib.Path(sys.argv[1]) / name, name, *VARIANTS[name])
