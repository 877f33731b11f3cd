/**
 * What FFmpeg is to do with a stream: which tracks are copied, which are transcoded. Pure functions, callable from any thread.
 */
@NullMarked
package io.sluice.gateway.ffmpeg.plan;

import org.jspecify.annotations.NullMarked;
