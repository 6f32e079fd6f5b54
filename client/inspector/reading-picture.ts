// Draws the spans on a time axis, one line per page. Decorative: the tables contain the same data.
import type { Span } from '../../sw/protocol/delivery.ts';
import { make, makeSvg } from '../ui/dom.ts';
import { formatTime } from '../ui/format.ts';

export type Mark = 'waiting' | 'refused' | 'delivered';

/** Drawing order: later marks cover earlier ones. */
const MARKS: readonly Mark[] = ['delivered', 'refused', 'waiting'];
/** Maximum number of lines: the most recently read pages. */
const MOST_PAGES = 5;
/** Width of the drawing, which is stretched to the available width. */
const WIDTH = 1000;
const LEAST_WIDTH = 3;

export class ReadingTimeline {
  readonly element = make('div', { class: 'picture', 'aria-hidden': 'true' });
  #drawn = '';

  draw(marks: Readonly<Record<Mark, readonly Span[]>>, now: number): void {
    const all = MARKS.flatMap((mark) => marks[mark].map(({ page, start, end }) => ({ page, start, end, mark })));
    const drawn = JSON.stringify(all);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.element.hidden = all.length === 0;
    if (all.length === 0) return;
    const from = Math.min(...all.map(({ start }) => start));
    const to = Math.max(...all.map(({ end }) => end), from + 1);
    const x = (at: number): number => ((at - from) / (to - from)) * WIDTH;
    const pages = [...new Set(all.toSorted((a, b) => b.end - a.end).map(({ page }) => page))].slice(0, MOST_PAGES);
    const lines = pages.flatMap((page) => {
      const svg = makeSvg('svg', { viewBox: `0 0 ${WIDTH} 12`, preserveAspectRatio: 'none' });
      for (const { start, end, mark } of all.filter((span) => span.page === page)) {
        const width = Math.max(LEAST_WIDTH, x(end) - x(start));
        const left = Math.min(x(start), WIDTH - width);
        svg.append(makeSvg('rect', { x: String(left), y: '2', width: String(width), height: '8', class: mark }));
      }
      return [make('span', { class: 'label' }, nameOf(page)), svg];
    });
    const legend = MARKS.filter((mark) => marks[mark].length > 0).map((mark) =>
      make('span', { class: `mark ${mark}` }, mark),
    );
    const scale = make(
      'span',
      { class: 'scale' },
      make('span', {}, formatTime(from, now)),
      make('span', { class: 'legend' }, ...legend),
      make('span', {}, formatTime(to, now)),
    );
    this.element.replaceChildren(...lines, make('span'), scale);
  }
}

/** The last segment of its path. */
function nameOf(page: string): string {
  return page.split('/').findLast((part) => part !== '') ?? '/';
}
