/**
 * What FFmpeg has to do for a stream: which tracks are copied and which are transcoded. Pure functions, callable from
 * any thread.
 */
@NullMarked
package io.sluice.gateway.ffmpeg.plan;

import org.jspecify.annotations.NullMarked;
