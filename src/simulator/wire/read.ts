import { isJsonObject } from '../../core/json.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { SimMessage, SimTool, ToolChoice } from '../ask.ts';
import { SimulatorError } from '../error.ts';

/** Readers that several wires share. */

const text = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '');

/** Tools as `{ type: 'function', function: { name, description, parameters } }`. */
export function readFunctionTools(tools: readonly JsonObject[] | null): SimTool[] {
  return (tools ?? []).map((tool) => {
    const inner = isJsonObject(tool['function']) ? tool['function'] : {};
    return toTool(inner['name'], inner['description'], inner['parameters']);
  });
}

/** Tools with their name at the top, the schema under `schemaKey`. */
export function readFlatTools(tools: readonly JsonObject[] | null, schemaKey: string): SimTool[] {
  return (tools ?? []).map((tool) => toTool(tool['name'], tool['description'], tool[schemaKey]));
}

function toTool(
  name: JsonValue | undefined,
  description: JsonValue | undefined,
  schema: JsonValue | undefined,
): SimTool {
  return {
    name: text(name),
    description: text(description),
    parameters: isJsonObject(schema) ? schema : null,
  };
}

/** `auto`, `none`, `required`, `any`, or a named function, in OpenAI's and Anthropic's forms. */
export function readToolChoice(value: JsonValue | undefined): ToolChoice {
  const kind = isJsonObject(value) ? text(value['type']) : value;
  if (kind === 'none') return 'none';
  if (kind === 'required' || kind === 'any') return 'required';
  if (isJsonObject(value)) {
    const inner = isJsonObject(value['function']) ? value['function'] : value;
    const name = text(inner['name']);
    if (name !== '') return { name };
  }
  return 'auto';
}

/** `stop` as a string or a list of strings. */
export function readStop(value: JsonValue | undefined): string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

const IMAGE_URL = /^data:(?:image\/(?:jpeg|jpg|png|webp))?;base64,(.*)$/s;

/** The base64 text of an image in a data URL. */
export function readImageUrl(url: JsonValue | undefined): string {
  const data = typeof url === 'string' ? IMAGE_URL.exec(url)?.[1] : undefined;
  if (data === undefined) throw new SimulatorError(400, 'invalid image input');
  return checkImage(data);
}

/** Refuses what is not base64, as decoding it would. */
export function checkImage(data: string): string {
  const at = data.search(/[^A-Za-z0-9+/=]/);
  if (at >= 0) throw new SimulatorError(400, `illegal base64 data at input byte ${at}`);
  return data;
}

export function message(role: string, content: string, extra: Partial<SimMessage> = {}): SimMessage {
  return { role, content, images: extra.images ?? [], toolName: extra.toolName ?? null };
}
