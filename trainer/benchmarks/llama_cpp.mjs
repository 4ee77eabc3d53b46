// Times llama.cpp, as node-llama-cpp brings it, on a GGUF file and prints JSON: tokens per second of prompts and of decoding.
// node llama_cpp.mjs FOLDER_OF_NODE_MODULES FILE.gguf THREADS PROMPT_TOKENS,... ANSWER_TOKENS
import path from "node:path";
import {pathToFileURL} from "node:url";

const [folder, file, threadsText, promptText, answerText] = process.argv.slice(2);
const threads = Number(threadsText);
const promptTokens = promptText.split(",").map(Number);
const answerTokens = Number(answerText);
const times = 3;

const entry = path.resolve(folder, "node_modules", "node-llama-cpp", "dist", "index.js");
const {getLlama} = await import(pathToFileURL(entry));
const llama = await getLlama({gpu: false, build: "never", skipDownload: true, logLevel: "error", maxThreads: threads});
const model = await llama.loadModel({modelPath: path.resolve(file), useMmap: true});
const contextSize = Math.max(...promptTokens, 32 + answerTokens) + 8;
const context = await model.createContext({contextSize, batchSize: 512, threads});
const sequence = context.getSequence();

const tokens = count => Array.from({length: count}, (_, i) => 300 + (i * 37) % 5000);

async function promptSeconds(count) {
  await sequence.clearHistory();
  const prompt = tokens(count).map((token, i) => i === count - 1 ? [token, {generateNext: {token: true}}] : token);
  const start = performance.now();
  await sequence.controlledEvaluate(prompt);
  return (performance.now() - start) / 1000;
}

async function answerTokensPerSecond() {
  await sequence.clearHistory();
  let start = 0;
  let answered = -1;
  for await (const token of sequence.evaluate(tokens(32), {temperature: 0, yieldEogToken: true})) {
    if (++answered === 0)
      start = performance.now();
    if (answered === answerTokens)
      break;
  }
  return answered / ((performance.now() - start) / 1000);
}

// The first time of each is not measured.
const prefill = {};
for (const count of promptTokens) {
  await promptSeconds(count);
  prefill[count] = 0;
  for (let i = 0; i < times; i++)
    prefill[count] = Math.max(prefill[count], count / await promptSeconds(count));
}
await answerTokensPerSecond();
let decode = 0;
for (let i = 0; i < times; i++)
  decode = Math.max(decode, await answerTokensPerSecond());
console.log(JSON.stringify({prefill, decode}));
process.exit(0);
