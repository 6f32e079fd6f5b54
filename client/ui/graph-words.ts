// How the page that shows a train graph names pages and times.

export interface GraphWords {
  /** Pages that differ have different names. */
  readonly nameOf: (page: string) => string;
  /** @param at epoch milliseconds. */
  readonly timeOf: (at: number) => string;
  /** With seconds. */
  readonly exactTimeOf: (at: number) => string;
}
