/** Browsers that ask to be let in, as far as this viewer may answer, and those let in beside this one. */
import { signal } from "@preact/signals";

export interface Knock {
  readonly id: string;
  readonly name: string;
  readonly device: string;
  readonly number: number;
  /** Somebody asks to come in as this viewer. */
  readonly mine: boolean;
  /** Somebody on the list is meant. */
  readonly known: boolean;
}
export interface LetIn {
  readonly id: string;
  readonly device: string;
  readonly by: string;
  readonly at: number;
}
export interface Knocks {
  readonly waiting: readonly Knock[];
  readonly let_in: readonly LetIn[];
}
export const knocks = signal<Knocks>({ waiting: [], let_in: [] });
/** Grows whenever the server says that the list has changed. */
export const knocked = signal(0);
