// The owner's page: its script makes everything on it.

/**
 * @param path where it is on the site, like `/owner`.
 * @param base the path under which the site lies; empty at the root.
 */
export const ownerPage = (path: string, base: string): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="robots" content="noindex">
    <title>Stillhere</title>
    <link rel="icon" href="data:,">
    <script type="module" src="${base}/stillhere-owner.js"></script>
  </head>
  <body>
    <stillhere-owner path="${path}" base="${base}"></stillhere-owner>
    <noscript>This page needs JavaScript. In a terminal, "npx stillhere sessions" shows the same.</noscript>
  </body>
</html>
`;
