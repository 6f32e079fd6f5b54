// Whether something counts in the totals, and the button that changes it.
import { html, type TemplateResult } from 'lit';

export function exclusionView(
  isExcluded: boolean,
  what: string,
  action: string,
  set: (isExcluded: boolean) => void,
): TemplateResult {
  return html`
    <p class="exclusion">
      ${isExcluded ? `${what} is not counted in the totals.` : ''}
      <button class="quiet" @click=${() => set(!isExcluded)}>${isExcluded ? 'Count it again' : action}</button>
    </p>
  `;
}
