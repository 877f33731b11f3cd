/**
 * Child processes without a blocked thread: standard input with demand, standard output and error as lines, exit as a value, and a
 * bounded way to end a process. It is the last stop of the data flow and knows nothing of media, FFmpeg or WebSockets; it depends on
 * Netty and Reactor only and could be a library of its own.
 *
 * <p>Every live object here is confined to one Netty event loop, the one that was named at the launch: call it from there, and it calls
 * back there. Only {@code ProcessBuilder.start()} blocks, and it runs on the launcher's own small scheduler.
 *
 * <p>On Linux the three standard streams are pipes that are registered with the event loop's own epoll instance, next to its sockets,
 * through Netty's public API. Elsewhere, and on event loops that are not epoll's, a bounded blocking fallback stands behind the same
 * types; {@link io.sluice.gateway.process.ProcessLauncher} chooses for each launch.
 */
@NullMarked
package io.sluice.gateway.process;

import org.jspecify.annotations.NullMarked;
