export const CAPABILITIES = ['completion', 'tools', 'insert', 'vision', 'thinking', 'embedding'] as const;
export type Capability = (typeof CAPABILITIES)[number];

/** A model on offer, as `/api/tags` and `/api/show` describe it. Sizes are bytes. */
export interface ModelSpec {
  /** With its tag, e.g. `llama3.2:1b`; without one it is `latest`. */
  readonly name: string;
  readonly family: string;
  readonly parameterSize: string;
  readonly quantization: string;
  readonly size: number;
  readonly contextLength: number;
  readonly embeddingLength: number;
  readonly capabilities: readonly Capability[];
  /** Default `gguf`. */
  readonly format?: string;
  /** Model-specific pace; default the server's. */
  readonly tokensPerSecond?: number;
  readonly prefillTokensPerSecond?: number;
  readonly loadMs?: number;
  readonly license?: string;
}

const GIB = 1024 ** 3;

/** Three small chat models that people really run on a laptop: plain, another vendor's, and one that thinks. */
export const CHAT_MODELS: readonly ModelSpec[] = [
  {
    name: 'llama3.2:1b',
    family: 'llama',
    parameterSize: '1.2B',
    quantization: 'Q8_0',
    size: 1_321_098_329,
    contextLength: 131_072,
    embeddingLength: 2_048,
    capabilities: ['completion', 'tools'],
    license: 'LLAMA 3.2 COMMUNITY LICENSE AGREEMENT',
  },
  {
    name: 'qwen2.5:0.5b',
    family: 'qwen2',
    parameterSize: '494.03M',
    quantization: 'Q4_K_M',
    size: 397_821_319,
    contextLength: 32_768,
    embeddingLength: 896,
    capabilities: ['completion', 'tools', 'insert'],
    license: 'Apache License, Version 2.0',
  },
  {
    name: 'qwen3:0.6b',
    family: 'qwen3',
    parameterSize: '751.63M',
    quantization: 'Q4_K_M',
    size: 522_653_767,
    contextLength: 40_960,
    embeddingLength: 1_024,
    capabilities: ['completion', 'tools', 'thinking'],
    license: 'Apache License, Version 2.0',
  },
];

/** What `/api/pull` finds beside the models already there. Any other name does not exist. */
export const PULLABLE_MODELS: readonly ModelSpec[] = [
  ...CHAT_MODELS,
  {
    name: 'gemma3:1b',
    family: 'gemma3',
    parameterSize: '999.89M',
    quantization: 'Q4_K_M',
    size: 815_319_791,
    contextLength: 32_768,
    embeddingLength: 1_152,
    capabilities: ['completion'],
    license: 'Gemma Terms of Use',
  },
  {
    name: 'llama3.2:latest',
    family: 'llama',
    parameterSize: '3.2B',
    quantization: 'Q4_K_M',
    size: Math.round(1.88 * GIB),
    contextLength: 131_072,
    embeddingLength: 3_072,
    capabilities: ['completion', 'tools'],
    license: 'LLAMA 3.2 COMMUNITY LICENSE AGREEMENT',
  },
];

/** The entry of the embedder behind `/api/embed`, under the name of what it is. */
export function embeddingModel(name: string, dimensions: number): ModelSpec {
  const static_ = name.startsWith('potion');
  return {
    name,
    family: static_ ? 'model2vec' : 'universal-sentence-encoder',
    format: static_ ? 'safetensors' : 'tfjs',
    parameterSize: static_ ? '1.9M' : '27M',
    quantization: static_ ? 'I8' : 'F32',
    size: static_ ? 2_260_000 : 28_000_000,
    contextLength: 512,
    embeddingLength: dimensions,
    capabilities: ['embedding'],
    license: static_ ? 'MIT' : 'Apache License, Version 2.0',
  };
}
