"""Times Hugging Face transformers on a model folder and prints JSON: tokens per second of prompts and of decoding."""
import argparse
import json
import time

import torch
import transformers

TIMES = 3


def seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--type", choices=["float32", "bfloat16"], required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--prompt-tokens", type=int, nargs="+", required=True)
    parser.add_argument("--answer-tokens", type=int, required=True)
    arguments = parser.parse_args()

    torch.set_num_threads(arguments.threads)
    torch.manual_seed(1)
    model = transformers.AutoModelForCausalLM.from_pretrained(
        arguments.folder, dtype=getattr(torch, arguments.type)).eval()
    vocabulary = model.config.vocab_size

    def run(tokens, cache):
        return model(input_ids=tokens, past_key_values=cache, use_cache=True, logits_to_keep=1)

    def prompt(count):
        return torch.randint(0, vocabulary, (1, count))

    with torch.inference_mode():
        def answer(step):
            for _ in range(arguments.answer_tokens):
                step = run(step.logits[:, -1].argmax(-1, keepdim=True), step.past_key_values)

        def answered():
            output = run(prompt(32), None)
            return seconds(lambda: answer(output))

        # The first time of each is not measured.
        prefill = {}
        for count in arguments.prompt_tokens:
            run(prompt(count), None)
            prefill[count] = count / min(seconds(lambda: run(prompt(count), None)) for _ in range(TIMES))
        answered()
        decode = arguments.answer_tokens / min(answered() for _ in range(TIMES))
    print(json.dumps({"version": transformers.__version__, "torch": torch.__version__, "prefill": prefill, "decode": decode}))


if __name__ == "__main__":
    main()
