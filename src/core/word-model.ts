/** Words as vectors: what a pair scorer compares two texts by, word by word. */
export interface WordModel {
  /** The weights themselves, by their digest. */
  readonly identity: string;
  /** The words of a text, in order. Linear in its length, which the caller bounds. */
  read(text: string): readonly ModelWord[];
  /** Cosine of the meanings of two words of the vocabulary, by their rows. */
  cosine(a: number, b: number): number;
  /** What the words mean together, whatever their names: unit length, or all zero. */
  meaningOf(words: readonly ModelWord[]): Float32Array;
}

export interface ModelWord {
  /** Lower case, without accents. */
  readonly text: string;
  /** Row in the vocabulary; -1 for a word it lacks. */
  readonly row: number;
  /** How much the word says, from near 0 for "the" to about 1 for rare ones. */
  readonly weight: number;
}
