/** What the thread of `use-lite.ts` and its worker say to each other. */
export interface UseLiteRequest {
  readonly id: number;
  /** None is blank: the model cannot read those. */
  readonly texts: readonly string[];
}

export type UseLiteReply =
  | {
      readonly id: number;
      readonly dimensions: number;
      /** Row after row, one per text. */
      readonly vectors: Float32Array;
    }
  | { readonly id: number; readonly error: string };
