import { readFile } from 'node:fs/promises';
import type { Clock } from '../runtime/clock.ts';
import { seededRng, type Rng } from '../runtime/rng.ts';
import { BUILT_IN_ANSWERS } from './answers/built-in.ts';
import { AnswerTable, parseAnswers, type QuestionAnswer } from './answers/table.ts';
import { chooseEmbeddings } from './embeddings.ts';
import { CHAT_MODELS } from './models/spec.ts';
import { ModelStore } from './models/store.ts';
import { SimulatorOptionsError, type Settings, type SimulatorOptions } from './options.ts';
import { Residency } from './residency.ts';
import type { Server } from './server.ts';
import { scaledClock } from './time.ts';

const DAY_MS = 86_400_000;

/** What the endpoints work on, from options. Throws `SimulatorOptionsError` for a bad answers file. */
export async function buildServer(
  options: SimulatorOptions,
  settings: Settings,
  realClock: Clock,
  givenRng: Rng | undefined,
): Promise<Server> {
  const answers = options.answers ?? (await readAnswersFile(options.answersFile ?? null)) ?? BUILT_IN_ANSWERS;
  const clock = scaledClock(realClock, settings.speed);
  const rng = givenRng ?? seededRng(settings.seed);
  const vary = (ms: number): number =>
    settings.jitter === 0 ? ms : ms * (1 + settings.jitter * (2 * rng.next() - 1));
  const embeddings = chooseEmbeddings(options.embedder);
  return {
    settings,
    version: options.version ?? '0.12.6',
    abortHoldsPrefill: options.abortHoldsPrefill ?? false,
    clock,
    store: stock(options, embeddings.model, realClock),
    residency: new Residency(
      { ...settings, loadMs: ({ spec }) => vary(spec.loadMs ?? settings.loadMs) },
      clock,
    ),
    embeddings,
    answers: new AnswerTable(answers, () => embeddings.embedder()),
    random: (limit) => Math.floor(rng.next() * limit),
    vary,
  };
}

/** The models on offer, as if pulled a day apart, so that their order in `/api/tags` is theirs in the options. */
function stock(
  options: SimulatorOptions,
  embedding: (typeof CHAT_MODELS)[number] | null,
  clock: Clock,
): ModelStore {
  const store = new ModelStore();
  [...(options.models ?? CHAT_MODELS), ...(embedding === null ? [] : [embedding])].forEach((spec, index) => {
    store.add(spec, clock.wallMs() - (index + 1) * DAY_MS);
  });
  return store;
}

async function readAnswersFile(file: string | null): Promise<readonly QuestionAnswer[] | null> {
  if (file === null) return null;
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new SimulatorOptionsError(
      `answersFile: cannot read ${file} (${(error as NodeJS.ErrnoException).code ?? 'error'})`,
    );
  }
  return parseAnswers(text, file);
}
