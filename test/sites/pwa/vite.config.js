import { defineConfig } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';

export default defineConfig({
  plugins: [
    VitePWA({
      strategies: 'injectManifest',
      srcDir: 'src',
      filename: 'sw.js',
      manifest: false,
      injectManifest: {
        globIgnores: ['report/**'], // stillhere
      },
    }),
  ],
  build: { rolldownOptions: { input: ['index.html', 'report/index.html'] } },
});
