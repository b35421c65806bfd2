/**
 * The wire protocols that clients speak. Each is read tolerantly (unknown fields pass) and written exactly
 * (official clients parse every byte we write). A dialect is pure: no clock, no sockets, nothing remembered.
 */
import type { Dialect } from '../core/dialect.ts';
import type { DialectName } from '../core/route.ts';
import { anthropic } from './anthropic/anthropic.ts';
import { ollama } from './ollama/ollama.ts';
import { openai } from './openai/openai.ts';

export const dialects: Readonly<Record<DialectName, Dialect>> = { ollama, openai, anthropic };
