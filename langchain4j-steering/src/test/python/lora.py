"""Makes the adapters of LoraParityTest: LoRA adapters of PEFT with random factors, and the logits of the model into which
PEFT itself has merged them, in float32.

    python src/test/python/lora.py src/test/resources/parity src/test/resources/lora

needs torch, transformers and peft; versions.json in the target says which were used.
"""

import json
import shutil
import sys
from pathlib import Path

import numpy
import peft
import torch
import transformers
from safetensors.numpy import save_file

# Of each: the model of the families' parity tests that it adapts, and the settings of its adapter.
ADAPTERS = {
    "plain": ("llama", dict(r=4, lora_alpha=6, target_modules="all-linear")),
    "rank-stabilised": ("qwen2", dict(r=4, lora_alpha=6, use_rslora=True, target_modules=["q_proj", "v_proj", "down_proj"])),
    "patterns": (
        "llama",
        dict(
            r=4,
            lora_alpha=6,
            target_modules=r".*layers\.[12]\..*(q_proj|k_proj|gate_proj|up_proj)",
            rank_pattern={"q_proj": 2, r"layers\.1\.mlp\.gate_proj": 3},
            alpha_pattern={"k_proj": 9, r"^model\.layers\.2.*up_proj": 5},
        ),
    ),
    "fused": ("phi3-window", dict(r=4, lora_alpha=6, target_modules=["qkv_proj", "gate_up_proj", "o_proj"])),
}


def main(variants, target):
    for name, (variant, settings) in ADAPTERS.items():
        torch.manual_seed(len(name))
        folder = variants / variant
        model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
        model.config.name_or_path = variant
        adapted = peft.get_peft_model(model, peft.LoraConfig(task_type="CAUSAL_LM", lora_dropout=0.1, **settings))
        for parameter_name, parameter in adapted.named_parameters():
            if "lora_" in parameter_name:
                torch.nn.init.normal_(parameter, 0, 0.1)
        place = target / name
        shutil.rmtree(place, ignore_errors=True)
        adapted.save_pretrained(place)
        (place / "README.md").unlink(missing_ok=True)
        config = json.loads((place / "adapter_config.json").read_text())
        config["base_model_name_or_path"] = variant
        (place / "adapter_config.json").write_text(json.dumps(config, indent=1, sort_keys=True) + "\n")
        merged = adapted.merge_and_unload().eval()
        tokens = torch.arange(12).reshape(1, 12) * 7 % merged.config.vocab_size
        with torch.no_grad():
            logits = merged(tokens).logits[0].numpy().astype(numpy.float32)
        save_file({"logits": logits, "tokens": tokens[0].numpy().astype(numpy.float32)}, place / "expected.safetensors")
    versions = {module.__name__: module.__version__ for module in (torch, transformers, peft)}
    (target / "versions.json").write_text(json.dumps(versions, indent=1) + "\n")


main(Path(sys.argv[1]), Path(sys.argv[2]))
