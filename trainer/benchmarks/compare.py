"""Runs this project, llama.cpp and Hugging Face transformers by turns on random weights of one shape, and prints one table in Markdown."""
import argparse
import importlib.util
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def run(command, threads):
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads), MKL_NUM_THREADS=str(threads))
    finished = subprocess.run([str(part) for part in command], env=environment, stdout=subprocess.PIPE, check=True)
    return json.loads(finished.stdout)


def ours(arguments, precision):
    result = run(
        ["java", "-jar", arguments.jar, "benchmark", "--json", "--without-speculation",
         "--shape", arguments.shape, "--weights", arguments.weights, "--precision", precision,
         "--threads", arguments.threads, "--rounds", 3, "--rows", 1, "--vectors", 0,
         "--prompt-tokens", ",".join(map(str, arguments.prompt_tokens)),
         "--answer-tokens", arguments.answer_tokens], arguments.threads)
    return {
        "prefill": {entry["tokens"]: entry["tokensPerSecond"] for entry in result["prefill"]},
        "decode": result["decode"][0]["tokensPerSecond"],
    }


def llama_cpp(arguments, kind):
    file = arguments.weights / f"{kind}.gguf"
    if not file.exists():
        config = arguments.weights / "config.json"
        subprocess.run([sys.executable, HERE / "random_gguf.py", config, file, "--type", kind], check=True)
    result = run(
        ["node", HERE / "llama_cpp.mjs", arguments.llama, file, arguments.threads,
         ",".join(map(str, arguments.prompt_tokens)), arguments.answer_tokens], arguments.threads)
    return by_number(result)


def hugging_face(arguments, kind):
    result = run(
        [sys.executable, HERE / "hugging_face.py", arguments.weights, "--type", kind,
         "--threads", arguments.threads, "--answer-tokens", arguments.answer_tokens,
         "--prompt-tokens", *arguments.prompt_tokens], arguments.threads)
    return by_number(result)


def by_number(result):
    return {"prefill": {int(tokens): speed for tokens, speed in result["prefill"].items()}, "decode": result["decode"]}


def best(one, other):
    if one is None:
        return other
    return {
        "prefill": {tokens: max(speed, other["prefill"][tokens]) for tokens, speed in one["prefill"].items()},
        "decode": max(one["decode"], other["decode"]),
    }


def table(results, prompt_tokens):
    headings = [f"prompt of {tokens}" for tokens in prompt_tokens] + ["one answer"]
    lines = ["| | " + " | ".join(headings) + " |", "|---|" + "---|" * len(headings)]
    for name, result in results.items():
        speeds = [f"{result['prefill'][tokens]:.0f}" for tokens in prompt_tokens]
        lines.append("| " + " | ".join([name, *speeds, f"{result['decode']:.1f}"]) + " |")
    return "\n".join(lines)


def targets(results):
    """A line for each ratio that is aimed at, as far as all that it takes was measured."""
    decode = {name: result["decode"] for name, result in results.items()}
    prefill = {name: result["prefill"][512] for name, result in results.items() if 512 in result["prefill"]}
    lines = []

    def target(what, speeds, name, others, at_least):
        if all(contender in speeds for contender in [name, *others]):
            best = max(others, key=speeds.get)
            times = speeds[name] / speeds[best]
            outcome = "met" if times >= at_least else "missed"
            lines.append(f"- {what}: {name} is {times:.2f} times {best}, at least {at_least} is wanted [{outcome}]")

    target("one answer", decode, ours_in("bfloat16"), [llama_in("bf16")], 1.05)
    target("one answer", decode, ours_in("int8"), [llama_in("q8_0")], 1)
    target("one answer", decode, ours_in("int4"), [llama_in("q4_0")], 1)
    llama = [llama_in(kind) for kind in ("bf16", "q8_0", "q4_0")]
    target("prompt of 512", prefill, ours_in("bfloat16"), llama, 1.3)
    target("prompt of 512", prefill, ours_in("bfloat16"), [hugging_face_in("float32")], 4)
    return "\n".join(lines)


def ours_in(kind):
    return f"this project, {kind}"


def llama_in(kind):
    return f"llama.cpp, {kind.upper()}"


def hugging_face_in(kind):
    return f"transformers, {kind}"


def parsed():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shape", required=True, help="as the benchmark command names it, for instance qwen2.5-0.5b")
    parser.add_argument("--weights", type=pathlib.Path, required=True, help="folder in which the weights lie, or are made")
    parser.add_argument("--jar", type=pathlib.Path, default=HERE.parent / "target" / "steering.jar")
    parser.add_argument("--llama", type=pathlib.Path, help="folder in which node-llama-cpp is installed")
    parser.add_argument("--without-hugging-face", action="store_true")
    parser.add_argument("--precisions", nargs="+", default=["bfloat16", "int8", "int4"], help="of this project")
    parser.add_argument("--gguf-types", nargs="+", choices=["bf16", "q8_0", "q4_0", "f16", "f32"], default=["bf16", "q8_0", "q4_0"], help="of llama.cpp")
    parser.add_argument("--prompt-tokens", type=int, nargs="+", default=[32, 128, 512, 2048])
    parser.add_argument("--answer-tokens", type=int, default=32)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def main():
    arguments = parsed()
    contenders = {ours_in(kind): (ours, kind) for kind in arguments.precisions}
    if arguments.llama:
        contenders |= {llama_in(kind): (llama_cpp, kind) for kind in arguments.gguf_types}
    if not arguments.without_hugging_face and importlib.util.find_spec("transformers"):
        contenders |= {hugging_face_in(kind): (hugging_face, kind) for kind in ("bfloat16", "float32")}
    results = {}
    for number in range(1, arguments.rounds + 1):
        for name, (measure, kind) in contenders.items():
            print(f"round {number} of {arguments.rounds}: {name}", file=sys.stderr)
            results[name] = best(results.get(name), measure(arguments, kind))
    print(f"{arguments.shape}, {arguments.threads} threads, tokens per second, best of {arguments.rounds} rounds\n")
    print(table(results, arguments.prompt_tokens))
    print()
    print(targets(results))


if __name__ == "__main__":
    main()
