import { createHash } from 'node:crypto';
import { sleep } from '../../runtime/clock.ts';
import type { JsonObject } from '../../core/json.ts';
import { SimulatorError } from '../error.ts';
import { Fields } from '../json-body.ts';
import { PULLABLE_MODELS } from '../models/spec.ts';
import { canonicalName, isModelName, layerDigest } from '../models/store.ts';
import type { StoredModel } from '../models/store.ts';
import { JSON_TYPE } from '../server.ts';
import type { Call, Endpoint } from '../server.ts';
import { ndjson } from '../wire/wire.ts';

/** The calls that change the list of models, over the list in memory: no registry, no files. */

/** A pull's speed: a 1.3 GB model takes about 13 simulated seconds. */
const BYTES_PER_SECOND = 100e6;
const PROGRESS_STEPS = 10;

function nameOf(call: Call): string {
  const fields = new Fields(call.json, 'Request');
  return fields.string('model') || fields.string('name');
}

function validName(call: Call): string {
  const name = nameOf(call);
  if (!isModelName(name)) throw new SimulatorError(400, 'invalid model name');
  return name;
}

/** Sends progress objects as they come, or only the last with `stream: false`. */
async function progress(call: Call, steps: AsyncIterable<JsonObject>): Promise<void> {
  const { reply } = call;
  const streamed = new Fields(call.json, 'Request').boolean('stream') ?? true;
  let last: JsonObject = {};
  if (streamed) reply.stream('application/x-ndjson', () => ndjson({ error: 'unexpected EOF' }));
  for await (const step of steps) {
    if (reply.cancel.cancelled) return;
    last = step;
    if (streamed) await reply.item(ndjson(step), step['status'] === 'success');
  }
  if (streamed) reply.end();
  else if (typeof last['error'] === 'string') throw new SimulatorError(500, last['error']);
  else await reply.json('application/json', last);
}

async function* transfer(
  call: Call,
  verb: string,
  digest: string,
  total: number,
): AsyncGenerator<JsonObject> {
  const { clock } = call.server;
  const short = digest.slice(7, 19);
  for (let step = 0; step <= PROGRESS_STEPS; step += 1) {
    if (step > 0)
      await sleep(clock, ((total / BYTES_PER_SECOND) * 1_000) / PROGRESS_STEPS, call.reply.cancel);
    if (call.reply.cancel.cancelled) return;
    const completed = Math.round((total * step) / PROGRESS_STEPS);
    yield { status: `${verb} ${short}`, digest, total, ...(completed === 0 ? {} : { completed }) };
  }
}

export const pull: Endpoint = async (call) => {
  const name = canonicalName(validName(call));
  const { store, clock } = call.server;
  const spec = store.find(name)?.spec ?? PULLABLE_MODELS.find((model) => canonicalName(model.name) === name);
  async function* steps(): AsyncGenerator<JsonObject> {
    yield { status: 'pulling manifest' };
    if (spec === undefined) {
      yield { error: 'pull model manifest: file does not exist' };
      return;
    }
    yield* transfer(
      call,
      'pulling',
      `sha256:${createHash('sha256').update(`layer ${name}`).digest('hex')}`,
      spec.size,
    );
    yield { status: 'verifying sha256 digest' };
    yield { status: 'writing manifest' };
    store.add(spec, clock.wallMs());
    yield { status: 'success' };
  }
  await progress(call, steps());
};

export const push: Endpoint = async (call) => {
  const name = nameOf(call);
  if (name === '') throw new SimulatorError(400, 'model is required');
  const model = call.server.store.find(name);
  async function* steps(): AsyncGenerator<JsonObject> {
    yield { status: 'retrieving manifest' };
    if (model === null) {
      yield { error: `open manifests/${name}: no such file or directory` };
      return;
    }
    yield* transfer(call, 'pushing', layerDigest(model), model.spec.size);
    yield { status: 'pushing manifest' };
    yield { status: 'success' };
  }
  await progress(call, steps());
};

export const create: Endpoint = async (call) => {
  const name = validName(call);
  const { store, clock } = call.server;
  const fields = new Fields(call.json, 'CreateRequest');
  const from = fields.string('from');
  if (from === '' && fields.object('files') === null) {
    throw new SimulatorError(400, "neither 'from' or 'files' was specified");
  }
  const base = from === '' ? fromFiles(call, fields) : store.require(from);
  async function* steps(): AsyncGenerator<JsonObject> {
    await Promise.resolve();
    yield { status: `using existing layer ${layerDigest(base)}` };
    yield { status: 'writing manifest' };
    store.add(base.spec, clock.wallMs(), {
      name,
      parent: base.name,
      system: fields.string('system') || base.system,
    });
    yield { status: 'success' };
  }
  await progress(call, steps());
};

/** Files must have been uploaded; what is in them is not looked at: the result speaks like the first model. */
function fromFiles(call: Call, fields: Fields): StoredModel {
  const { store } = call.server;
  for (const digest of Object.values(fields.object('files') ?? {})) {
    if (typeof digest !== 'string' || !store.blobs.has(digest)) {
      throw new SimulatorError(400, `blob ${JSON.stringify(digest)} not found`);
    }
  }
  const model = store.list().find(({ spec }) => spec.capabilities.includes('completion'));
  if (model === undefined) throw new SimulatorError(500, 'no model to build on');
  return model;
}

export const copy: Endpoint = (call) => {
  const fields = new Fields(call.json, 'CopyRequest');
  const source = fields.string('source');
  const destination = fields.string('destination');
  if (!isModelName(source)) throw new SimulatorError(400, `source ${JSON.stringify(source)} is invalid`);
  if (!isModelName(destination)) {
    throw new SimulatorError(400, `destination ${JSON.stringify(destination)} is invalid`);
  }
  const model = call.server.store.find(source);
  if (model === null) throw new SimulatorError(404, `model ${JSON.stringify(source)} not found`);
  call.server.store.copy(model, destination, call.server.clock.wallMs());
  call.reply.empty(200);
  return Promise.resolve();
};

export const remove: Endpoint = (call) => {
  const name = nameOf(call);
  if (!isModelName(name)) throw new SimulatorError(400, `name ${JSON.stringify(name)} is invalid`);
  const model = call.server.store.require(name);
  call.server.residency.expire(model);
  call.server.store.remove(name);
  call.reply.empty(200);
  return Promise.resolve();
};

/** HEAD asks whether a blob is there, POST uploads it: hashed as it streams in, never kept. */
export const blob: Endpoint = async (call) => {
  const digest = call.parameter;
  if (!/^sha256[:-][0-9a-f]{64}$/.test(digest)) {
    throw new SimulatorError(400, 'invalid digest format');
  }
  const { blobs } = call.server.store;
  if (call.method === 'HEAD') {
    if (blobs.has(digest)) call.reply.empty(200);
    else call.reply.empty(404, { 'content-type': JSON_TYPE });
    return;
  }
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of call.request as AsyncIterable<Buffer>) {
    hash.update(chunk);
    size += chunk.length;
  }
  if (blobs.has(digest)) {
    call.reply.empty(200);
    return;
  }
  const actual = `sha256:${hash.digest('hex')}`;
  if (actual !== digest.replace('sha256-', 'sha256:')) {
    throw new SimulatorError(
      400,
      `digest mismatch, expected ${JSON.stringify(digest)}, got ${JSON.stringify(actual)}`,
    );
  }
  blobs.set(digest, size);
  call.reply.empty(201);
};
