// Draws the train graph of one visit (train-graph.ts has the layout).
import { html, nothing, svg, type TemplateResult } from 'lit';
import type { SessionDetail } from '../../sw/protocol/owner-api.ts';
import { formatCount } from '../ui/format.ts';
import type { VisitGraph } from './train-graph.ts';
import { dayOf, exactTimeOf, lengthOf, pageName, timeOf } from './wording.ts';

const ROW_PX = 50;
const BAR_TOP_PX = 27;
const BAR_PX = 12;
/** Above the rows: the names of tunnels. */
const HEAD_PX = 22;
/** Below them: the times. */
const AXIS_PX = 24;

export function visitView(
  visit: VisitGraph,
  isOneOfSeveral: boolean,
  session: SessionDetail,
  now: number,
): TemplateResult {
  const { fromMs, toMs, rows, otherPages, bars, moves, tunnels, ticks } = visit;
  const names = [...rows.map(pageName), ...(otherPages > 0 ? [formatCount(otherPages, 'more page')] : [])];
  const x = (at: number): string => `${(((at - fromMs) / (toMs - fromMs)) * 100).toFixed(3)}%`;
  const y = (row: number): number => HEAD_PX + row * ROW_PX + BAR_TOP_PX + BAR_PX / 2;
  const height = HEAD_PX + names.length * ROW_PX;
  const isLast = session.sessionEndTime !== null && Date.parse(session.sessionEndTime) <= toMs;
  const last = bars.reduce((latest, bar) => (bar.toMs >= latest.toMs ? bar : latest), bars[0] ?? { toMs, row: 0 });
  const title = `${dayOf(fromMs, now)}, ${timeOf(fromMs)} to ${timeOf(toMs)}`;
  return html`
    <figure class="visit">
      ${isOneOfSeveral ? html`<figcaption>${title}</figcaption>` : nothing}
      <div class="graph" role="img" aria-label=${describe(visit)} .style=${`height: ${height + AXIS_PX}px`}>
        <svg height=${height} aria-hidden="true">
          ${ticks.map((at) => svg`<line class="grid" x1=${x(at)} x2=${x(at)} y1=${HEAD_PX} y2=${height} />`)}
          ${tunnels.map((one) => {
            const width = `${Math.max(0.6, ((one.toMs - one.fromMs) / (toMs - fromMs)) * 100)}%`;
            return svg`
              <rect class="tunnel" x=${x(one.fromMs)} width=${width} y="2" height=${height - 2} rx="14" />
              <text class="tunnel-name" x=${x(one.fromMs)} dx="10" y="17">offline</text>`;
          })}
          ${moves.map(
            ({ fromMs: left, toMs: arrived, fromRow, toRow }) =>
              svg`<line class="move" x1=${x(left)} y1=${y(fromRow)} x2=${x(arrived)} y2=${y(toRow)} />`,
          )}
          ${bars.map(
            (bar) => svg`<rect class="bar ${bar.isOffline ? 'offline' : ''}" x=${x(bar.fromMs)}
              width=${`${Math.max(0.4, ((bar.toMs - bar.fromMs) / (toMs - fromMs)) * 100)}%`}
              y=${y(bar.row) - BAR_PX / 2} height=${BAR_PX} rx="3"
              ><title>${exactTimeOf(bar.fromMs)} to ${exactTimeOf(bar.toMs)}, ${lengthOf(bar.toMs - bar.fromMs)}</title></rect>`,
          )}
          ${isLast ? svg`<circle class="end ${session.state} ${session.endKnownBy ?? ''}" cx=${x(last.toMs)} cy=${y(last.row)} r="6" />` : nothing}
        </svg>
        <ol class="rows" aria-hidden="true">
          ${names.map(
            (name, row) => html`<li .style=${`top: ${HEAD_PX + row * ROW_PX}px`} title=${rows[row] ?? ''}>${name}</li>`,
          )}
        </ol>
        <ol class="ticks" aria-hidden="true">
          ${ticks.map((at) => html`<li .style=${`left: ${x(at)}`}>${timeOf(at)}</li>`)}
        </ol>
      </div>
    </figure>
  `;
}

/** The picture in words. */
function describe({ rows, otherPages, bars, tunnels, fromMs, toMs }: VisitGraph): string {
  const pages = bars.map(({ row, fromMs: from, toMs: to, isOffline }) => {
    const page = rows[row];
    const name = page === undefined ? formatCount(otherPages, 'more page') : pageName(page);
    return `${name} from ${timeOf(from)} for ${lengthOf(to - from)}${isOffline ? ', offline' : ''}`;
  });
  const most = pages.slice(0, 20).join('; ');
  const tunnel = tunnels.length === 0 ? '' : ` ${formatCount(tunnels.length, 'tunnel')}.`;
  return `Read between ${timeOf(fromMs)} and ${timeOf(toMs)}: ${most}.${tunnel}`;
}
