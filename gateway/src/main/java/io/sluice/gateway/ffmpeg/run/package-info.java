/**
 * One run of FFmpeg: command line, limits, progress, end and diagnosis. Confined to the stream's event loop, except for
 * the launch, which blocks and runs on its own threads.
 */
@NullMarked
package io.sluice.gateway.ffmpeg.run;

import org.jspecify.annotations.NullMarked;
