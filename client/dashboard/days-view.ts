// Reading per day.
import { html, type TemplateResult } from 'lit';
import type { DayList } from '../../sw/protocol/owner-api.ts';
import { formatCount } from '../ui/format.ts';
import { barList } from './bar-list.ts';
import { lengthOf, shortDayOf } from './wording.ts';
import { ownerPath } from './owner-path.ts';

export function daysView({ days }: DayList, now: number): TemplateResult {
  const readMs = days.reduce((sum, { readingTimeMs }) => sum + readingTimeMs, 0);
  const visits = days.reduce((sum, day) => sum + day.visits, 0);
  const tries = days.reduce((sum, day) => sum + day.refused, 0);
  const [latest, earliest] = [days[0], days.at(-1)];
  const isLatest = latest === undefined || Date.parse(latest.end) > now;
  return html`
    <main>
      <h1>${readMs === 0 ? 'Nothing was read' : lengthOf(readMs)}</h1>
      <p class="lede">
        ${formatCount(visits, 'visit')}
        ${isLatest ? `in the last ${days.length} days` : `from ${earliest?.day} to ${latest.day}`}.
        ${tries > 0 ? `The gate refused ${formatCount(tries, 'try', 'tries')}.` : ''}
      </p>
      <nav class="range" aria-label="Other days">
        ${earliest ? html`<a href="${ownerPath('/days')}?to=${earliest.day}">Earlier</a>` : ''}
        ${isLatest ? '' : html`<a href=${ownerPath('/days')}>Latest</a>`}
      </nav>
      ${barList(
        days.map(({ start, readers, readingTimeMs, opened, refused }) => ({
          name: shortDayOf(start, now),
          value: readingTimeMs,
          figure: readingTimeMs === 0 ? '–' : lengthOf(readingTimeMs),
          ...noteOf(readers, opened, refused),
        })),
      )}
    </main>
  `;
}

function noteOf(readers: number, opened: number, refused: number): { readonly note?: string } {
  const parts = [
    ...(readers + opened > 0 ? [formatCount(readers, 'reader')] : []),
    ...(opened > 0 ? [`${opened} opened only`] : []),
    ...(refused > 0 ? [`${refused} refused at the gate`] : []),
  ];
  return parts.length > 0 ? { note: parts.join(', ') } : {};
}
