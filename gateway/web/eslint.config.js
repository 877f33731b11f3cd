import js from "@eslint/js";
import globals from "globals";
import ts from "typescript-eslint";

export default ts.config(
  { ignores: ["**/dist/**"] },
  js.configs.recommended,
  {
    rules: {
      eqeqeq: "error",
      "no-var": "error",
      "prefer-const": "error",
      "no-shadow": "error",
      "max-len": ["error", 120],
      "max-lines": ["error", 300],
    },
  },
  { files: ["*/src/**/*.ts", "**/*.js"], rules: { "max-lines-per-function": ["error", 40] } },
  {
    files: ["**/*.ts"],
    extends: [ts.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      // TypeScript's version of the rule knows about types.
      "no-shadow": "off",
      "@typescript-eslint/no-shadow": "error",
      // A leading underscore marks names that are required but unused.
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", varsIgnorePattern: "^_" },
      ],
    },
  },
  {
    files: ["*.js", "tools/*.js", "client/*.js"],
    languageOptions: { globals: globals.node },
  },
);
