// The file beside the page, taken from the package as it is.
export { default } from "hls.js";
