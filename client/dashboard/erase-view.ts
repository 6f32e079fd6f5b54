// Erasing a reader: what goes, the question whether that is meant, and the receipt.
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type { ErasurePreview, ErasureReceipt } from '../../sw/protocol/owner-api.ts';
import { formatCount } from '../ui/format.ts';
import { eraseReader, hrefOfReaderExport, previewErasure } from './owner-client.ts';
import { ownerPath } from './owner-path.ts';
import { momentOf } from './wording.ts';

/** Of this page: by the id of the reader, who is no longer known to the server. */
const receipts = new Map<string, ErasureReceipt>();

export function findReceipt(reader: string): ErasureReceipt | undefined {
  return receipts.get(reader);
}

export function receiptView(receipt: ErasureReceipt, now: number): TemplateResult {
  const { erasedAt, scrubbed, outstanding, otherRows } = receipt;
  return html`
    <main>
      <nav aria-label="Back"><a href=${ownerPath('/readers')}>All readers</a></nav>
      <h1>Erased</h1>
      <p class="lede" role="status">Deleted ${momentOf(erasedAt, now)}: ${countOf(receipt)}.</p>
      <ul>
        ${outstanding.map(
          ({ consumer, sessions }) =>
            html`<li>
              Still to be deleted in ${NAMES[consumer] ?? consumer}: ${formatCount(sessions, 'copy', 'copies')}. The
              server goes on until that is done.
            </li>`,
        )}
        ${scrubbed ? nothing : html`<li>Deleted data is not overwritten in the store yet, because something was being read, or because the store is a PostgreSQL database, which does that later by itself. With a file, <code>npx stillhere erase</code> with the address does it.</li>`}
        ${otherRows === null ? html`<li>NocoDB could not be read. Look there for rows that you have added yourself.</li>` : nothing}
        ${otherRows && otherRows.length > 0 ? html`<li>NocoDB has rows with the address that Stillhere didn’t write. Delete them there: ${otherRows.join(', ')}.</li>` : nothing}
        <li>Backups keep what they have.</li>
      </ul>
    </main>
  `;
}

const NAMES: Readonly<Record<string, string>> = { nocodb: 'NocoDB' };

/** As a list of what there is, or was. */
function countOf({ sessions, spans, invitations, codes, refusals, blocked, excluded }: ErasurePreview): string {
  return LIST.format([
    `${formatCount(sessions, 'session')} with ${formatCount(spans, 'stretch', 'stretches')} of reading`,
    ...(invitations > 0 ? [formatCount(invitations, 'invitation')] : []),
    ...(codes > 0 ? [formatCount(codes, 'code')] : []),
    ...(refusals > 0 ? [formatCount(refusals, 'refused try', 'refused tries')] : []),
    ...(blocked ? ['the mark that access is taken'] : []),
    ...(excluded ? ['the mark that nothing is counted'] : []),
  ]);
}

const LIST = new Intl.ListFormat('en');

class EraseReader extends LitElement {
  reader = '';
  /** The server no longer knows the reader. */
  onErased: () => void = () => {};
  #preview: ErasurePreview | undefined;
  #trouble: string | undefined;
  #isErasing = false;

  /** The styles are those of the owner's page. */
  protected override createRenderRoot(): this {
    return this;
  }

  override render(): TemplateResult {
    return html`
      ${this.#preview ? this.#questionView(this.#preview) : html`<p><button class="quiet" @click=${() => void this.#ask()}>Erase this reader …</button></p>`}
      ${this.#trouble === undefined ? nothing : html`<p class="trouble" role="alert">${this.#trouble}</p>`}
    `;
  }

  #questionView(preview: ErasurePreview): TemplateResult {
    return html`
      <div class="made" role="group" aria-label="Erase this reader">
        <p>
          This deletes ${countOf(preview)}, in the store and in copies of it, and ends the reader’s access. It can’t be
          undone.${preview.blocked ? ' The gate can let the address in again afterwards.' : ''}
          <a href=${hrefOfReaderExport(this.reader)} download>Download everything first</a>
        </p>
        <button ?disabled=${this.#isErasing} @click=${() => void this.#erase()}>
          ${this.#isErasing ? 'Erasing …' : 'Erase for good'}
        </button>
        <button class="quiet" @click=${() => this.#cancel()}>Cancel</button>
      </div>
    `;
  }

  async #ask(): Promise<void> {
    await this.#try(async () => {
      this.#preview = await previewErasure(this.reader);
    });
    await this.updateComplete;
    this.querySelector<HTMLElement>('.made button')?.focus();
  }

  #cancel(): void {
    this.#preview = undefined;
    this.requestUpdate();
    void this.updateComplete.then(() => this.querySelector('button')?.focus());
  }

  async #erase(): Promise<void> {
    this.#isErasing = true;
    this.requestUpdate();
    await this.#try(async () => {
      receipts.set(this.reader, await eraseReader(this.reader));
      this.onErased();
    });
    this.#isErasing = false;
    this.requestUpdate();
  }

  async #try(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.#trouble = undefined;
    } catch (error) {
      this.#trouble = (error as Error).message;
    }
    this.requestUpdate();
  }
}

customElements.define('stillhere-erase-reader', EraseReader);
