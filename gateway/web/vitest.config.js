import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["client/test/**/*.test.ts", "site/test/**/*.test.ts"],
    // Some have the real FFmpeg decode real recordings, on machines that do other things too.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
