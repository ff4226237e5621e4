import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

/** Where `npm run dev` finds a running server; `make run` listens here by default. */
const server = process.env.CUSTOS_URL ?? "https://127.0.0.1:8443";

export default defineConfig({
  plugins: [react()],
  build: {
    target: "es2022",
    manifest: true,
    // The page's policy allows no data: scripts or fonts, so nothing is inlined.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    // What every page needs lies in one file: it compresses better, and is asked for once, than the many that the pages
    // would cut it into.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "frame", tags: ["$initial"] }] } } },
  },
  server: {
    proxy: { "/api": { target: server, secure: false, changeOrigin: true } },
    fs: { allow: [".."] },
  },
  test: {
    environment: "jsdom",
    include: ["tests/**/*.test.{ts,tsx}"],
    setupFiles: ["tests/setup.ts"],
    css: false,
    testTimeout: 60_000,
  },
});
