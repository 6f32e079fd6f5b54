// Text in HTML (the only user of escape-html).
import escape from 'escape-html';

/** Makes text safe as the content of an element, or in a quoted attribute. */
export function escapeHtml(text: string): string {
  return escape(text);
}
