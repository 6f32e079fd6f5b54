// Who has access: taking a reader's, ending a session's, and who was refused at the gate.
import { html, nothing, type TemplateResult } from 'lit';
import type { RefusalList, SessionView } from '../../sw/protocol/owner-api.ts';
import { formatCount } from '../ui/format.ts';
import { ownerPath } from './owner-path.ts';
import { momentOf } from './wording.ts';

export function readerAccessView(isBlocked: boolean, block: (isBlocked: boolean) => void): TemplateResult {
  return html`
    <p class="exclusion owner-only">
      ${isBlocked ? 'You have taken this reader’s access: the gate no longer lets the address in.' : ''}
      <button class="quiet" @click=${() => block(!isBlocked)}>
        ${isBlocked ? 'Let the reader in again' : 'Take this reader’s access'}
      </button>
    </p>
  `;
}

export function sessionAccessView({ accessEndedTime }: SessionView, end: () => void, now: number): TemplateResult {
  return html`
    <p class="exclusion owner-only">
      ${
        accessEndedTime === null
          ? html`<button class="quiet" @click=${end}>End the access of this session</button>`
          : `The access of this session was ended ${momentOf(accessEndedTime, now)}, on the device or by you.`
      }
    </p>
  `;
}

/** @param allow lets the reader of this id in again. */
export function refusalsView(
  { refused, blocked }: RefusalList,
  allow: (id: string) => void,
  now: number,
): TemplateResult | typeof nothing {
  return html`
    ${
      blocked.length === 0
        ? nothing
        : html`
            <details class="opened owner-only">
              <summary>Access taken: ${blocked.length}</summary>
              <p>The gate no longer lets these addresses in.</p>
              <ul class="plain">
                ${blocked.map(
                  ({ id, emailOfAccessor }) => html`
                    <li>
                      <a href="${ownerPath('/readers')}/${id}" title=${emailOfAccessor}>${emailOfAccessor}</a>
                      <button class="quiet" aria-label="Let in again: ${emailOfAccessor}" @click=${() => allow(id)}>
                        Let in again
                      </button>
                    </li>
                  `,
                )}
              </ul>
            </details>
          `
    }
    ${
      refused.length === 0
        ? nothing
        : html`
            <details class="opened owner-only">
              <summary>Refused at the gate: ${refused.length}</summary>
              <p>Addresses that were tried in the last 30 days, and got no access.</p>
              <ul class="plain">
                ${refused.map(
                  ({ emailOfAccessor, tries, lastTry }) => html`
                    <li>
                      ${emailOfAccessor},
                      ${momentOf(lastTry, now)}${tries > 1 ? `, ${formatCount(tries, 'try', 'tries')}` : ''}
                    </li>
                  `,
                )}
              </ul>
            </details>
          `
    }
  `;
}
