import node from '@astrojs/node';
import { defineConfig } from 'astro/config';
import stillhere from 'stillhere/astro/integration'; // stillhere

// What a test varies.
const { ADAPTER_MODE = 'standalone', SITE_BASE: base, TRAILING_SLASH: trailingSlash, PORT } = process.env;

export default defineConfig({
  adapter: node({ mode: ADAPTER_MODE }),
  base,
  trailingSlash,
  server: { port: Number(PORT ?? 4321) },
  integrations: [
    stillhere({ paths: ['/report/'], protect: ['/report/'] }), // stillhere
  ],
});
