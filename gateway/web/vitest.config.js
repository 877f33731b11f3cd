import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["client/test/**/*.test.ts", "site/test/**/*.test.ts", "test/**/*.test.ts"],
    // Some tests decode real recordings with the real FFmpeg, on machines that are busy with
    // other work.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
