// The gate's page as HTML with placeholders: ours, and how any is filled. An owner's template is treated like ours.
import { createHash } from 'node:crypto';

/** What a template may have; all but the first are optional. */
export const PLACEHOLDERS: readonly string[] = ['form', 'style', 'lang', 'dir', 'title', 'intro'];

const PLACEHOLDER = /\{\{\s*(\w*)\s*\}\}/g;

/** With the CSS between as their first group. */
export const STYLE_ELEMENTS = /<style\b[^>]*>(.*?)<\/style/gis;

export const DEFAULT_TEMPLATE = `<!doctype html>
<html lang="{{lang}}" dir="{{dir}}" class="stillhere-page">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <link rel="icon" href="data:,">
    <title>{{title}}</title>
    {{style}}
  </head>
  <body>
    <main>
      <h1>{{title}}</h1>
      <p>{{intro}}</p>
      {{form}}
    </main>
  </body>
</html>
`;

/** The names of the placeholders in it, each as often as it is there. */
export function readPlaceholders(template: string): string[] {
  return [...template.matchAll(PLACEHOLDER)].map(([, name = '']) => name);
}

/** Puts HTML in the place of placeholders; those without any stay. What is put in is not looked through again. */
export function fillTemplate(template: string, html: Readonly<Record<string, string>>): string {
  return template.replace(PLACEHOLDER, (placeholder, name: string) => html[name] ?? placeholder);
}

/** For `style-src` of a Content-Security-Policy: every stylesheet that stands in the page itself. */
export function hashStyles(html: string): string[] {
  return [...html.matchAll(STYLE_ELEMENTS)].map(
    ([, css = '']) => `'sha256-${createHash('sha256').update(css).digest('base64')}'`,
  );
}
