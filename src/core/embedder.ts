/** Turns texts into unit vectors. Every implementation passes the same contract suite. */
export interface TextEmbedder {
  /** Vectors of different identities are never compared: kind, model, digest, dimensions, prefix. */
  readonly identity: string;
  readonly dimensions: number;
  /** The cosine at which this embedder's neighbours count as the same question unless configured otherwise. */
  readonly recommendedThreshold: number;
  /** One L2-normalised vector per text, in order. Rejects when the embedder is out of order. */
  embed(texts: readonly string[]): Promise<Float32Array[]>;
  close(): Promise<void>;
}
