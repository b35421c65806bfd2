import { describe, expect, it } from 'vitest';
import type { Ask, SimTool } from '../ask.ts';
import { planToolCall } from './tool-choice.ts';

const weather: SimTool = {
  name: 'get_current_weather',
  description: 'Weather of a city',
  parameters: {
    type: 'object',
    required: ['city'],
    properties: {
      city: { type: 'string' },
      unit: { type: 'string', enum: ['celsius', 'fahrenheit'] },
      days: { type: 'integer' },
    },
  },
};
const stock: SimTool = {
  name: 'stockPrice',
  description: '',
  parameters: { type: 'object', properties: { query: { type: 'string' }, count: { type: 'integer' } } },
};

const ask = (more: Partial<Ask> = {}): Ask => ({
  kind: 'chat',
  model: 'm',
  messages: [{ role: 'user', content: '', images: [], toolName: null }],
  stream: false,
  think: null,
  format: null,
  tools: [weather, stock],
  toolChoice: 'auto',
  maxTokens: null,
  stop: [],
  numCtx: null,
  keepAliveMs: null,
  relaxThinking: false,
  ...more,
});

describe('a tool call', () => {
  it.each([
    ['What is the weather in New York today?', { city: 'New York' }],
    ['How is the weather in Paris, in celsius?', { city: 'Paris', unit: 'celsius' }],
    ['Ask for the weather of "san marino"', { city: 'san marino' }],
    ['weather please', { city: 'weather please' }],
    ['I want Weather Berlin', { city: 'Weather Berlin' }],
  ])('is made for "%s"', (question, args) => {
    expect(planToolCall(ask(), question)).toEqual({ name: 'get_current_weather', arguments: args });
  });

  it('takes the tool with most words in common, and numbers from the prompt', () => {
    expect(planToolCall(ask(), 'Give me 3 stock prices')).toEqual({
      name: 'stockPrice',
      arguments: { query: 'Give me 3 stock prices', count: 3 },
    });
  });

  it('is not made without need, against the request, or after a result', () => {
    expect(planToolCall(ask(), 'Why is the sky blue?')).toBeNull();
    expect(planToolCall(ask({ toolChoice: 'none' }), 'weather in Paris')).toBeNull();
    expect(planToolCall(ask({ tools: [] }), 'weather in Paris')).toBeNull();
    const result = { role: 'tool', content: '21 degrees', images: [], toolName: 'get_current_weather' };
    expect(planToolCall(ask({ messages: [result] }), 'weather in Paris')).toBeNull();
  });

  it('is made when the request forces it', () => {
    expect(planToolCall(ask({ toolChoice: 'required' }), 'Hello')?.name).toBe('get_current_weather');
    expect(planToolCall(ask({ toolChoice: { name: 'stockPrice' } }), 'Hello')?.name).toBe('stockPrice');
    expect(planToolCall(ask({ toolChoice: { name: 'nothing' } }), 'Hello')).toBeNull();
    const bare = { name: 'ping', description: '', parameters: null };
    expect(planToolCall(ask({ tools: [bare], toolChoice: 'required' }), 'x')).toEqual({
      name: 'ping',
      arguments: {},
    });
    const odd = { name: 'ping', description: '', parameters: { type: 'string' } };
    expect(planToolCall(ask({ tools: [odd], toolChoice: 'required' }), 'x')?.arguments).toEqual({});
  });
});
