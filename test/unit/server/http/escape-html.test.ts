// Text in HTML stays text.
import { expect, it } from 'vitest';
import { escapeHtml } from '../../../../server/http/escape-html.ts';

it('no character of a text ends an attribute or begins an element', () => {
  expect(escapeHtml(`<a href="x" title='y'>&amp;</a>`)).toBe(
    '&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;',
  );
});
