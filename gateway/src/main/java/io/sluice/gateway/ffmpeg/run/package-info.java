/**
 * One run of FFmpeg: its command line, its limits, its progress, its end and the diagnosis of it. Confined to the stream's event loop,
 * except for the launch, which blocks and has threads of its own.
 */
@NullMarked
package io.sluice.gateway.ffmpeg.run;

import org.jspecify.annotations.NullMarked;
