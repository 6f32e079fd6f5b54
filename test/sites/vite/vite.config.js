import { stillhere } from 'stillhere/vite'; // stillhere
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [
    stillhere({ protect: ['/report/'] }), // stillhere
  ],
  server: { port: process.env.PORT },
});
