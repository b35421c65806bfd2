/**
 * The two canonical shapes. Both dialects fill the same fields, named as Ollama names them; a field that is
 * not given is left out, so that equal requests are equal whichever way they came. They are put together in the order of
 * their names, in which they are written.
 */
import type { CanonicalRequest, SemanticBlock } from '../../core/answer.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { Conversation } from './conversation.ts';
import { compact } from './given.ts';

/** What shapes an answer besides the messages or the prompt. */
export interface Shaping {
  readonly options: JsonObject;
  readonly format: JsonValue | undefined;
  readonly think: JsonValue | undefined;
  readonly tools: JsonValue | undefined;
  /** Fields that are not understood: part of the scope by value. */
  readonly extra: JsonObject | undefined;
  /** The answer consists of several alternatives. */
  readonly choices: boolean;
  readonly logprobs: boolean;
}

export function canonicalChat(model: string, conversation: Conversation, shaping: Shaping): CanonicalRequest {
  const { options, format, think, tools, extra } = shaping;
  const { messages, slot } = conversation;
  const toolTurns = conversation.toolTurns || tools !== undefined;
  return {
    kind: 'chat',
    model,
    scope: compact({ extra, format, messages, options, slot, think, tools }),
    text: conversation.text,
    semanticBlock: blockOfChat(conversation, shaping, toolTurns),
    sampled: isSampled(options),
  };
}

export interface Prompt {
  readonly text: string;
  /** The prompt when it is not one text: several, or token numbers. */
  readonly prompts: JsonValue | undefined;
  readonly system: string | undefined;
  readonly template: string | undefined;
  readonly suffix: string | undefined;
  readonly images: JsonValue | undefined;
  readonly raw: boolean;
}

export function canonicalGenerate(model: string, prompt: Prompt, shaping: Shaping): CanonicalRequest {
  const { options, format, think, tools, extra } = shaping;
  const { prompts, system, template, suffix, images } = prompt;
  const raw = prompt.raw ? true : undefined;
  return {
    kind: 'generate',
    model,
    scope: compact({
      extra,
      format,
      images,
      options,
      prompts,
      raw,
      suffix,
      system,
      template,
      think,
      tools,
    }),
    text: prompt.text,
    semanticBlock: blockOfPrompt(prompt, shaping),
    sampled: isSampled(options),
  };
}

/** Embeddings are the same only for the same input on the same route (their bodies differ in shape). */
export function canonicalEmbed(template: string, model: string, fields: JsonObject): CanonicalRequest {
  return {
    kind: 'embed',
    model,
    scope: compact({ fields, template }),
    text: '',
    semanticBlock: 'embedding',
    sampled: false,
  };
}

/**
 * Drawn at random unless the temperature is 0 or a seed fixes the draw. An omitted temperature is the
 * model's default, which is not 0; a negative seed means a random one to Ollama.
 */
function isSampled(options: JsonObject): boolean {
  const seed = options['seed'];
  return options['temperature'] !== 0 && !(typeof seed === 'number' && seed >= 0);
}

function blockOfChat(
  { images, endsWithUser, text }: Conversation,
  { choices, logprobs }: Shaping,
  toolTurns: boolean,
): SemanticBlock | null {
  if (toolTurns) return 'tools';
  if (images) return 'images';
  if (choices) return 'multiple_choices';
  if (logprobs) return 'logprobs';
  return !endsWithUser || text.trim() === '' ? 'no_user_text' : null;
}

function blockOfPrompt(
  { images, suffix, raw, text }: Prompt,
  { tools, choices, logprobs }: Shaping,
): SemanticBlock | null {
  if (tools !== undefined) return 'tools';
  if (images !== undefined) return 'images';
  if (choices) return 'multiple_choices';
  if (logprobs) return 'logprobs';
  if (suffix !== undefined) return 'suffix';
  if (raw) return 'raw';
  return text.trim() === '' ? 'no_user_text' : null;
}
