import js from "@eslint/js";
import globals from "globals";

export default [
  js.configs.recommended,
  { rules: { eqeqeq: "error", "no-var": "error", "prefer-const": "error", "no-shadow": "error" } },
  { files: ["src/**"], languageOptions: { globals: globals.browser } },
  { files: ["*.js", "test/**", "doubles/**"], languageOptions: { globals: globals.node } },
];
