import node from '@astrojs/node';
import { defineConfig } from 'astro/config';
import stillhere from 'stillhere/astro/integration'; // stillhere

export default defineConfig({
  output: 'server',
  adapter: node({ mode: 'standalone' }),
  integrations: [
    stillhere({ protect: ['/report/'] }), // stillhere
  ],
});
