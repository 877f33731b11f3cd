// The separate script, an unmodified copy of the package.
export { default } from "hls.js";
