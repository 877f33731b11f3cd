/**
 * Everything Sluice knows about FFmpeg: which binary is used, what it can do, the plan for one stream, the argument list
 * that carries the plan out, and the reading of what FFmpeg reports.
 *
 * <p>In the data's way it stands between the hand-off of media and the child process: the media itself never passes
 * through the classes that plan and read reports; those are values or confined to one event loop. The only code that
 * blocks is {@link io.sluice.gateway.ffmpeg.install.FfmpegLocator}, which runs once, at start, off the event loops.
 */
@NullMarked
package io.sluice.gateway.ffmpeg;

import org.jspecify.annotations.NullMarked;
