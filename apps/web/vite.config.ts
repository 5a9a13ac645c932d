import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// Only for `vite dev`: where the API of a running installation listens.
const api = 'http://127.0.0.1:7480';

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: 'dist',
    target: 'es2024',
    // The console's content security policy allows no data: addresses.
    assetsInlineLimit: 0,
    // The shell and the editor are measured by apps/web/src/first-load.test.ts, not by a warning.
    chunkSizeWarningLimit: 2000,
  },
  server: { proxy: { '/api': api, '/socket.io': { target: api, ws: true } } },
});
