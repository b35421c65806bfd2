/** A vector for each token of a vocabulary, and how a text becomes tokens. */
export interface TokenVectors {
  readonly dimensions: number;
  readonly tokenise: (text: string) => readonly number[];
  /** The row of each token; null: its own number. */
  readonly rowOf: Int32Array | null;
  /** What each token's row is multiplied by. */
  readonly scales: Float32Array;
  readonly rows: Int8Array | Float32Array;
  /** Of the weights and the vocabulary, so that two models of the same name never share vectors. */
  readonly digest: string;
}
