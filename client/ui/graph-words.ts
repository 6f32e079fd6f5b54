// How the page that shows a train graph names pages and times, and in which language.
import type { GraphTexts } from './graph-texts.ts';
import type { VisitGraph } from './train-graph.ts';

export interface GraphWords {
  /** Pages that differ have different names. */
  readonly nameOf: (page: string) => string;
  /** @param at epoch milliseconds. */
  readonly timeOf: (at: number) => string;
  /** With seconds. */
  readonly exactTimeOf: (at: number) => string;
  readonly texts: GraphTexts;
}

/** One name for each row. */
export function nameRows(
  { rows, otherPages }: Pick<VisitGraph, 'rows' | 'otherPages'>,
  { nameOf, texts }: Pick<GraphWords, 'nameOf' | 'texts'>,
): readonly string[] {
  return [...rows.map(nameOf), ...(otherPages > 0 ? [texts.morePages(otherPages)] : [])];
}
