// Draws the train graph of one visit (train-graph.ts has the layout). The table under it has the same as text (graph-table.ts).
import { html, nothing, svg, type TemplateResult } from 'lit';
import { formatAbout, formatLength } from './format.ts';
import { endMark, graphLegend } from './graph-marks.ts';
import type { GraphTexts } from './graph-texts.ts';
import { nameRows, type GraphWords } from './graph-words.ts';
import type { Bar, Stretch } from './graph-bars.ts';
import type { Gap, Move, VisitGraph } from './train-graph.ts';
import type { Tunnel } from './tunnels.ts';

const ROW_PX = 46;
const BAR_PX = 12;
/** From the top of a row to the middle of its bars. */
const LINE_PX = 29;
/** Above the rows: the names of tunnels, in two lines where these are narrow. */
const HEAD_PX = 40;
/** Below them: the names of gaps. */
const GAPS_PX = 22;
/** Bars and tunnels of a moment can be seen, too. */
const LEAST_BAR_PERCENT = 0.4;

/** @param title of the visit, if it is one of several. */
export function trainGraph(visit: VisitGraph, title: string | undefined, words: GraphWords): TemplateResult {
  const { texts } = words;
  const { fromMs, untilMs, rows, bars, moves, gaps, tunnels, ticks } = visit;
  const names = nameRows(visit, words);
  const percent = (ms: number): number => (ms / (untilMs - fromMs)) * 100;
  const x = (at: number): string => `${percent(at - fromMs).toFixed(3)}%`;
  const width = ({ fromMs: from, toMs: to }: Stretch): string =>
    `${Math.max(LEAST_BAR_PERCENT, percent(to - from)).toFixed(3)}%`;
  const headPx = tunnels.length > 0 ? HEAD_PX : 0;
  const y = (row: number): number => headPx + row * ROW_PX + LINE_PX;
  const linesPx = headPx + names.length * ROW_PX;
  const height = linesPx + (gaps.length > 0 ? GAPS_PX : 0);

  const line = ({ fromMs: left, toMs: arrived, fromRow, toRow }: Move): TemplateResult => {
    const isGap = gaps.some((gap) => gap.fromMs <= left && arrived <= gap.toMs);
    return svg`<line class="move ${isGap ? 'gap' : ''}" x1=${x(left)} y1=${y(fromRow)} x2=${x(arrived)} y2=${y(toRow)} />`;
  };
  const bar = (one: Bar): TemplateResult => svg`
    <rect class="bar ${one.look}" x=${x(one.fromMs)} width=${width(one)} y=${y(one.row) - BAR_PX / 2} height=${BAR_PX} rx="3"
      ><title>${sayBar(one, words)}</title></rect>`;
  const isLast = ({ toMs }: Bar): boolean => toMs === visit.toMs;
  const marked = bars.filter(
    (one) => one.end !== 'goodbye' || isLast(one) || gaps.some((gap) => gap.fromMs === one.toMs),
  );
  const tunnel = (one: Tunnel): TemplateResult => html`
    <li
      class="tunnel ${one.isOpen ? 'open' : ''}"
      .style=${`left: ${x(one.fromMs)}; width: ${width({ fromMs: one.fromMs, toMs: one.outMs })}`}
    >
      <span>${texts.offline}</span
      >${one.arrivedMs === undefined ? nothing : html`<span>${sayArrival(one, texts)}</span>`}
    </li>
  `;
  const gapName = (gap: Gap): TemplateResult => html`
    <li
      .style=${`left: ${x(gap.fromMs)}; width: ${width(gap)}`}
      title=${texts.lasting(texts.gaps[gap.name], formatLength(gap.toMs - gap.fromMs))}
    >
      <span>${texts.gaps[gap.name]} ${formatAbout(gap.toMs - gap.fromMs)}</span>
    </li>
  `;
  return html`
    <figure class="visit">
      ${title === undefined ? nothing : html`<figcaption>${title}</figcaption>`}
      <div class="graph" role="img" aria-label=${describe(visit, names, words)}>
        <ol class="names" aria-hidden="true">
          ${names.map(
            (name, row) => html`<li .style=${`top: ${headPx + row * ROW_PX}px`} title=${rows[row] ?? ''}>${name}</li>`,
          )}
        </ol>
        <div class="plot" aria-hidden="true" .style=${`height: ${height}px`}>
          <ol .style=${`height: ${linesPx}px`}>
            ${tunnels.map(tunnel)}
          </ol>
          <svg height=${linesPx}>
            ${ticks.map((at) => svg`<line class="grid" x1=${x(at)} x2=${x(at)} y1=${headPx} y2=${linesPx} />`)}
            ${names.map((_, row) => svg`<line class="station" x1="0" x2="100%" y1=${y(row)} y2=${y(row)} />`)}
            ${moves.map(line)} ${bars.map(bar)} ${marked.map((one) => endMark(one, x(one.toMs), y(one.row)))}
          </svg>
          <ol class="gaps">
            ${gaps.map(gapName)}
          </ol>
        </div>
        <ol class="ticks" aria-hidden="true">
          ${ticks.map((at) => html`<li .style=${`left: clamp(1rem, ${x(at)}, 100% - 1rem)`}>${words.timeOf(at)}</li>`)}
        </ol>
      </div>
      ${graphLegend(bars, marked, texts)}
    </figure>
  `;
}

/** How much later its reading reached the server. */
function sayArrival({ toMs, arrivedMs = toMs }: Tunnel, { arrived, atOnce, later }: GraphTexts): TemplateResult {
  const laterMs = arrivedMs - toMs;
  return html`<span class="arrived">${arrived}</span> ${laterMs < 1_000 ? atOnce : later(formatAbout(laterMs))}`;
}

function sayBar({ fromMs, toMs, end }: Bar, { exactTimeOf, texts }: GraphWords): string {
  const when = texts.fromTo(exactTimeOf(fromMs), exactTimeOf(toMs));
  return `${when}, ${formatLength(toMs - fromMs)}; ${texts.ends[end]}`;
}

/** The picture in a few words; the table has the rest. */
function describe(
  { tunnels, fromMs, toMs }: VisitGraph,
  names: readonly string[],
  { timeOf, texts }: GraphWords,
): string {
  const offline = tunnels.map((one) => texts.offlineFromTo(timeOf(one.fromMs), timeOf(one.toMs)));
  return texts.graph(names.join(', '), timeOf(fromMs), timeOf(toMs)) + offline.slice(0, 3).join('');
}
