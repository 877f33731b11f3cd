/**
 * Which FFmpeg to use and what it supports: locating, extracting, probing. All of it blocks and runs at start, never on
 * an event loop.
 */
@NullMarked
package io.sluice.gateway.ffmpeg.install;

import org.jspecify.annotations.NullMarked;
