/**
 * Child processes without blocked threads: standard input with demand, standard output and error as lines, exit as a
 * value, and a bounded way to end a process. This is the end of the data flow. The package knows nothing about media,
 * FFmpeg or WebSockets; it depends only on Netty and Reactor and could be a separate library.
 *
 * <p>Each running process is confined to the Netty event loop that was passed at launch: call it from there, and it
 * calls back there. Only {@code ProcessBuilder.start()} blocks, and it runs on the launcher's own small scheduler.
 *
 * <p>On Linux the three standard streams are pipes registered with the event loop's own epoll instance, next to its
 * sockets, through Netty's public API. On other systems and event loops a bounded blocking fallback implements the same
 * types; {@link io.sluice.gateway.process.ProcessLauncher} chooses for each launch.
 */
@NullMarked
package io.sluice.gateway.process;

import org.jspecify.annotations.NullMarked;
