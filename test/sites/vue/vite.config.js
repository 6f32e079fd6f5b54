import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

const isCustomElement = (tag) => tag === 'session-heartbeat'; // stillhere

export default defineConfig({
  plugins: [
    vue({ template: { compilerOptions: { isCustomElement } } }), // stillhere
  ],
});
