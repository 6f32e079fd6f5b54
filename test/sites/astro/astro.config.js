import { defineConfig } from 'astro/config';
import stillhere from 'stillhere/astro/integration'; // stillhere

export default defineConfig({
  integrations: [
    stillhere({ paths: ['/offer/'], debug: true }), // stillhere
  ],
});
