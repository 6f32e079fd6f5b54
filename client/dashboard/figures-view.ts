// The large figures at the top of a page, each with its name.
import { html, type TemplateResult } from 'lit';
import { lengthOf } from './wording.ts';

export interface Figure {
  readonly name: string;
  readonly value: string | number;
  readonly isOffline?: boolean;
}

export function figuresView(figures: readonly Figure[]): TemplateResult {
  return html`
    <dl class="figures">
      ${figures.map(
        ({ name, value, isOffline }) => html`
          <div class=${isOffline ? 'offline' : ''}>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>
        `,
      )}
    </dl>
  `;
}

/** Nothing where all of it was delivered at once. */
export function offlineFigure(offlineMs: number): readonly Figure[] {
  return offlineMs === 0 ? [] : [{ name: 'of it offline', value: lengthOf(offlineMs), isOffline: true }];
}
